import { expect, test } from "@jest/globals";
import { renderCommand, type Command } from "../../model/command.ts";
import { hostId } from "../../model/ids.ts";
import type { HostReader } from "../../model/transport.ts";
import { readConfig } from "./config.ts";
import type { LightningStreamSeen } from "./look.ts";
import { parseSnapshotName } from "./object-name.ts";
import { listObjects, viewOf } from "./storage.ts";

function streamOf(text: string, environment: ReadonlyMap<string, string>): LightningStreamSeen {
  const config = readConfig(text, "ls.yml", environment).value;
  if (config === undefined) throw new Error("no config");
  const unit = {
    name: "lightningstream",
    activity: "active",
    pid: 1,
    invocation: "",
    activeSince: 1,
    command: [],
    environment: "",
    environmentFiles: [],
  };
  return { unit, text, config, configChanged: 0, instance: "x", receiver: false, environment };
}

const TEXT = `storage:
  type: s3
  options:
    secret_key: \${KEY}
    global_prefix: v5 # keep
`;

test("a secret with a dollar sign survives Lightning Stream's expansion, and travels by standard input", async () => {
  const sent: Command[] = [];
  const host: HostReader = {
    id: hostId("ns1"),
    dial: async () => ({ kind: "refused", reason: "" }),
    async read(command) {
      sent.push(command);
      return {
        kind: "exited",
        code: 0,
        stdout: new Uint8Array(),
        stderr: new Uint8Array(),
        durationMs: 1,
      };
    },
  };
  const stream = streamOf(TEXT, new Map([["KEY", "pa$$w0rd"]]));
  await listObjects(host, viewOf(stream, "ls.yml", "v6"));
  const [command] = sent;
  const text = command === undefined ? "" : renderCommand(command);
  expect(text).toContain("RUNBOOK_DOLLAR='$' lightningstream -c /dev/stdin");
  expect(text).not.toContain("w0rd");
  const given =
    command?.stdin === undefined || command.stdin instanceof Uint8Array
      ? ""
      : new TextDecoder().decode(command.stdin.reveal());
  expect(given).toContain("secret_key: pa${RUNBOOK_DOLLAR}${RUNBOOK_DOLLAR}w0rd");
  expect(given).toContain("global_prefix: v6 # keep");
});

test("the root of the bucket is a configuration without the key", () => {
  const view = viewOf(streamOf(TEXT, new Map()), "ls.yml", null);
  expect(view).toEqual({ prefix: "", config: expect.not.stringContaining("global_prefix") });
});

test.each([
  ["main__ns1__20261122-171009-651725488__GX.pb.gz", "main", "ns1"],
  ["shard__ns-2__20261122-171009-651725488__GX__Xdelta.pb.zst", "shard", "ns-2"],
])("%s is a snapshot", (name, lmdb, instance) => {
  expect(parseSnapshotName(name)).toEqual({
    name,
    lmdb,
    instance,
    taken: "20261122-171009-651725488",
  });
});

test.each(["update-marker", "main__ns1", "main__ns1__yesterday__GX.pb.gz", "__a__b__c", ""])(
  "%s is none",
  (name) => {
    expect(parseSnapshotName(name)).toBeUndefined();
  },
);
