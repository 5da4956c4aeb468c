import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import { mappedTrace } from "./mapped-trace.ts";

test("a trace names the places in the source, and what has no map as it is", () => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-trace-"));
  try {
    const bundle = pathToFileURL(join(folder, "chunk.js")).href;
    // Line 1 of the bundle is line 3, column 5 of the source.
    const map = { version: 3, sources: ["../../../src/a.ts"], names: [], mappings: "AAEI" };
    writeFileSync(join(folder, "chunk.js.map"), JSON.stringify(map));
    const other = pathToFileURL(join(folder, "other.js")).href;
    expect(
      mappedTrace(`Error: x\n    at f (${bundle}:1:1)\n    at ${bundle}:1:9\n    at ${other}:1:1`),
    ).toBe(`Error: x\n    at f (src/a.ts:3:5)\n    at src/a.ts:3:5\n    at ${other}:1:1`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
