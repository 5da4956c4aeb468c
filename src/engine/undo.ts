/** Taking back one host-task from its record, and choosing how a host goes back. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, TaskId } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import type { Undo, Undone } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import type { Changing } from "./change.ts";
import { inDoubt } from "./change.ts";
import { undoOrder } from "./decide-back.ts";
import { followJobs, settleDoubt } from "./doubt.ts";
import { laneOf } from "./fold.ts";
import { hostView, passGate } from "./gate.ts";
import { ensureLocked } from "./host-lock.ts";
import { itemsOf, unit } from "./lane-next.ts";
import { aloneOn } from "./lanes.ts";
import { forgetJobs, isOpen, undoing } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { prepareBack, sessionFor } from "./prepared.ts";
import { inverseOf } from "./program.ts";
import { registeredOk } from "./registered.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { itemOf } from "./scope.ts";
import { isOwnHost, runHostTask, settleFailed } from "./task-run.ts";

/** The host was lost meanwhile: the undo stays intended, and is gone on with when the host is back. */
interface Away {
  readonly kind: "away";
  readonly diagnostic: Diagnostic;
}

/** Undoes one record of a host that goes back by undoing. */
export function undoRecord(running: Running, record: HostTaskRecord): Promise<void> {
  const undo = () => undoAndSettle(running, record);
  // An inverse is a change of its own, and has the machine to itself by itself.
  return record.undo?.kind === "reversible" ? aloneOn(running.state, record.of.on, undo) : undo();
}

async function undoAndSettle(running: Running, record: HostTaskRecord): Promise<void> {
  const began = running.clock.now();
  const task = running.program.tasks.get(record.of.task);
  if (!task) return settleUndo(running, record, lostTask(record), began);
  if (record.back?.standing !== "intended")
    await running.append({ type: "undo-intended", of: record.of });
  let result = await undone(running, record, task);
  // A second look settles most doubts: every undo begins with what is there.
  if (result.kind === "in-doubt") result = await undone(running, record, task);
  if (result.kind !== "away") return settleUndo(running, record, result, began);
  const { host } = record.of;
  if (laneOf(running.state, host).lost) return;
  await running.append({ type: "host-lost", host, diagnostic: result.diagnostic });
}

function lostTask(record: HostTaskRecord): Undone {
  const diagnostic = problem(
    "engine/unknown-task",
    `the playbook of the journal has no task ${record.of.task}`,
  );
  return { kind: "failed", diagnostic };
}

async function undone(
  running: Running,
  record: HostTaskRecord,
  task: Task,
): Promise<Undone | Away> {
  const { undo, of } = record;
  if (undo === undefined || undo.kind === "nothing") return { kind: "already" };
  if (undo.kind === "irreversible") return irreversible(undo.reason);
  if (undo.kind === "no-inverse" && (record.perhaps === 0 || task.inverse === "none")) {
    return { kind: "already" };
  }
  try {
    const reason = await pointOfNoReturn(running, record);
    if (reason !== undefined) return irreversible(reason);
    const prepared = prepareBack(running, of, task);
    if (undo.kind === "reversible") return await putBack(running, prepared, record, undo);
    const known = await aloneOn(running.state, of.on, () =>
      whetherHappened(running, prepared, record),
    );
    return known.kind === "happened" ? await runInverse(running, record, task) : known;
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    if (error.kind === "unreachable") return away(record, error.diagnostic);
    return {
      kind: error.kind === "in-doubt" ? "in-doubt" : "failed",
      diagnostic: error.diagnostic,
    };
  }
}

function irreversible(reason: string): Undone {
  return {
    kind: "failed",
    diagnostic: problem("engine/irreversible", `cannot be taken back: ${reason}`),
  };
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

/** A job of the way forward that still runs would work against the undo, and one of an earlier undo against this one. */
async function comeToRest(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
): Promise<Diagnostic | undefined> {
  if (prepared.step.where !== "host") return undefined;
  const opened = await running.transport.connection(record.of.on).open(prepared.identity);
  if (opened.kind === "unreachable") throw new StepProblem("unreachable", opened.diagnostic);
  if (opened.kind === "refused") return opened.diagnostic;
  await ensureLocked(running, record.of.on);
  if (isOpen(record)) await followJobs(running, prepared, record);
  await followJobs(running, undoing(prepared), record);
  return undefined;
}

async function putBack(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
  undo: Extract<Undo<Json>, { kind: "reversible" }>,
): Promise<Undone> {
  const step = prepared.step as Changing;
  const back = undoing(prepared);
  const refused = await comeToRest(running, prepared, record);
  if (refused) return { kind: "failed", diagnostic: refused };
  // What they left on the host is what the undo begins with.
  if (isOpen(record)) await forgetJobs(running, prepared, record.attempt);
  await forgetJobs(running, back, record.attempt);
  const session = sessionFor(running, back, record.attempt);
  const result = await step.undo(session, undo.record, record.after, prepared.tools);
  await forgetJobs(running, back, record.attempt);
  return result;
}

/** What is not known to have happened is not taken back as if it had (R1). */
async function whetherHappened(
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

/** A lane waits for its own host, and for nobody else. */
function away(record: HostTaskRecord, diagnostic: Diagnostic): Undone | Away {
  return { kind: isOwnHost(record.of) ? "away" : "failed", diagnostic };
}

/**
 * `inverse:` is a task of its own, run as a host-task under "<id>.inverse", once for each item of a loop. What an earlier
 * controller began is settled by looking, and what came to its end is not run again (R1).
 */
async function runInverse(
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

async function settleUndo(
  running: Running,
  record: HostTaskRecord,
  result: Undone,
  began: number,
): Promise<void> {
  const diagnostic =
    "diagnostic" in result
      ? result.diagnostic
      : result.kind === "drifted"
        ? drifted(record)
        : undefined;
  await running.append({
    type: "undo-settled",
    of: record.of,
    outcome: result.kind,
    durationMs: running.clock.now() - began,
    ...(diagnostic && { diagnostic }),
    ...(result.kind === "drifted" && { changes: result.changes }),
  });
}

function drifted(record: HostTaskRecord): Diagnostic {
  return problem(
    "engine/drifted",
    `${hostTaskKey(record.of)} was changed by somebody else since this run changed it`,
    "Compare the difference; put it right by hand and resume.",
  );
}

/** A task of a `rollback:` phase that says `undo: id`. What was skipped or never reached here is satisfied. */
export async function runUndoTask(
  running: Running,
  host: HostId,
  task: Task,
  target: TaskId,
): Promise<void> {
  const lane = laneOf(running.state, host);
  const of = unit(lane, task);
  const began = running.clock.now();
  const records = undoOrder(lane).filter((record) => record.of.task === target);
  for (const record of records) {
    if (record.back?.standing !== "done" && record.back?.standing !== "already")
      await undoRecord(running, record);
    if (lane.lost) return;
    const back = record.back;
    if (back?.standing === "done" || back?.standing === "already") continue;
    const diagnostic =
      back?.diagnostic ??
      problem("engine/undo-failed", `${hostTaskKey(record.of)} could not be undone`);
    return settleFailed(running, of, task, diagnostic, undefined, running.clock.now() - began);
  }
  await running.append({
    type: "settled",
    of,
    step: "undo",
    outcome: records.length === 0 ? "skipped" : "applied",
    durationMs: running.clock.now() - began,
    registered: registeredOk({}, records.length > 0),
  });
}

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
  const why = lane.tasks.size === 0 ? "nothing was done" : "nothing irreversible happened";
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
