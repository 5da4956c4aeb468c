/** One task of a fleet phase. */
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Phase, Task } from "../model/playbook.ts";
import { settleDoubt } from "./doubt.ts";
import { laneOf } from "./fold.ts";
import { fleetView, passGate } from "./gate.ts";
import { unit } from "./lane-next.ts";
import { createLanes } from "./lanes.ts";
import { renderDuration } from "./durations.ts";
import { stepOf, variablesFor } from "./prepared.ts";
import { registeredOk } from "./registered.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { caughtFor, settleFailed, settleGate } from "./settling.ts";
import { fleetOf } from "./standing.ts";
import { isDone, isTodo, runOne } from "./task-run.ts";

/** A fleet phase: a reading step sees every host and is judged once; a changing step changes every host. */
export async function runOnFleet(
  running: Running,
  of: HostTask,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const { forks } = running.state.spec;
  const fleet = fleetOf(running.state);
  const step = stepOf(running, task);
  const began = running.clock.ticks();
  if (step.kind === "reading") {
    const scope = await variablesFor(running, FLEET, task, item);
    const waitMs = renderDuration(running, task.wait, scope, task);
    if (typeof waitMs === "object") return settleFailed(running, of, task, waitMs, undefined, 0);
    const view = fleetView(running, fleet);
    const gate = await passGate(running, task, fleet, view, { waitMs, item });
    return settleGate(running, of, task, gate, running.clock.ticks() - began, fleet);
  }
  const hosts = createLanes(Math.min(forks, task.throttle ?? Infinity));
  // All of them come to their end before anything is concluded, whatever becomes of one.
  const ends = await Promise.allSettled(
    fleet.map((host) => hosts.run(() => changeForFleet(running, host, task, phase, item))),
  );
  const durationMs = running.clock.ticks() - began;
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  const records = fleet.map((host) => {
    const lane = laneOf(running.state, host);
    const own = { ...unit(lane, task), ...(item && { item: item.index }) };
    return { host, own, record: lane.tasks.get(hostTaskKey(own)), lost: lane.lost };
  });
  const bad = records.find(({ host, own }) => !isDone(laneOf(running.state, host), own));
  if (bad) {
    const diagnostic =
      bad.record?.diagnostic ??
      bad.lost ??
      problem("engine/fleet-task-failed", `${task.name} failed on ${bad.host}`);
    return settleFailed(running, of, task, diagnostic, undefined, durationMs);
  }
  const changed = records.some(({ record }) => record?.standing === "applied");
  await running.append({
    type: "settled",
    of,
    step: step.name,
    outcome: "satisfied",
    durationMs,
    registered: registeredOk({}, changed),
  });
}

/** One host's part of a changing task of a fleet phase, journaled in the lane of that host. */
async function changeForFleet(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const lane = laneOf(running.state, host);
  const of = { ...unit(lane, task), ...(item && { item: item.index }) };
  const begun = lane.tasks.get(hostTaskKey(of));
  if (begun?.standing === "intended") return settleDoubt(running, host, task, phase, begun);
  // Its conditions were asked once, for the fleet.
  if (isTodo(lane, of))
    await caughtFor(running, of, task, () => runOne(running, host, task, phase, item));
}
