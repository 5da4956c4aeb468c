/** The tutorial, command by command, on the simulated fleet that it speaks of. */
import { expect, jest, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startFleet } from "../../src/simulate/fleet.ts";
import { invoke } from "../helpers/command-line.ts";

jest.setTimeout(600_000);

const ROOT = join(import.meta.dirname, "..", "..");

interface Shown {
  readonly args: readonly string[];
  /** Lines that must come, in this order; "…" stands for anything. */
  readonly lines: readonly string[];
}

function shownIn(text: string): readonly Shown[] {
  return [...text.matchAll(/^```console\n\$ runbook (.*)\n([^]*?)^```/gm)].map(
    ([, line = "", lines = ""]) => ({
      args: line.split(" "),
      lines: lines.split("\n").filter((one) => one !== ""),
    }),
  );
}

test("every command of the tutorial says what is written there", async () => {
  const shown = shownIn(readFileSync(join(ROOT, "docs/tutorial.md"), "utf8"));
  expect(shown.length).toBeGreaterThanOrEqual(7);
  await using fleet = await startFleet({ hosts: 3 });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: fleet.folder,
    RUNBOOK_INVENTORY: fleet.inventory,
    RUNBOOK_STATE_DIR: join(fleet.folder, "journals"),
  };
  const run = async (args: readonly string[]): Promise<string> => {
    const { code, out, err } = await invoke(args, { cwd: ROOT, env }).ended;
    expect({ args, code, out: code === 0 ? "" : out, err: code === 0 ? "" : err }).toEqual({
      ...{ args, code: 0, out: "", err: "" },
    });
    return out;
  };
  // The daemons need a moment; whoever reads takes one too.
  for (let tries = 0; tries < 60; tries++)
    if ((await invoke(["doctor"], { cwd: ROOT, env }).ended).code === 0) break;
  for (const { args, lines } of shown) {
    const out = await run(args);
    const pattern = lines
      .map((line) => line.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&").replaceAll("…", ".*"))
      .join("[^]*");
    expect({ args, out }).toEqual({ args, out: expect.stringMatching(new RegExp(pattern)) });
  }
});
