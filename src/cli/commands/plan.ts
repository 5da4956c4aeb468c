import { lookBeforeChanging } from "../../engine/begin.ts";
import { planText } from "../../report/plan-text.ts";
import { EXIT } from "../exit-codes.ts";
import { lookingRun } from "../looking.ts";
import { readNewRun } from "../new-run.ts";
import type { PlanOptions } from "../options.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import type { Terminal } from "../terminal.ts";
import { sayWindow } from "../windows.ts";

/** Everything that `apply` does before its question; no lock is taken, nothing is written. */
export async function plan(
  file: string,
  options: PlanOptions,
  terminal: Terminal,
): Promise<number> {
  const made = await readNewRun(file, options, terminal);
  if (typeof made === "number") return made;
  await using running = lookingRun(made, terminal);
  const beginning = await lookBeforeChanging(running, { lock: "leave" });
  if (beginning.kind === "locked") return EXIT.locked;
  const { hosts, refusals } = beginning.plan;
  if (hosts.length > 0) {
    terminal.out(`${planText(beginning.plan, terminal.paint, { diff: options.diff === true })}\n`);
  }
  sayWindow(running, terminal);
  if (refusals.length > 0) {
    sayRefusals(refusals, terminal);
    return refusalCode(refusals);
  }
  const changes = hosts.some((host) =>
    host.items.some(({ answer }) => answer.kind === "would-change" || answer.kind === "unknown"),
  );
  return options.detailedExitcode && changes ? EXIT.hostsFailed : EXIT.done;
}
