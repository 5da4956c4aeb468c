/**
 * What to do next. Pure: looks at the state, does nothing, remembers nothing. Batches, barriers, thresholds, rest points,
 * windows and stops live here, so they are tested by enumeration and by properties.
 *
 * One rule carries the rest: while the run is *draining* (threshold crossed, interrupt, window closing) nothing is begun
 * at a rest point, and every lane that is between rest points goes on to the next one (E3).
 */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { StopReason } from "../model/journal-entry.ts";
import type { Json } from "../model/json.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { HostTaskRecord, Lane, RunState } from "../model/run-state.ts";
import { decideBack } from "./decide-back.ts";
import { laneOf } from "./fold.ts";
import type { LaneNext } from "./lane-next.ts";
import { laneNext, progressOf } from "./lane-next.ts";
import type { LaneTask, Program, Stage } from "./program.ts";
import type { SpanStanding } from "./window.ts";
import { spanStanding } from "./window.ts";

export type Action =
  | { readonly kind: "task"; readonly host: HostId; readonly task: Task; readonly phase: Phase }
  | {
      readonly kind: "doubt";
      readonly host: HostId;
      readonly task: Task;
      readonly phase: Phase;
      readonly record: HostTaskRecord;
    }
  /** Fleet hosts outside the selection: are they at their goal? */
  | { readonly kind: "look-at-goal"; readonly hosts: readonly HostId[] }
  | {
      readonly kind: "begin-rollback";
      readonly hosts: readonly HostId[];
      readonly whole: boolean;
      readonly why: string;
    }
  | { readonly kind: "ask-about-failure"; readonly failed: readonly HostId[] }
  | { readonly kind: "choose-way"; readonly host: HostId }
  | { readonly kind: "undo"; readonly host: HostId; readonly record: HostTaskRecord }
  | {
      readonly kind: "end-lane-back";
      readonly host: HostId;
      readonly outcome: "back" | "needs-operator" | "pending";
    };

/** Why nothing more will be done. */
export type End =
  | { readonly kind: "succeeded" }
  | { readonly kind: "stopped"; readonly why: StopReason; readonly text: string }
  | { readonly kind: "rolled-back"; readonly whole: boolean };

export interface Decision {
  readonly actions: readonly Action[];
  /** Present when nothing is under way and nothing is to be begun. */
  readonly end?: End;
}

/** What `decide` is told besides the state. */
export interface Moment {
  /** Lanes with an action under way. */
  readonly busy: ReadonlySet<HostId>;
  /** 0: none. 1: to the next rest points. 2: after the running host-tasks. */
  readonly stop: 0 | 1 | 2;
  readonly nowMs: number;
}

export function decide(program: Program, state: RunState, moment: Moment): Decision {
  if (isGoingBack(state)) return decideBack(program, state, moment);
  for (const [index, stage] of program.stages.entries()) {
    const decision =
      stage.kind === "lanes"
        ? decideLanes(program, state, moment, stage.tasks)
        : decideFleet(program, state, moment, stage, index);
    if (decision) return decision;
  }
  return { actions: [], end: endOf(program, state) };
}

function isGoingBack(state: RunState): boolean {
  for (const lane of state.lanes.values()) if (lane.back !== undefined) return true;
  return false;
}

/** Hosts that count against `max_failures`: failed, unreachable or in doubt. */
export function failedHosts(program: Program, state: RunState): readonly HostId[] {
  return state.spec.hosts.filter((host) => {
    const lane = laneOf(state, host);
    if (lane.lost) return true;
    return program.stages.some(
      (stage) => stage.kind === "lanes" && hasFailed(laneNext(lane, stage.tasks)),
    );
  });
}

function hasFailed(next: LaneNext): boolean {
  return next.kind === "failed" || next.kind === "in-doubt" || next.kind === "lost";
}

