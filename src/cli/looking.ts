/** A run that only looks: no journal, no lock, and an interrupt simply ends it. */
import type { Running } from "../engine/running.ts";
import { MemoryJournal } from "../journal/memory.ts";
import type { NewRun } from "./new-run.ts";
import { liveReporter } from "./reporters.ts";
import { createRunning } from "./running.ts";
import { systemClock } from "./system-clock.ts";
import type { Terminal } from "./terminal.ts";

export function lookingRun(made: NewRun, terminal: Terminal): Running & AsyncDisposable {
  return createRunning({
    ...made,
    journal: new MemoryJournal(systemClock),
    reporters: liveReporter(terminal, made.playbook),
    signal: new AbortController().signal,
    note: (text) => terminal.err(`${text}\n`),
  });
}
