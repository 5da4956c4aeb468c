import { lookBeforeChanging } from "../../engine/begin.ts";
import { MemoryJournal } from "../../journal/memory.ts";
import { planText } from "../../report/plan-text.ts";
import { EXIT } from "../exit-codes.ts";
import { readNewRun } from "../new-run.ts";
import type { PlanOptions } from "../options.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import { createRunning } from "../running.ts";
import { listenForInterrupts } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";

/** Everything that `apply` does before its question; no lock is taken, nothing is written. */
export async function plan(
  file: string,
  options: PlanOptions,
  terminal: Terminal,
): Promise<number> {
  const made = await readNewRun(file, options, terminal);
  if (typeof made === "number") return made;
  using wish = listenForInterrupts(() => undefined);
  await using running = createRunning({
    ...made,
    journal: new MemoryJournal(systemClock),
    reporters: [],
    signal: wish.signal,
    note: (text) => terminal.err(`${text}\n`),
  });
  const beginning = await lookBeforeChanging(running, { lock: "leave" });
  if (beginning.kind === "locked") return EXIT.locked;
  const { plan: made_ } = beginning;
  if (made_.hosts.length > 0) {
    terminal.out(`${planText(made_, terminal.paint, { diff: options.diff === true })}\n`);
  }
  if (made_.refusals.length > 0) {
    sayRefusals(made_.refusals, terminal);
    return refusalCode(made_.refusals);
  }
  const changes = made_.hosts.some((host) =>
    host.items.some(({ answer }) => answer.kind === "would-change" || answer.kind === "unknown"),
  );
  return options.detailedExitcode && changes ? EXIT.hostsFailed : EXIT.done;
}