/** Undefined when the stage is complete. */
function decideLanes(
  program: Program,
  state: RunState,
  moment: Moment,
  tasks: readonly LaneTask[],
): Decision | undefined {
  const { spec } = state;
  const views = new Map<HostId, LaneNext>();
  let failures = 0;
  for (const host of spec.hosts) {
    const lane = laneOf(state, host);
    if (lane.atGoal === true && lane.begun === undefined) continue;
    const next = laneNext(lane, tasks);
    views.set(host, next);
    if (hasFailed(next)) failures++;
  }
  const exceeded = failures > spec.maxFailures;
  const span = spanStanding(spec.window, moment.nowMs);
  const draining = exceeded || moment.stop >= 1 || span.drains;
  const halted = moment.stop >= 2 || span.halts;
  const actions: Action[] = [];
  let left = false;
  for (const batch of spec.batches) {
    const open = batch.filter((host) => isOpen(views.get(host)));
    if (open.length === 0) continue;
    const chosen = chooseInBatch(state, moment, open, views, {
      draining,
      halted,
      forks: spec.forks,
    });
    actions.push(...chosen.actions);
    left ||= chosen.left;
    // A later batch may have lanes between rest points too: a resume finds it so when an earlier host is tried again.
    if (chosen.actions.length > 0 || chosen.busy || !chosen.left) return { actions };
  }
  if (left) return endOfDraining(program, state, moment, exceeded, span);
  if (moment.busy.size > 0) return { actions };
  if (exceeded) return onFailure(program, state);
  return undefined;
}

function isOpen(next: LaneNext | undefined): boolean {
  return next?.kind === "task" || next?.kind === "doubt";
}

function chooseInBatch(
  state: RunState,
  moment: Moment,
  open: readonly HostId[],
  views: ReadonlyMap<HostId, LaneNext>,
  how: { readonly draining: boolean; readonly halted: boolean; readonly forks: number },
): { actions: Action[]; left: boolean; busy: boolean } {
  const leaves = (host: HostId, next: LaneNext): boolean =>
    how.halted ||
    (how.draining &&
      next.kind === "task" &&
      (laneOf(state, host).begun === undefined || next.next.restBefore));
  const barrier = state.spec.mode === "window" ? lowestPhase(open, views, leaves) : Infinity;
  const actions: Action[] = [];
  let [left, busy] = [false, false];
  let room = how.forks - moment.busy.size;
  for (const host of open) {
    const next = views.get(host);
    if (!next || (next.kind !== "task" && next.kind !== "doubt")) continue;
    if (moment.busy.has(host)) {
      busy = true;
      continue;
    }
    if (leaves(host, next)) {
      left = true;
      continue;
    }
    if (next.next.phaseIndex > barrier || room <= 0) {
      busy = true;
      continue;
    }
    room--;
    const { task, phase } = next.next;
    actions.push(
      next.kind === "task"
        ? { kind: "task", host, task, phase }
        : { kind: "doubt", host, task, phase, record: next.record },
    );
  }
  return { actions, left, busy: busy || moment.busy.size > 0 };
}

/** Window mode: the phase that every lane of the batch must have left before any lane enters the next one. */
function lowestPhase(
  open: readonly HostId[],
  views: ReadonlyMap<HostId, LaneNext>,
  leaves: (host: HostId, next: LaneNext) => boolean,
): number {
  let lowest = Infinity;
  for (const host of open) {
    const next = views.get(host);
    if (next?.kind !== "task" && next?.kind !== "doubt") continue;
    if (leaves(host, next)) continue;
    lowest = Math.min(lowest, next.next.phaseIndex);
  }
  return lowest;
}

/** Everything under way has come to rest, and something was left undone. */
function endOfDraining(
  program: Program,
  state: RunState,
  moment: Moment,
  exceeded: boolean,
  span: SpanStanding,
): Decision {
  if (moment.stop >= 1) {
    return {
      actions: [],
      end: { kind: "stopped", why: "interrupted", text: "stopped by the operator" },
    };
  }
  if (exceeded) return onFailure(program, state);
  return endOfSpan(program, state, span);
}

