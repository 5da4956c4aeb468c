import { describe, expect, test } from "@jest/globals";
import type { ControllerFiles } from "../../model/files.ts";
import type { StepTools } from "../../model/step.ts";
import { caseTools } from "../case-tools.ts";
import { stepContract } from "../contract.ts";
import { tableHost } from "../table-host.ts";
import { step, type Params } from "./inventory-set_var.ts";

stepContract(step, import.meta.dirname);

const FILE = "group_vars/dns_auth.yml";
const TEXT = `---
# Authoritative name servers.   Owner: dns team
pdns_backends: { lmdb: { shards: 1, "lightning-stream": true } }

powerdns_lightningstream_storage:
    type: s3
    options:
        secret_key: "{{ vault_s3_secret_key }}"     # global_prefix: is not a secret, this is
        # LMDB schema version of the servers (was 'v4' until 2024)
        global_prefix:   'v5'   # keep in step with the package!\r
    cleanup: {enabled: no}

# vim: set ts=4:`;
const PARAMS: Params = {
  file: FILE,
  path: "powerdns_lightningstream_storage.options.global_prefix",
  value: "v6",
};

const nobody = tableHost({ host: {}, dial: {} });

/** Files in memory; the contract's own law runs on a host's disk, and this step changes the operator's. */
function memory(text: string): StepTools & { readonly now: () => string; edit(to: string): void } {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  const files: ControllerFiles = {
    read: async (path) => ({ kind: "bytes", path, bytes, mode: 0o640 }),
    replace: async (_, written) => {
      bytes = written;
      return { kind: "written" };
    },
    resolve: (path) => path,
  };
  return {
    ...caseTools(),
    files,
    now: () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    edit: (to) => {
      bytes = new TextEncoder().encode(to);
    },
  };
}

async function recordIn(tools: StepTools, params: Params = PARAMS) {
  const checked = await step.check(nobody, params, tools);
  if (checked.kind !== "pending" || checked.undo.kind !== "reversible") {
    throw new Error(JSON.stringify(checked));
  }
  return checked.undo.record;
}

describe("the laws", () => {
  test.each([
    ["a value in quotes", TEXT, PARAMS],
    ["a variable that is absent", TEXT, { ...PARAMS, path: "a_new.nested.one", value: 7 }],
    ["a file without a line end", "x: 1", { ...PARAMS, path: "x", value: true }],
    ["a file with a byte order mark", "\uFEFFx: 1\r\n", { ...PARAMS, path: "x", value: "2" }],
  ])("hold for %s", async (_, text, params) => {
    const tools = memory(text);
    const record = await recordIn(tools, params);
    const applied = await step.apply(nobody, params, tools);
    expect(applied).toMatchObject({ kind: "done", changed: true });
    expect(tools.now()).not.toBe(text);
    expect(await step.check(nobody, params, tools)).toMatchObject({ kind: "satisfied" });
    const left = applied.kind === "done" ? applied.after : null;
    expect(await step.undo(nobody, record, left, tools)).toEqual({ kind: "done" });
    expect(tools.now()).toBe(text);
    expect(await step.undo(nobody, record, left, tools)).toEqual({ kind: "already" });
    await step.apply(nobody, params, tools);
    expect(await step.undo(nobody, record, undefined, tools)).toEqual({ kind: "done" });
    expect(tools.now()).toBe(text);
  });
});

test("nothing but the value changes", async () => {
  const tools = memory(TEXT);
  await step.apply(nobody, PARAMS, tools);
  expect(tools.now()).toBe(TEXT.replace("'v5'   #", "'v6'   #"));
});

test("a file that was edited since is not overwritten", async () => {
  const tools = memory(TEXT);
  const record = await recordIn(tools);
  await step.apply(nobody, PARAMS, tools);
  tools.edit(`${tools.now()}\nmine: 1\n`);
  expect(await step.undo(nobody, record, undefined, tools)).toMatchObject({
    kind: "drifted",
    changes: [{ what: FILE, after: "edited since" }],
  });
  expect(tools.now()).toContain("mine: 1");
});
