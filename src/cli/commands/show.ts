import { createHumanReporter } from "../../report/human.ts";
import { recapText } from "../../report/recap.ts";
import { applyLine } from "../../engine/fold.ts";
import type { RunState } from "../../model/run-state.ts";
import { SEALED } from "../../model/journal-entry.ts";
import { EXIT } from "../exit-codes.ts";
import { readRun } from "../open-run.ts";
import type { ShowOptions } from "../options.ts";
import { sourceLine } from "../source-line.ts";
import type { Terminal } from "../terminal.ts";

/** The same lines that were seen while it ran, from the journal. Of what the journal seals, only why something failed is shown. */
export async function show(
  name: string | undefined,
  options: ShowOptions,
  terminal: Terminal,
): Promise<number> {
  const read = await readRun(name, options, terminal);
  if (typeof read === "number") return read;
  if (options.entries) {
    for (const { seq, at, entry } of read.journal.lines) {
      const hidden = new Set(SEALED[entry.type] ?? []);
      hidden.delete("diagnostic");
      const open = Object.fromEntries(Object.entries(entry).filter(([key]) => !hidden.has(key)));
      terminal.out(`${JSON.stringify({ seq, at, ...open })}\n`);
    }
    return EXIT.done;
  }
  const reporter = createHumanReporter({
    write: (text) => terminal.out(text),
    paint: terminal.paint,
    playbook: read.playbook,
    sourceLine,
    diff: false,
    waits: false,
  });
  let state: RunState | undefined;
  for (const line of read.journal.lines) {
    state = applyLine(state, line);
    reporter.entry(line, state);
  }
  if (state) terminal.out(`\n${recapText(state, terminal.paint, terminal.columns)}\n`);
  const standing = state?.finished ?? state?.stopped;
  terminal.out(`\n${standing ? standing.text : "under way, or killed: runbook resume goes on"}\n`);
  return EXIT.done;
}
