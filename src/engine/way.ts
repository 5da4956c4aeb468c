/** How a host goes back: by undoing task after task, or by the playbook's `rollback:` phases. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import { StepProblem } from "../model/step.ts";
import { comeToRest } from "./at-rest.ts";
import { undoOrder } from "./decide-back.ts";
import { laneOf } from "./fold.ts";
import { hostView, passGate } from "./gate.ts";
import { aloneOn } from "./lanes.ts";
import { isOpen } from "./left-jobs.ts";
import { prepareBack } from "./prepared.ts";
import type { Running } from "./running.ts";
import { itemOf } from "./scope.ts";

/**
 * A host on which an irreversible task *happened* takes the playbook's `rollback:` phases; every other host undoes task by
 * task. Whether it happened is what its probe says; without a probe an intent counts as happened.
 */
export async function chooseWay(running: Running, host: HostId): Promise<void> {
  const lane = laneOf(running.state, host);
  let happened: string | undefined;
  for (const record of lane.tasks.values()) {
    if (record.irreversible === undefined) continue;
    const answer = await whetherIrreversible(running, record);
    if (typeof answer === "object")
      return running.append({ type: "host-lost", host, diagnostic: answer });
    happened ??= answer;
  }
  if (happened !== undefined && running.program.back.length > 0) {
    return running.append({ type: "rollback-way", host, way: "phases", why: happened });
  }
  const why =
    happened !== undefined
      ? `up to where it cannot be taken back: ${happened}`
      : lane.tasks.size === 0
        ? "nothing was done"
        : "nothing irreversible happened";
  await running.append({ type: "rollback-way", host, way: "undo", why });
}

/** A job that still runs may yet do it: it is waited for. */
async function whetherIrreversible(
  running: Running,
  record: HostTaskRecord,
): Promise<string | undefined | Diagnostic> {
  const task = running.program.tasks.get(record.of.task);
  try {
    if (task && isOpen(record)) {
      const prepared = prepareBack(running, record.of, task);
      await aloneOn(running.state, record.of.on, () => comeToRest(running, prepared, record));
    }
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    // Whether it happened cannot be told: taken for done, which is the way that loses nothing.
    return error.kind === "unreachable" ? error.diagnostic : record.irreversible;
  }
  return happenedIrreversibly(running, record);
}

async function happenedIrreversibly(
  running: Running,
  record: HostTaskRecord,
): Promise<string | undefined | Diagnostic> {
  if (record.irreversible === undefined || record.perhaps === 0) return undefined;
  const task = running.program.tasks.get(record.of.task);
  if (!task?.probe) return record.irreversible;
  const { host } = record.of;
  const item = itemOf(running.state, record.of);
  const gate = await passGate(running, task.probe, [host], hostView(running, host), { item });
  if (gate.kind === "unreachable") return gate.diagnostic;
  return gate.kind === "holds" ? record.irreversible : undefined;
}

/**
 * A playbook without `rollback:` has no way around an irreversible task that happened: what lies behind it stays. Throws
 * StepProblem when the host does not say whether it did.
 */
export async function pointOfNoReturn(
  running: Running,
  record: HostTaskRecord,
): Promise<string | undefined> {
  if (record.irreversible === undefined || running.program.back.length > 0) return undefined;
  const happened = await happenedIrreversibly(running, record);
  if (typeof happened === "object") throw new StepProblem("unreachable", happened);
  return happened;
}

/** The lane has arrived, or cannot go on; what its `rollback:` phases made needless is journaled so. */
export async function endLaneBack(
  running: Running,
  host: HostId,
  outcome: "back" | "needs-operator" | "pending",
): Promise<void> {
  const lane = laneOf(running.state, host);
  if (outcome === "back" && lane.back?.way === "phases" && host !== FLEET) {
    for (const record of undoOrder(lane)) {
      if (record.back !== undefined) continue;
      await running.append({
        type: "undo-settled",
        of: record.of,
        outcome: "superseded",
        durationMs: 0,
      });
    }
  }
  await running.append({ type: "host-rolled-back", host, outcome });
}
