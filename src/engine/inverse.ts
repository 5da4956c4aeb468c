/** Taking back what has no record, by the author's own `inverse:`. */
import type { Diagnostic } from "../model/diagnostic.ts";
import { hostTaskKey } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import type { Undone } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import { comeToRest, followJobs } from "./at-rest.ts";
import type { Changing } from "./change.ts";
import { inDoubt } from "./change.ts";
import { settleDoubt } from "./doubt.ts";
import { laneOf } from "./fold.ts";
import { hostView, passGate } from "./gate.ts";
import { itemsOf, unit } from "./lane-next.ts";
import { isOpen } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { inverseOf } from "./program.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { itemOf } from "./scope.ts";
import { runHostTask } from "./task-run.ts";

/** The host was lost meanwhile: the undo stays intended, and is gone on with when the host is back. */
export interface Away {
  readonly kind: "away";
  readonly diagnostic: Diagnostic;
}

/** What is not known to have happened is not taken back as if it had (R1). */
export async function whetherHappened(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
): Promise<Undone | { readonly kind: "happened" }> {
  const { task, of } = prepared;
  if (!isOpen(record)) return { kind: "happened" };
  const refused = await comeToRest(running, prepared, record);
  if (refused) return { kind: "failed", diagnostic: refused };
  const jobs = await followJobs(running, prepared, record);
  if (jobs === "finished") return { kind: "happened" };
  const step = prepared.step as Changing;
  if (jobs === "absent" && !step.idempotent && !step.jobless) return { kind: "already" };
  if (!task.probe) {
    const why = `whether ${hostTaskKey(of)} happened cannot be told, so it is not taken back`;
    return {
      kind: "in-doubt",
      diagnostic: inDoubt(problem("engine/in-doubt", why), hostTaskKey(of)),
    };
  }
  const item = itemOf(running.state, of);
  const view = hostView(running, of.host);
  const gate = await passGate(running, task.probe, [of.host], view, { item });
  if (gate.kind === "unreachable") throw new StepProblem("unreachable", gate.diagnostic);
  return { kind: gate.kind === "holds" ? "happened" : "already" };
}

/**
 * `inverse:` is a task of its own, run as a host-task under "<id>.inverse", once for each item of a loop. What an earlier
 * controller began is settled by looking, and what came to its end is not run again (R1).
 */
export async function runInverse(
  running: Running,
  record: HostTaskRecord,
  task: Task,
): Promise<Undone | Away> {
  const inverse = inverseOf(task);
  if (inverse === undefined) {
    const hint = "Take it back by hand, or give the task an `inverse:`.";
    return {
      kind: "failed",
      diagnostic: problem("engine/no-inverse", `nobody knows how to undo ${task.name}`, hint),
    };
  }
  const first = running.program.run.playbook.phases[0];
  if (!first) throw new Error("a playbook without phases has nothing to undo");
  const phase = { ...first, when: true };
  const { host } = record.of;
  const lane = laneOf(running.state, host);
  const item = await itemOfInverse(running, record, inverse);
  const key = hostTaskKey({ ...unit(lane, inverse), ...(item && { item: item.index }) });
  const begun = lane.tasks.get(key);
  switch (begun?.standing) {
    case "intended":
    case "in-doubt":
      await settleDoubt(running, host, inverse, phase, begun);
      break;
    case "failed":
    case "retry":
    case undefined:
      await runHostTask(running, host, inverse, phase, item);
      break;
    case "applied":
    case "satisfied":
    case "skipped":
    case "ignored":
      break;
  }
  if (lane.lost) return { kind: "away", diagnostic: lane.lost };
  const settled = lane.tasks.get(key);
  switch (settled?.standing) {
    case "applied":
    case "satisfied":
    case "skipped":
    case "ignored":
      return { kind: "done" };
    case "failed":
      return {
        kind: "failed",
        diagnostic: settled.diagnostic ?? problem("engine/inverse-failed", "its inverse failed"),
      };
    case "in-doubt":
    case "intended":
    case "retry":
    case undefined: {
      const doubt = problem("engine/in-doubt", `the inverse of ${task.name} is in doubt`);
      return { kind: "in-doubt", diagnostic: settled?.diagnostic ?? doubt };
    }
  }
}

/** The items of the loop are those of its inverse too, in the journal as well: a resume must see the same ones. */
async function itemOfInverse(
  running: Running,
  { of }: HostTaskRecord,
  inverse: Task,
): Promise<LoopItem | undefined> {
  if (of.item === undefined) return undefined;
  const { items } = laneOf(running.state, of.host);
  const known = itemsOf(running.state, of);
  if (!items.has(inverse.id)) {
    await running.append({ type: "looped", task: inverse.id, host: of.host, items: known });
  }
  return { index: of.item, value: known[of.item] ?? null };
}
