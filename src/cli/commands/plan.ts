import { lookBeforeChanging } from "../../engine/begin.ts";
import { planText } from "../../report/plan-text.ts";
import { EXIT } from "../exit-codes.ts";
import { createFilesSeen } from "../files-seen.ts";
import { lookingRun } from "../looking.ts";
import type { NewRun } from "../new-run.ts";
import { readNewRun } from "../new-run.ts";
import type { PlanOptions } from "../options.ts";
import { openApproved, planTextOf, REFUSED } from "../plan-file/approved.ts";
import type { PlanFile } from "../plan-file/contents.ts";
import { movedWorld } from "../plan-file/moved-world.ts";
import { savePlan } from "../plan-file/save.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import type { Terminal } from "../terminal.ts";
import { sayWindow } from "../windows.ts";

/** Everything that `apply` does before its question; no lock is taken, nothing is written but what `--out` names. */
export async function plan(
  file: string,
  options: PlanOptions,
  terminal: Terminal,
): Promise<number> {
  const text = await planTextOf(file);
  if (text !== undefined) {
    if (options.out !== undefined) {
      terminal.err(`${file} is a plan file already: --out wants a playbook.\n`);
      return EXIT.usage;
    }
    const opened = await openApproved(file, text, options, terminal);
    return typeof opened === "number"
      ? opened
      : planRun(opened.made, options, terminal, opened.approved);
  }
  const seen = options.out === undefined ? {} : { seen: createFilesSeen() };
  const made = await readNewRun(file, options, terminal, seen);
  if (typeof made === "number") return made;
  return planRun(made, options, terminal);
}

/** With a plan that was approved: whether it is still what would happen. */
async function planRun(
  made: NewRun,
  options: PlanOptions,
  terminal: Terminal,
  approved?: PlanFile,
): Promise<number> {
  await using running = lookingRun(made, terminal);
  const beginning = await lookBeforeChanging(running, { lock: "leave" });
  if (beginning.kind === "locked") return EXIT.locked;
  const { hosts, refusals } = beginning.plan;
  if (hosts.length > 0) {
    const wording = { diff: options.diff === true, phases: made.playbook.phases };
    terminal.out(`${planText(beginning.plan, terminal.paint, wording)}\n`);
  }
  sayWindow(running, terminal);
  if (refusals.length > 0) {
    sayRefusals(refusals, terminal);
    if (options.out !== undefined) terminal.err("Refused; no plan file was written.\n");
    return refusalCode(refusals);
  }
  const moved = approved ? movedWorld(approved.contents.plan, beginning.plan) : [];
  if (moved.length > 0) {
    terminal.problems(moved);
    terminal.err(REFUSED);
    return EXIT.refused;
  }
  if (options.out !== undefined) {
    const problem = await savePlan(options.out, { made, running, plan: beginning.plan }, options);
    if (problem) {
      terminal.problems([problem]);
      return EXIT.declined;
    }
    terminal.err(
      `The plan is in ${options.out}: runbook apply ${options.out} does exactly this.\n`,
    );
  }
  const changes = hosts.some((host) =>
    host.items.some(({ answer }) => answer.kind === "would-change" || answer.kind === "unknown"),
  );
  return options.detailedExitcode && changes ? EXIT.hostsFailed : EXIT.done;
}
