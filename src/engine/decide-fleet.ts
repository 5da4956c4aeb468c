/** Fleet phases: a barrier, entered when every host of `hosts:` is where it should be, one task after the other. */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Phase } from "../model/playbook.ts";
import type { HostTaskRecord, RunState } from "../model/run-state.ts";
import { endOfSpan, failureEnd, wantedOnFailure, wholeRollback } from "./decide-end.ts";
import type { Decision, End, Moment } from "./decide.ts";
import { laneOf } from "./fold.ts";
import { progressOf } from "./lane-next.ts";
import type { Program, Stage } from "./program.ts";
import { failedHosts, fleetOf, isAnythingTouched, isFinished } from "./standing.ts";
import { spanStanding } from "./window.ts";

export function decideFleet(
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
  const span = spanStanding(state.window, moment.nowMs);
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
  return fleetOf(state).filter((host) => {
    const lane = laneOf(state, host);
    return (
      !(lane.atGoal === true && lane.begun === undefined) && !isFinished(program, lane, before)
    );
  });
}

function incompleteEnd(
  program: Program,
  state: RunState,
  phase: Phase,
  missing: readonly HostId[],
): End {
  const failed = failedHosts(program, state);
  if (failed.length > 0) return failureEnd(program, state);
  const all = fleetOf(state).length;
  const done = all - missing.length;
  return {
    kind: "stopped",
    why: "hosts-to-do",
    text: `${done} of ${all} hosts done; "${phase.name}" waits for ${missing.join(", ")}`,
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
