/** What of a run can be taken back still, and what undoing alone will not take back. */
import type { RunState } from "../model/run-state.ts";
import type { Outline } from "./outline.ts";
import type { WayBackReport } from "./run-report.ts";

export function wayBackOf(
  state: RunState,
  outline: Outline,
  mask: (text: string) => string,
): WayBackReport {
  const closed = new Map<string, { name: string; why: string; hosts: string[] }>();
  let [toTake, taken] = [false, false];
  for (const lane of state.lanes.values()) {
    if (lane.back?.standing === "back") {
      taken = true;
      continue;
    }
    for (const { of, irreversible, undo, perhaps, attempt } of lane.tasks.values()) {
      if (attempt > 0 && undo !== undefined && undo.kind !== "nothing") toTake = true;
      if (perhaps === 0) continue;
      const why = irreversible ?? (undo?.kind === "no-inverse" ? "nobody knows its inverse" : "");
      if (why === "") continue;
      const name = outline.task(of.task)?.name ?? of.task;
      const key = JSON.stringify([name, why]);
      const group = closed.get(key) ?? { name, why: mask(why), hosts: [] };
      group.hosts.push(lane.host);
      closed.set(key, group);
    }
  }
  return {
    kind: toTake ? "open" : taken ? "taken" : "nothing-to-take-back",
    ...(toTake && { command: `runbook rollback ${state.spec.run}` }),
    closed: [...closed.values()],
  };
}
