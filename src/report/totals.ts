/** How many hosts ended how, and how many host-tasks: one count for reports, streams and the recap. */
import { FLEET } from "../model/ids.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import type { Counts } from "./recap.ts";
import { addCounts, countsOf, NO_COUNTS } from "./recap.ts";
import type { HostOutcome, Totals } from "./run-report.ts";

/** Where a lane stands going forward, in the engine's words. */
export type StandingOf = (lane: Lane) => "done" | "failed" | "in-doubt" | "lost" | "open";

export function outcomeOfHost(lane: Lane, standingOf: StandingOf): HostOutcome {
  switch (lane.back?.standing) {
    case "back":
    case "needs-operator":
      return lane.back.standing;
    case "pending":
      return "rollback-pending";
    case "going":
      return "going-back";
    case undefined:
  }
  const begun = lane.begun !== undefined || lane.tasks.size > 0;
  if (!begun && lane.lost) return "unreachable";
  const standing = begun ? standingOf(lane) : "open";
  if (standing === "lost") return "unreachable";
  // It was not entered; what a fleet phase did there is no way into it either.
  if (standing === "open" && lane.begun === undefined && lane.atGoal === true) return "at-goal";
  return begun ? standing : "untouched";
}

export function totalsOf(state: RunState, standingOf: StandingOf): Totals {
  const hosts: { [outcome in HostOutcome]?: number } = {};
  let tasks: Counts = NO_COUNTS;
  for (const host of state.spec.hosts) {
    const lane = state.lanes.get(host);
    if (!lane) continue;
    const outcome = outcomeOfHost(lane, standingOf);
    hosts[outcome] = (hosts[outcome] ?? 0) + 1;
    tasks = addCounts(tasks, countsOf(lane));
  }
  const fleet = state.lanes.get(FLEET);
  return { hosts, tasks: fleet ? addCounts(tasks, countsOf(fleet)) : tasks };
}
