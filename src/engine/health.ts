/**
 * `min_healthy`: a lane begins only while enough hosts of the fleet would stay healthy without it. Pure: what was looked
 * at is in the journal, and counts as long as no lane has begun or come to its end since.
 */
import type { HostId } from "../model/ids.ts";
import type { RunState } from "../model/run-state.ts";
import type { Busy } from "./decide.ts";
import { laneOf } from "./fold.ts";
import type { LaneTask, Program } from "./program.ts";
import { laneNext } from "./lane-next.ts";
import { stageLanes } from "./stage-lanes.ts";

/** May a lane enter the stage now? */
export type Entrance =
  | "enter"
  /** Once a lane that is under way has come to its end. */
  | "wait"
  /** Nobody knows; or it was not enough, and there is patience left. */
  | "look"
  /** It was not enough, and nobody is under way who could make it more. */
  | "short";

export interface Gatekeeper {
  /** Asked for a lane that is at the beginning of the stage; the next one is asked with that host away. */
  asks(host: HostId): Entrance;
  /** From now on nobody enters. */
  close(): void;
  readonly moment: LaneMoment;
  readonly text: string;
}

/** How far all lanes are: what was seen counts until this changes. */
export interface LaneMoment {
  /** Hosts that do not count, because their lanes are under way, failed or on the way back. */
  readonly away: readonly HostId[];
  /** Lanes at the end of a stage, over all stages. */
  readonly ended: number;
}

export function isSameMoment(one: LaneMoment, other: LaneMoment): boolean {
  return one.ended === other.ended && sameHosts(one.away, other.away);
}

/** Undefined: every lane may. */
export function gatekeeper(
  program: Program,
  state: RunState,
  tasks: readonly LaneTask[],
  busy: Busy,
  nowMs: number,
): Gatekeeper | undefined {
  const { minHealthy, fleet } = state.spec;
  if (minHealthy === undefined) return undefined;
  const away = fleet.filter((host) => isAway(program, state, tasks, busy, host));
  const moment = { away, ended: endedLanes(program, state) };
  const here = new Set(fleet);
  for (const host of away) here.delete(host);
  const { health } = state;
  const known = health !== undefined && isSameMoment(health, moment) ? health : undefined;
  const healthy = new Set(known ? known.healthy.filter((host) => here.has(host)) : here);
  const most = healthy.size;
  let closed = false;
  return {
    moment,
    text: `${most} of ${fleet.length} hosts are healthy, and ${minHealthy} must stay so while another one is under way`,
    close: () => {
      closed = true;
    },
    asks: (host) => {
      if (closed) return "short";
      if (healthy.size - Number(healthy.has(host)) >= minHealthy) {
        if (known === undefined) return "look";
        healthy.delete(host);
        return "enter";
      }
      if (healthy.size < most) return "wait";
      // Even if all of them were healthy: there is nothing to look at before somebody is back.
      if (known === undefined) return busy.size > 0 ? "wait" : "look";
      if (nowMs < known.untilMs) return "look";
      return busy.size > 0 ? "wait" : "short";
    },
  };
}

/** At the beginning of a stage, where a host is still what it was before it. */
export function isEntering(next: LaneTask, tasks: readonly LaneTask[]): boolean {
  return next === tasks[0];
}

function isAway(
  program: Program,
  state: RunState,
  tasks: readonly LaneTask[],
  busy: Busy,
  host: HostId,
): boolean {
  const lane = laneOf(state, host);
  if (lane.back) return lane.back.standing !== "back";
  if (busy.has(host) || lane.lost || lane.dropped) return true;
  if (lane.begun === undefined) return false;
  for (const stage of program.stages) {
    if (stage.kind === "fleet") continue;
    const next = laneNext(lane, stage.tasks);
    if (next.kind === "done") {
      if (stage.tasks === tasks) return false;
      continue;
    }
    return next.kind !== "task" || !isEntering(next.next, stage.tasks);
  }
  return false;
}

function endedLanes(program: Program, state: RunState): number {
  return program.stages
    .map((stage) => (stage.kind === "lanes" ? stageLanes(program, state, stage.tasks).done : 0))
    .reduce((sum, one) => sum + one, 0);
}

function sameHosts(one: readonly HostId[], other: readonly HostId[]): boolean {
  return one.length === other.length && one.every((host, index) => host === other[index]);
}
