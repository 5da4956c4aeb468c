/** A stage of lanes: batch by batch, or in window mode phase by phase; what begins, what goes on, and what is left where it is. */
import { FLEET } from "../model/ids.ts";
import type { HostId } from "../model/ids.ts";
import type { RunState } from "../model/run-state.ts";
import { endOfSpan, failureEnd, onFailure } from "./decide-end.ts";
import type { Action, Decision, End, Moment } from "./decide.ts";
import type { Entrance, Gatekeeper } from "./health.ts";
import { gatekeeper, isEntering } from "./health.ts";
import type { LaneTask, Program } from "./program.ts";
import type { PauseStanding } from "./pause.ts";
import { pauseStanding } from "./pause.ts";
import { waitingForOnce } from "./run-once.ts";
import type { OpenLane, StageLanes } from "./stage-lanes.ts";
import { stageLanes } from "./stage-lanes.ts";
import { failedHosts } from "./standing.ts";
import type { Throttle } from "./throttle.ts";
import { throttleFor } from "./throttle.ts";
import type { SpanStanding } from "./window.ts";
import { spanStanding } from "./window.ts";

/** Undefined when the stage is complete. */
export function decideLanes(
  program: Program,
  state: RunState,
  moment: Moment,
  tasks: readonly LaneTask[],
): Decision | undefined {
  const { spec } = state;
  const lanes = stageLanes(program, state, tasks);
  const { exceeded, nextToBegin, done } = lanes;
  const span = spanStanding(state.window, moment.nowMs, spec.expectedMs, nextToBegin);
  const pause =
    nextToBegin === undefined
      ? ({ kind: "none" } as const)
      : pauseStanding(program.run.playbook.rollout, state, done, moment.nowMs);
  const gate = gatekeeper(program, state, tasks, moment.busy, moment.nowMs);
  const how: How = {
    draining: exceeded || moment.stop >= 1 || span.drains,
    halted: moment.stop >= 2 || span.halts,
    late: span.late === true || lanes.back > 0 || pause.kind !== "none",
    waiting: waitingForOnce(program, state, moment.busy, lanes.atOnce()),
    throttle: throttleFor(moment.busy),
    ...(gate && { health: { gate, begins: tasks } }),
  };
  const actions: Action[] = [];
  let left = false;
  for (const batch of lanes.openBatches()) {
    const chosen = chooseInBatch(state, moment, lanes, batch, how);
    actions.push(...chosen.actions);
    left ||= chosen.left;
    // Nobody of a later batch begins in front of them.
    if (chosen.left && gate) gate.close();
    // A later batch may have lanes between rest points too: a resume finds it so when an earlier host is tried again.
    if (chosen.actions.length > 0 || chosen.busy || !chosen.left) return { actions };
  }
  if (left && pause.kind !== "none" && !how.draining && moment.busy.size === 0)
    return duringPause(pause, done);
  if (left && gate && !how.draining && !how.late && moment.busy.size === 0)
    return { actions: [], end: { kind: "stopped", why: "interrupted", text: gate.text } };
  if (left) return endOfDraining(program, state, moment, exceeded, span);
  if (moment.busy.size > 0) return { actions };
  if (exceeded) return onFailure(program, state);
  if (lanes.leftOut.size > 0) return { actions: [], end: leftOutEnd(state, lanes) };
  return undefined;
}

/** `resume --limit` has done its hosts; the run keeps its locks for those that are left. */
function leftOutEnd(state: RunState, { leftOut }: StageLanes): End {
  const names = [...leftOut].map((position) => state.spec.hosts[position]).join(", ");
  const text = `left out by --limit: ${names}`;
  return { kind: "stopped", why: "interrupted", text };
}

/** What keeps lanes where they are. */
interface How {
  /** Nothing is begun at a rest point. */
  readonly draining: boolean;
  /** Nothing is begun at all. */
  readonly halted: boolean;
  /** No lane begins. */
  readonly late: boolean;
  readonly waiting: ReadonlySet<HostId>;
  readonly throttle: Throttle;
  readonly health?: { readonly gate: Gatekeeper; readonly begins: readonly LaneTask[] };
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

function chooseInBatch(
  state: RunState,
  moment: Moment,
  lanes: StageLanes,
  batch: number,
  how: How,
): { actions: readonly Action[]; left: boolean; busy: boolean } {
  const anyLeft = how.halted || how.draining || how.late;
  const open = anyLeft ? lanes.open(batch) : lanes.ahead(batch);
  const barrier =
    anyLeft && state.spec.mode === "window" ? lowestPhase(lanes.open(batch), how) : Infinity;
  const actions: Action[] = [];
  let [left, busy, looks] = [false, moment.busy.size > 0, false];
  let room = state.spec.forks - moment.busy.size;
  for (const lane of open) {
    const { host, next } = lane;
    if (moment.busy.has(host)) continue;
    if (anyLeft && isLeft(lane, how)) {
      left = true;
      continue;
    }
    const { task, phase, phaseIndex } = next.next;
    const waits = room <= 0 || phaseIndex > barrier || how.waiting.has(host);
    const entrance = waits ? "wait" : entranceOf(lane, how);
    if (entrance === "short") {
      left = true;
      continue;
    }
    looks ||= entrance === "look";
    if (entrance !== "enter" || !how.throttle.admits(task)) {
      busy = true;
      if (room <= 0 && !anyLeft) break;
      continue;
    }
    room--;
    actions.push(
      next.kind === "task"
        ? { kind: "task", host, task, phase }
        : { kind: "doubt", host, task, phase, record: next.record },
    );
  }
  // Whoever is under way goes on first: with it, more may be healthy.
  if (looks && room > 0 && how.health && !moment.busy.has(FLEET))
    actions.push({ kind: "look-at-health", ...how.health.gate.moment });
  return { actions, left, busy };
}

/** Whoever begins the stage is away from its work until the end of it. */
function entranceOf({ host, next }: OpenLane, { health }: How): Entrance {
  if (!health || next.kind !== "task" || !isEntering(next.next, health.begins)) return "enter";
  return health.gate.asks(host);
}

/** E3: a lane is left only where it has not begun, or at a rest point. */
function isLeft({ next, begun }: OpenLane, how: How): boolean {
  if (how.halted) return true;
  if (how.draining && next.kind === "task" && (!begun || next.next.restBefore)) return true;
  return how.late && !begun;
}

/** Window mode: the phase that every lane of the batch must have left before any lane enters the next one. */
function lowestPhase(open: readonly OpenLane[], how: How): number {
  let lowest = Infinity;
  for (const lane of open)
    if (!isLeft(lane, how)) lowest = Math.min(lowest, lane.next.next.phaseIndex);
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
