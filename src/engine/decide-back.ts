/**
 * The way back: fleet and controller tasks first, and only when the whole run goes back; then hosts, newest first, one at
 * a time in serial mode, all together in window mode. A host that cannot go back does not keep the others from it.
 */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { HostTaskRecord, Lane, RunState } from "../model/run-state.ts";
import type { Action, Decision, Moment } from "./decide.ts";
import { laneOf } from "./fold.ts";
import { laneNext } from "./lane-next.ts";
import type { Program } from "./program.ts";
import { isHalfWay } from "./standing.ts";
import { throttleFor } from "./throttle.ts";

export function decideBack(program: Program, state: RunState, moment: Moment): Decision {
  const fleet = laneOf(state, FLEET);
  if (fleet.back?.standing === "going") {
    if (moment.busy.size > 0) return { actions: [] };
    return moment.stop >= 2 ? interrupted() : { actions: [stepBack(program, fleet)] };
  }
  const going = [...state.lanes.values()]
    .filter((lane) => lane.host !== FLEET && lane.back?.standing === "going")
    .toSorted((a, b) => (b.begun ?? 0) - (a.begun ?? 0));
  const width = state.spec.mode === "serial" ? 1 : state.spec.forks;
  const throttle = throttleFor(moment.busy);
  const actions: Action[] = [];
  let room = width - moment.busy.size;
  for (const lane of going.slice(0, width)) {
    if (moment.busy.has(lane.host) || room <= 0) continue;
    // An interrupt lets a host that is on its way back arrive: half way it may be silent.
    if (moment.stop >= 2 || (moment.stop === 1 && !isOnItsWay(lane))) continue;
    const action = stepBack(program, lane);
    if (!throttle.admits(taskBack(program, action))) continue;
    room--;
    actions.push(action);
  }
  if (actions.length > 0 || moment.busy.size > 0) return { actions };
  if (going.length > 0) return interrupted();
  return { actions, end: endOfRollback(program, state) };
}

function interrupted(): Decision {
  const text = "stopped by the operator";
  return { actions: [], end: { kind: "stopped", why: "interrupted", text } };
}

function taskBack(program: Program, action: Action): Task | undefined {
  if (action.kind === "undo") return program.tasks.get(action.record.of.task);
  return action.kind === "task" || action.kind === "doubt" ? action.task : undefined;
}

function isOnItsWay(lane: Lane): boolean {
  return lane.back?.way !== undefined;
}

function stepBack(program: Program, lane: Lane): Action {
  const { host } = lane;
  if (lane.lost) return { kind: "end-lane-back", host, outcome: "pending" };
  switch (lane.back?.way) {
    case undefined:
      return { kind: "choose-way", host };
    case "undo":
      return nextUndo(lane);
    case "phases":
      return nextBackTask(program, lane);
  }
}

function nextBackTask(program: Program, lane: Lane): Action {
  const { host } = lane;
  const next = laneNext(lane, program.back);
  switch (next.kind) {
    case "task":
      return { kind: "task", host, task: next.next.task, phase: next.next.phase };
    case "doubt":
      return {
        kind: "doubt",
        host,
        task: next.next.task,
        phase: next.next.phase,
        record: next.record,
      };
    case "done":
      return { kind: "end-lane-back", host, outcome: "back" };
    case "lost":
      return { kind: "end-lane-back", host, outcome: "pending" };
    case "failed":
    case "in-doubt":
      return { kind: "end-lane-back", host, outcome: "needs-operator" };
  }
}

/** Exactly the reverse of the order in which things were first intended (R2). */
function nextUndo(lane: Lane): Action {
  const { host } = lane;
  for (const record of undoOrder(lane)) {
    switch (record.back?.standing) {
      case "done":
      case "already":
      case "superseded":
        continue;
      case "failed":
      case "drifted":
      case "in-doubt":
        return { kind: "end-lane-back", host, outcome: "needs-operator" };
      case "intended":
      case undefined:
        return { kind: "undo", host, record };
    }
  }
  return { kind: "end-lane-back", host, outcome: "back" };
}

/**
 * Host-tasks of the way forward that may have changed something and have something to take back, last intended first.
 * What the way back itself did is not taken back.
 */
export function undoOrder(lane: Lane): readonly HostTaskRecord[] {
  const since = lane.back?.since ?? Infinity;
  return [...lane.tasks.values()]
    .filter(
      ({ attempt, undo, order }) =>
        attempt > 0 && undo !== undefined && undo.kind !== "nothing" && order < since,
    )
    .toSorted((a, b) => b.order - a.order);
}

function endOfRollback(program: Program, state: RunState): NonNullable<Decision["end"]> {
  const with_ = (standing: string): readonly HostId[] =>
    [...state.lanes.values()]
      .filter((lane) => lane.back?.standing === standing)
      .map((lane) => lane.host);
  const stuck = with_("needs-operator");
  if (stuck.length > 0) {
    return {
      kind: "stopped",
      why: "needs-operator",
      text: `${stuck.join(", ")}: the way back needs an operator`,
    };
  }
  const pending = with_("pending");
  if (pending.length > 0) {
    return {
      kind: "stopped",
      why: "needs-operator",
      text: `${pending.join(", ")}: rollback pending, unreachable`,
    };
  }
  const halfWay = [...state.lanes.values()].filter((lane) => isHalfWay(program, lane));
  if (halfWay.length > 0) {
    const names = halfWay.map(({ host }) => host).join(", ");
    const text = `${with_("back").join(", ")} went back; ${names} half way`;
    return { kind: "stopped", why: "interrupted", text };
  }
  return { kind: "rolled-back", whole: state.rollback?.whole === true };
}
