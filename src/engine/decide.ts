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
import { failureEnd } from "./decide-end.ts";
import { decideFleet } from "./decide-fleet.ts";
import { decideLanes } from "./decide-lanes.ts";
import type { Program } from "./program.ts";
import { failedHosts, isGoingBack } from "./standing.ts";

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
  /** `min_healthy`: who is healthy, while these hosts do not count? */
  | { readonly kind: "look-at-health"; readonly away: readonly HostId[]; readonly ended: number }
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

function endOf(program: Program, state: RunState): End {
  return failedHosts(program, state).length > 0
    ? failureEnd(program, state)
    : { kind: "succeeded" };
}
