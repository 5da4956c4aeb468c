/**
 * What to do next. Pure: looks at the state, does nothing, remembers nothing. Batches, barriers, thresholds, rest points,
 * windows and stops live here, so they are tested by enumeration and by properties.
 *
 * One rule carries the rest: while the run is *draining* (threshold crossed, interrupt, window closing) nothing is begun
 * at a rest point, and every lane that is between rest points goes on to the next one (E3).
 */
import type { HostId, TaskId } from "../model/ids.ts";
import type { StopReason } from "../model/journal-entry.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { HostTaskRecord, RunState } from "../model/run-state.ts";
import { decideBack } from "./decide-back.ts";
import { endOfSpan, failureEnd, onFailure } from "./decide-end.ts";
import { decideFleet } from "./decide-fleet.ts";
import { laneOf } from "./fold.ts";
import type { LaneNext } from "./lane-next.ts";
import { laneNext } from "./lane-next.ts";
import type { LaneTask, Program } from "./program.ts";
import type { PauseStanding } from "./pause.ts";
import { pauseStanding } from "./pause.ts";
import { waitingForOnce } from "./run-once.ts";
import type { Throttle } from "./throttle.ts";
import { throttleFor } from "./throttle.ts";
import { failedHosts, hasFailed, isGoingBack, isSkipped } from "./standing.ts";
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
  /** `pause_after`: asks whether to go on, or writes down until when it pauses. */
  | { readonly kind: "begin-pause"; readonly done: number }
  /** Looks again soon. */
  | { readonly kind: "wait"; readonly untilMs: number }
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

export type Busy = ReadonlyMap<HostId, TaskId | undefined>;

/** What `decide` is told besides the state. */
export interface Moment {
  /** Lanes with an action under way, and the task that it is about. */
  readonly busy: Busy;
  /** 0: none. 1: to the next rest points. 2: after the running host-tasks. */
  readonly stop: 0 | 1 | 2;
  readonly nowMs: number;
}

export function decide(program: Program, state: RunState, moment: Moment): Decision {
  if (isGoingBack(program, state)) return decideBack(program, state, moment);
  for (const [index, stage] of program.stages.entries()) {
    const decision =
      stage.kind === "lanes"
        ? decideLanes(program, state, moment, stage.tasks)
        : decideFleet(program, state, moment, stage, index);
    if (decision) return decision;
  }
  return { actions: [], end: endOf(program, state) };
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
  let [failures, done, partlyBack, exceeded] = [0, 0, false, false];
  for (const [index, batch] of spec.batches.entries()) {
    const before = failures;
    for (const host of batch) {
      const lane = laneOf(state, host);
      if (lane.back) partlyBack = true;
      if (lane.back || (lane.atGoal === true && lane.begun === undefined)) continue;
      const next = laneNext(lane, tasks);
      views.set(host, next);
      if (next.kind === "done") done++;
      if (hasFailed(next) && !isSkipped(program, lane)) failures++;
    }
    exceeded ||= failures - before > (spec.maxFailuresPerBatch?.[index] ?? Infinity);
  }
  exceeded ||= failures > spec.maxFailures;
  const next = spec.hosts.find((host) => isOpen(views.get(host)) && !laneOf(state, host).begun);
  const span = spanStanding(state.window, moment.nowMs, spec.expectedMs, next);
  const draining = exceeded || moment.stop >= 1 || span.drains;
  const halted = moment.stop >= 2 || span.halts;
  const pause =
    next === undefined
      ? ({ kind: "none" } as const)
      : pauseStanding(program.run.playbook.rollout, state, done, moment.nowMs);
  const waiting = waitingForOnce(program, state, moment.busy, views);
  const throttle = throttleFor(moment.busy);
  const actions: Action[] = [];
  let left = false;
  for (const batch of spec.batches) {
    const open = batch.filter((host) => isOpen(views.get(host)));
    if (open.length === 0) continue;
    const chosen = chooseInBatch(state, moment, open, views, {
      draining,
      halted,
      late: span.late === true || partlyBack || pause.kind !== "none",
      forks: spec.forks,
      waiting,
      throttle,
    });
    actions.push(...chosen.actions);
    left ||= chosen.left;
    // A later batch may have lanes between rest points too: a resume finds it so when an earlier host is tried again.
    if (chosen.actions.length > 0 || chosen.busy || !chosen.left) return { actions };
  }
  if (left && pause.kind !== "none" && !draining && moment.busy.size === 0)
    return duringPause(pause, done);
  if (left) return endOfDraining(program, state, moment, exceeded, span);
  if (moment.busy.size > 0) return { actions };
  if (exceeded) return onFailure(program, state);
  return undefined;
}

function duringPause(pause: Exclude<PauseStanding, { kind: "none" }>, done: number): Decision {
  switch (pause.kind) {
    case "due":
      return { actions: [{ kind: "begin-pause", done }] };
    case "until":
      return { actions: [{ kind: "wait", untilMs: pause.untilMs }] };
    case "refused": {
      const text = `paused after ${done} hosts; resume asks again`;
      return { actions: [], end: { kind: "stopped", why: "interrupted", text } };
    }
  }
}

function isOpen(next: LaneNext | undefined): boolean {
  return next?.kind === "task" || next?.kind === "doubt";
}

function chooseInBatch(
  state: RunState,
  moment: Moment,
  open: readonly HostId[],
  views: ReadonlyMap<HostId, LaneNext>,
  how: {
    readonly draining: boolean;
    readonly halted: boolean;
    readonly late: boolean;
    readonly forks: number;
    readonly waiting: ReadonlySet<HostId>;
    readonly throttle: Throttle;
  },
): { actions: Action[]; left: boolean; busy: boolean } {
  const leaves = (host: HostId, next: LaneNext): boolean =>
    how.halted ||
    (how.draining &&
      next.kind === "task" &&
      (laneOf(state, host).begun === undefined || next.next.restBefore)) ||
    (how.late && laneOf(state, host).begun === undefined);
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
    if (next.next.phaseIndex > barrier || room <= 0 || how.waiting.has(host)) {
      busy = true;
      continue;
    }
    const { task, phase } = next.next;
    if (!how.throttle.admits(task)) {
      busy = true;
      continue;
    }
    room--;
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
  if (span.text === "") {
    if (failedHosts(program, state).length > 0)
      return { actions: [], end: failureEnd(program, state) };
    const text = "some hosts were taken back, so no other one is begun; apply the playbook again";
    return { actions: [], end: { kind: "stopped", why: "hosts-to-do", text } };
  }
  return endOfSpan(program, state, span);
}

function endOf(program: Program, state: RunState): End {
  return failedHosts(program, state).length > 0
    ? failureEnd(program, state)
    : { kind: "succeeded" };
}
