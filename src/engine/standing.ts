/** Where lanes stand, in the words that thresholds, endings and the way back need. */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import { laneOf } from "./fold.ts";
import type { LaneNext } from "./lane-next.ts";
import { laneNext } from "./lane-next.ts";
import type { Program } from "./program.ts";

/** Hosts that count against `max_failures`: failed, unreachable or in doubt. */
export function failedHosts(program: Program, state: RunState): readonly HostId[] {
  return state.spec.hosts.filter((host) => {
    const lane = laneOf(state, host);
    if (lane.dropped || lane.back?.standing === "back") return false;
    if (lane.lost) return !isSkipped(program, lane);
    return program.stages.some(
      (stage) => stage.kind === "lanes" && hasFailed(laneNext(lane, stage.tasks)),
    );
  });
}

/** `unreachable: skip`: a host that does not answer, and was not changed, is left out and is no failure. */
export function isSkipped({ run }: Program, lane: Lane): boolean {
  return lane.lost !== undefined && run.playbook.rollout.unreachable === "skip" && !isTouched(lane);
}

export function hasFailed(next: LaneNext): boolean {
  return next.kind === "failed" || next.kind === "in-doubt" || next.kind === "lost";
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
    .filter((lane) => lane.host !== FLEET && isTouched(lane) && !lane.dropped)
    .toSorted((a, b) => (b.begun ?? 0) - (a.begun ?? 0))
    .map((lane) => lane.host);
}

/** Done with the host phases that stand before a stage; with all of them when none is named. */
export function isFinished(program: Program, lane: Lane, before?: number): boolean {
  const lists = program.stages
    .slice(0, before)
    .flatMap((stage) => (stage.kind === "lanes" ? [stage.tasks] : []));
  if (lane.lost || lane.back || (lists.length > 0 && lane.begun === undefined)) return false;
  return lists.every((tasks) => laneNext(lane, tasks).kind === "done");
}

/** Hosts of `hosts:` without those that an operator dropped. */
export function fleetOf({ spec, lanes }: RunState): readonly HostId[] {
  return spec.fleet.filter((host) => lanes.get(host)?.dropped !== true);
}

/** Hosts on which something is still to be done, or to be taken back when the run is going back. */
export function hostsToDo(program: Program, state: RunState): readonly HostId[] {
  const back = isGoingBack(program, state);
  return state.spec.hosts.filter((host) => {
    const lane = laneOf(state, host);
    if (lane.dropped || lane.back?.standing === "back") return false;
    // Those half way are gone on with when the others have arrived.
    if (back) return lane.back !== undefined || isHalfWay(program, lane);
    if (lane.atGoal === true && lane.begun === undefined) return false;
    return !isFinished(program, lane);
  });
}

/** Begun, not at its end, and not taken back: it may be silent, and is still to be gone on with. */
export function isHalfWay(program: Program, lane: Lane): boolean {
  return (
    lane.host !== FLEET &&
    !lane.dropped &&
    lane.back === undefined &&
    isTouched(lane) &&
    !isFinished(program, lane)
  );
}

/**
 * On the way back. Where only some hosts were taken back and have arrived, those that are half way can be gone on with;
 * nothing else is begun then.
 */
export function isGoingBack(program: Program, state: RunState): boolean {
  // Asked after every entry: nothing is made for a run that never turned round.
  if (state.turned === 0) return false;
  const lanes = [...state.lanes.values()];
  const turned = lanes.filter((lane) => lane.back !== undefined);
  // Whoever asked for the way back has not asked to go on.
  if (state.turned > state.resumed || state.rollback?.whole) return true;
  if (turned.some((lane) => lane.back?.standing !== "back")) return true;
  return !lanes.some((lane) => isHalfWay(program, lane));
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
