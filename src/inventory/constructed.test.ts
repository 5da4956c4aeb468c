import { describe, expect, test } from "@jest/globals";
import { inventoryFiles } from "./files.ts";
import { loadInventory } from "./load.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostId } from "../model/ids.ts";

async function load(constructed: string) {
  const folder = mkdtempSync(join(tmpdir(), "constructed-"));
  writeFileSync(join(folder, "hosts"), "w1 v=1\nw2\n");
  writeFileSync(join(folder, "c.yml"), `plugin: constructed\n${constructed}`);
  try {
    const files = inventoryFiles(folder);
    const sources = ["hosts", "c.yml"];
    return await loadInventory({ sources, extraVars: [], vaultSecrets: [], files });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const said = async (constructed: string) =>
  (await load(constructed)).problems.map(
    ({ severity, summary, at }) =>
      `${severity} ${String(at?.line)}:${String(at?.column)} ${summary}`,
  );

describe("a constructed source says where it is wrong", () => {
  test.each([
    ["compose: text\n", "error 2:1 compose is not a mapping"],
    ["keyed_groups: {}\n", "error 2:1 keyed_groups is not a list"],
    ["strict: maybe\n", "error 2:1 strict is neither true nor false"],
    ["stric: true\n", "warning 2:1 unknown key stric of the plugin constructed: skipped"],
    [
      "keyed_groups: [{key: v}]\n",
      "error 2:16 a group cannot be called 1: it is no text, list or mapping",
    ],
    ["strict: true\ncompose: {x: missing + 1}\n", "error 3:14 x of w1: 'missing' is undefined"],
    [
      "keyed_groups: [{key: v, prefix: !vault x}]\n",
      "error 2:16 the name of a group cannot be encrypted",
    ],
    ["strict: true\ncompose: {x: 7}\n", "error 3:14 x of w1: an expression must be text, not 7"],
  ])("%j", async (text, wanted) => {
    expect(await said(text)).toEqual([wanted]);
  });
});

test("a composed variable says where it was composed, and its text is never a template", async () => {
  const { value } = await load("compose:\n  x: \"'{{ 1 + 1 }}'\"\n");
  const [variable] = value?.candidates(hostId("w1")).get("x") ?? [];
  expect(variable).toMatchObject({
    value: { text: "{{ 1 + 1 }}" },
    from: { kind: "host", host: "w1", at: { file: "c.yml", line: 3, column: 6 } },
  });
});
