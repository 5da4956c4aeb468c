/** Taking back one host-task from its record. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, TaskId } from "../model/ids.ts";
import { hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { HostTaskRecord, RunState } from "../model/run-state.ts";
import type { Change, Undo, Undone } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import { comeToRest } from "./at-rest.ts";
import type { Changing } from "./change.ts";
import { undoOrder } from "./decide-back.ts";
import { laneOf } from "./fold.ts";
import { unit } from "./lane-next.ts";
import type { Away } from "./inverse.ts";
import { runInverse, whetherHappened } from "./inverse.ts";
import { aloneOn } from "./lanes.ts";
import { forgetJobs, isOpen, undoing } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { renderDuration } from "./durations.ts";
import { prepareBack, sessionFor } from "./prepared.ts";
import { registeredOk } from "./registered.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import { hostView, passGate } from "./gate.ts";
import { itemOf, scopeOf } from "./scope.ts";
import { isOwnHost, settleFailed } from "./settling.ts";
import { pointOfNoReturn } from "./way.ts";

/** Undoes one record of a host that goes back by undoing. */
export function undoRecord(running: Running, record: HostTaskRecord): Promise<void> {
  const undo = () => undoAndSettle(running, record);
  // An inverse is a change of its own, and has the machine to itself by itself.
  return record.undo?.kind === "reversible" ? aloneOn(running.state, record.of.on, undo) : undo();
}

async function undoAndSettle(running: Running, record: HostTaskRecord): Promise<void> {
  const began = running.clock.ticks();
  const task = running.program.tasks.get(record.of.task);
  if (!task) return settleUndo(running, record, lostTask(record), began);
  if (record.back?.standing !== "intended")
    await running.append({ type: "undo-intended", of: record.of });
  let result = await takeBack(running, record, task);
  // A second look settles most doubts: every undo begins with what is there.
  if (result.kind === "in-doubt") result = await takeBack(running, record, task);
  if (result.kind === "done" || result.kind === "already")
    result = await arrived(running, record, task, result);
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

/** Whether what the author wants to see after the undo is there: it is waited for as `undone:` says. */
async function arrived(
  running: Running,
  record: HostTaskRecord,
  { undone }: Task,
  result: Undone | Overwritten,
): Promise<Undone | Overwritten | Away> {
  if (undone === undefined) return result;
  const { of } = record;
  const item = itemOf(running.state, of);
  const scope = scopeOf(running.program, running.state, of.host, undone, { item });
  const waitMs = renderDuration(running, undone.wait, scope, undone);
  if (typeof waitMs === "object") return { kind: "failed", diagnostic: waitMs };
  const view = hostView(running, of.host);
  const gate = await passGate(running, undone, [of.host], view, { waitMs, item });
  switch (gate.kind) {
    case "holds":
      return result;
    case "fails":
      return { kind: "failed", diagnostic: gate.diagnostic };
    case "unreachable":
      return away(record, gate.diagnostic);
  }
}

async function takeBack(
  running: Running,
  record: HostTaskRecord,
  task: Task,
): Promise<Undone | Overwritten | Away> {
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

async function putBack(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
  undo: Extract<Undo<Json>, { kind: "reversible" }>,
): Promise<Undone | Overwritten> {
  const step = prepared.step as Changing;
  const back = undoing(prepared);
  const refused = await comeToRest(running, prepared, record);
  if (refused) return { kind: "failed", diagnostic: refused };
  // What they left on the host is what the undo begins with.
  if (isOpen(record)) await forgetJobs(running, prepared, record.attempt);
  await forgetJobs(running, back, record.attempt);
  const session = sessionFor(running, back, record.attempt);
  let result: Undone | Overwritten = await step.undo(
    session,
    undo.record,
    record.after,
    prepared.tools,
  );
  if (result.kind === "drifted" && overwritesDrift(running.state)) {
    // Not told what was left, a step compares with nothing: it puts back what was there before the run.
    const { changes } = result;
    const again = await step.undo(session, undo.record, undefined, prepared.tools);
    result = again.kind === "done" ? { kind: "done", overwritten: changes } : again;
  }
  await forgetJobs(running, back, record.attempt);
  return result;
}

/** A lane waits for its own host, and for nobody else. */
function away(record: HostTaskRecord, diagnostic: Diagnostic): Undone | Away {
  return { kind: isOwnHost(record.of) ? "away" : "failed", diagnostic };
}

async function settleUndo(
  running: Running,
  record: HostTaskRecord,
  result: Undone | Overwritten,
  began: number,
): Promise<void> {
  const diagnostic =
    "diagnostic" in result
      ? result.diagnostic
      : result.kind === "drifted"
        ? drifted(record, running.state)
        : undefined;
  const changes =
    "changes" in result ? result.changes : "overwritten" in result ? result.overwritten : undefined;
  await running.append({
    type: "undo-settled",
    of: record.of,
    outcome: result.kind,
    durationMs: running.clock.ticks() - began,
    ...(diagnostic && { diagnostic }),
    ...(changes && { changes }),
  });
}

/** Done over what somebody changed since: from what was left to what was found. */
interface Overwritten {
  readonly kind: "done";
  readonly overwritten: readonly Change[];
}

/** A decision of an operator, for the way back that it was taken for and no later one. */
export const OVERWRITE_DRIFT = "overwrite drift";

function overwritesDrift({ decisions, turned }: RunState): boolean {
  return decisions.some(({ question, seq }) => question === OVERWRITE_DRIFT && seq > turned);
}

/** `state`: where it could have been overwritten, and the step does not. */
export function drifted(record: HostTaskRecord, state?: RunState): Diagnostic {
  const summary = `${hostTaskKey(record.of)} was changed by somebody else since this run changed it`;
  const hint =
    state && overwritesDrift(state)
      ? "This is not overwritten, whatever is asked for: compare the difference, put it right by hand and go back again."
      : "Compare the difference; put it right by hand, or `runbook rollback --overwrite-drift` puts back what was there before the run.";
  return problem("engine/drifted", summary, hint);
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
  const began = running.clock.ticks();
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
    return settleFailed(running, of, task, diagnostic, undefined, running.clock.ticks() - began);
  }
  await running.append({
    type: "settled",
    of,
    step: "undo",
    outcome: records.length === 0 ? "skipped" : "applied",
    durationMs: running.clock.ticks() - began,
    registered: registeredOk({}, records.length > 0),
  });
}