/** The window has closed, and every lane is where it may be left. */
function endOfSpan(program: Program, state: RunState, span: SpanStanding): Decision {
  const underWay = state.spec.hosts.filter((host) => {
    const lane = laneOf(state, host);
    return isTouched(lane) && !isFinished(program, lane);
  });
  if (state.spec.window?.onClose === "rollback" && underWay.length > 0) {
    return { actions: [{ kind: "begin-rollback", hosts: underWay, whole: false, why: span.text }] };
  }
  return { actions: [], end: { kind: "stopped", why: "window", text: span.text } };
}

/** The threshold is crossed and every lane is at rest. */
function onFailure(program: Program, state: RunState): Decision {
  const failed = failedHosts(program, state);
  const wanted = wantedOnFailure(state);
  const why = `${failed.join(", ")} failed`;
  switch (wanted) {
    case "rollback_host": {
      const touched = failed.filter((host) => isTouched(laneOf(state, host)));
      if (touched.length === 0) break;
      return { actions: [{ kind: "begin-rollback", hosts: touched, whole: false, why }] };
    }
    case "rollback_run": {
      if (!isAnythingTouched(state)) break;
      return wholeRollback(state, why);
    }
    case undefined:
      return { actions: [{ kind: "ask-about-failure", failed }] };
    default:
      break;
  }
  return { actions: [], end: failureEnd(program, state) };
}

/** What the playbook says, or the operator since this controller began: an answer is for the failure it was given for. */
function wantedOnFailure(state: RunState): Json | undefined {
  if (state.spec.onFailure !== "ask") return state.spec.onFailure;
  return state.decisions.findLast(
    ({ question, seq }) => question === "on_failure" && seq > state.resumed,
  )?.answer;
}

function wholeRollback(state: RunState, why: string): Decision {
  return { actions: [{ kind: "begin-rollback", hosts: touchedHosts(state), whole: true, why }] };
}

/** A lane that has an intent in the journal may have been changed. */
export function isTouched(lane: Lane): boolean {
  for (const record of lane.tasks.values()) if (record.attempt > 0) return true;
  return false;
}

/** Hosts, or what belongs to all of them. */
export function isAnythingTouched(state: RunState): boolean {
  for (const lane of state.lanes.values()) if (isTouched(lane)) return true;
  return false;
}

/** Hosts that may have been changed, newest lane first. */
export function touchedHosts(state: RunState): readonly HostId[] {
  return [...state.lanes.values()]
    .filter((lane) => lane.host !== FLEET && isTouched(lane))
    .toSorted((a, b) => (b.begun ?? 0) - (a.begun ?? 0))
    .map((lane) => lane.host);
}

function decideFleet(
  program: Program,
  state: RunState,
  moment: Moment,
  stage: Extract<Stage, { kind: "fleet" }>,
  index: number,
): Decision | undefined {
  const { phase } = stage;
  const lane = laneOf(state, FLEET);
  const all = phase.tasks.map((task) => ({ task, progress: progressOf(lane, task) }));
  const next = all.find(({ progress }) => progress.kind !== "done");
  if (!next) return undefined;
  if (moment.busy.size > 0) return { actions: [] };
  if (next.progress.kind === "failed" || next.progress.kind === "in-doubt") {
    return onFleetFailure(state, next.progress.record);
  }
  const span = spanStanding(state.spec.window, moment.nowMs);
  if (span.halts || (span.drains && next === all[0])) return endOfSpan(program, state, span);
  if (moment.stop >= 1) {
    return {
      actions: [],
      end: { kind: "stopped", why: "interrupted", text: "stopped by the operator" },
    };
  }
  if (phase.incomplete === "wait") {
    const missing = unfinishedHosts(program, state, index);
    const unseen = missing.filter((host) => laneOf(state, host).atGoal === undefined);
    if (unseen.length > 0) return { actions: [{ kind: "look-at-goal", hosts: unseen }] };
    if (missing.length > 0)
      return { actions: [], end: incompleteEnd(program, state, phase, missing) };
  }
  const of = { host: FLEET, task: next.task, phase };
  return {
    actions: [
      next.progress.kind === "doubt"
        ? { kind: "doubt", ...of, record: next.progress.record }
        : { kind: "task", ...of },
    ],
  };
}

/** Hosts of `hosts:` that are neither at their goal nor done with what stands before that stage. */
function unfinishedHosts(program: Program, state: RunState, before: number): readonly HostId[] {
  return state.spec.fleet.filter((host) => {
    const lane = laneOf(state, host);
    return (
      !(lane.atGoal === true && lane.begun === undefined) && !isFinished(program, lane, before)
    );
  });
}

/** Done with the host phases that stand before a stage; with all of them when none is named. */
export function isFinished(program: Program, lane: Lane, before?: number): boolean {
  const lists = program.stages
    .slice(0, before)
    .flatMap((stage) => (stage.kind === "lanes" ? [stage.tasks] : []));
  if (lane.lost || (lists.length > 0 && lane.begun === undefined)) return false;
  return lists.every((tasks) => laneNext(lane, tasks).kind === "done");
}

function incompleteEnd(
  program: Program,
  state: RunState,
  phase: Phase,
  missing: readonly HostId[],
): End {
  const failed = failedHosts(program, state);
  if (failed.length > 0) return failureEnd(program, state);
  const done = state.spec.fleet.length - missing.length;
  return {
    kind: "stopped",
    why: "hosts-to-do",
    text: `${done} of ${state.spec.fleet.length} hosts done; "${phase.name}" waits for ${missing.join(", ")}`,
  };
}

function onFleetFailure(state: RunState, record: HostTaskRecord): Decision {
  const wanted = wantedOnFailure(state);
  if (wanted === undefined) return { actions: [{ kind: "ask-about-failure", failed: [FLEET] }] };
  if (wanted === "rollback_run" && isAnythingTouched(state))
    return wholeRollback(state, `${record.of.task} failed for the fleet`);
  const why = record.standing === "in-doubt" ? "in-doubt" : "failed";
  return {
    actions: [],
    end: { kind: "stopped", why, text: record.diagnostic?.summary ?? "a fleet task failed" },
  };
}

function failureEnd(program: Program, state: RunState): End {
  const failed = failedHosts(program, state);
  const lanes = failed.map((host) => laneOf(state, host));
  const standings = lanes.map((lane) => standingOf(program, lane));
  const why = standings.includes("in-doubt")
    ? "in-doubt"
    : standings.every((s) => s === "lost")
      ? "unreachable"
      : "failed";
  return { kind: "stopped", why, text: `${failed.join(", ")}: ${why}` };
}

/** In one word, where a lane stands; a lane lost after a write is in doubt, never merely unreachable. */
export function standingOf(
  program: Program,
  lane: Lane,
): "done" | "failed" | "in-doubt" | "lost" | "open" {
  for (const record of lane.tasks.values()) {
    if (record.standing === "in-doubt") return "in-doubt";
    if (record.standing === "intended" && lane.lost) return "in-doubt";
  }
  for (const stage of program.stages) {
    if (stage.kind === "fleet") continue;
    const next = laneNext(lane, stage.tasks);
    if (next.kind === "lost") return isTouched(lane) ? "in-doubt" : "lost";
    if (next.kind === "failed" || next.kind === "in-doubt") return next.kind;
    if (next.kind !== "done") return "open";
  }
  return "done";
}

function endOf(program: Program, state: RunState): End {
  return failedHosts(program, state).length > 0
    ? failureEnd(program, state)
    : { kind: "succeeded" };
}
