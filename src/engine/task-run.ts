/** One task on one lane: `when`, loop items, then each host-task in turn until all are settled or one fails. */
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { Lane } from "../model/run-state.ts";
import { itemsOf, renderingProblem, settledBy } from "./conditions.ts";
import { runChange } from "./doubt.ts";
import { renderDuration } from "./durations.ts";
import { runOnFleet } from "./fleet-run.ts";
import { laneOf } from "./fold.ts";
import { hostView, passGate } from "./gate.ts";
import { unit } from "./lane-next.ts";
import type { Prepared } from "./prepared.ts";
import { prepare, stepOf } from "./prepared.ts";
import { registeredSkip } from "./registered.ts";
import { onceElsewhere } from "./run-once.ts";
import type { Running } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { caughtFor, settleFailed, settleGate, stepName } from "./settling.ts";
import { runUndoTask } from "./undo.ts";

export async function runTask(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
): Promise<void> {
  const lane = laneOf(running.state, host);
  if (lane.begun === undefined && host !== FLEET && lane.back === undefined) {
    await running.append({ type: "lane-begun", host });
  }
  const whole = unit(lane, task);
  await caughtFor(running, whole, task, async () => {
    const whens = [phase.when, ...(task.loop ? [] : [task.when])];
    if (await settledBy(running, whole, task, whens)) return;
    if (task.action.kind === "undo") return runUndoTask(running, host, task, task.action.task);
    if (task.runOnce && (await settledElsewhere(running, whole, task))) return;
    if (!task.loop) return runOne(running, host, task, phase, undefined);
    const items = await itemsOf(running, host, task);
    for (const [index, value] of (items ?? []).entries()) {
      const of = { ...whole, item: index };
      if (isTodo(lane, of)) await runHostTask(running, host, task, phase, { index, value });
      // Neither behind a failure nor behind a doubt is anything begun.
      if (lane.lost || !isDone(lane, of)) return;
    }
  });
}

export function isTodo(lane: Lane, of: HostTask): boolean {
  const standing = lane.tasks.get(hostTaskKey(of))?.standing;
  return standing === undefined || standing === "retry";
}

export function isDone(lane: Lane, of: HostTask): boolean {
  const standing = lane.tasks.get(hostTaskKey(of))?.standing;
  return (
    standing === "applied" ||
    standing === "satisfied" ||
    standing === "skipped" ||
    standing === "ignored"
  );
}

/** One host-task by itself, with the loop item it is for: what is not one of a lane's tasks, such as an inverse. */
export async function runHostTask(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const of = { ...unit(laneOf(running.state, host), task), ...(item && { item: item.index }) };
  await caughtFor(running, of, task, async () => {
    if (await settledBy(running, of, task, [task.when], item)) return;
    await runOne(running, host, task, phase, item);
  });
}

/** True when another host has done it, or failed to. */
async function settledElsewhere(running: Running, of: HostTask, task: Task): Promise<boolean> {
  const elsewhere = onceElsewhere(running.state, of.host, task);
  switch (elsewhere.kind) {
    case "nowhere":
      return false;
    case "done": {
      const { registered } = elsewhere;
      const why = `once in the run, on ${elsewhere.host}`;
      await running.append({
        type: "settled",
        of,
        step: stepName(task),
        outcome: "skipped",
        durationMs: 0,
        registered: registered ?? registeredSkip(why),
      });
      return true;
    }
    case "failed":
      await settleFailed(running, of, task, elsewhere.diagnostic, undefined, 0);
      return true;
  }
}

export async function runOne(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const lane = laneOf(running.state, host);
  const of: HostTask = { ...unit(lane, task), ...(item && { item: item.index }) };
  running.emit({ type: "task-begun", of, name: task.name });
  const step = stepOf(running, task);
  if (host === FLEET && step.where === "host") return runOnFleet(running, of, task, phase, item);
  const preparation = await prepare(running, host, task, item);
  if (preparation.kind !== "ready") {
    const diagnostic =
      preparation.kind === "problem" ? preparation.diagnostic : renderingProblem(preparation, task);
    return settleFailed(running, of, task, diagnostic, undefined, 0);
  }
  const { prepared } = preparation;
  return withRetries(running, prepared, () => once(running, prepared, item));
}

/** Ansible's `until`, `retries`, `delay`: tried again while `until` does not hold, or while it fails. */
async function withRetries(
  running: Running,
  prepared: Prepared,
  attempt: () => Promise<void>,
): Promise<void> {
  const { task, of, scope } = prepared;
  if (!task.retry) return attempt();
  const delay = renderDuration(running, task.retry.delay, scope, task);
  const retries = running.renderer.value(task.retry.retries, scope, task.at);
  const times = retries.kind === "rendered" ? Number(retries.value) : 3;
  for (let round = 0; ; round++) {
    await attempt();
    const record = laneOf(running.state, of.host).tasks.get(hostTaskKey(of));
    const enough = round >= times || running.signal.aborted || laneOf(running.state, of.host).lost;
    const failed = record?.standing === "failed" || record?.standing === "ignored";
    if (!failed || enough) return;
    await running.append({ type: "unbegun", of, why: `retry ${round + 1} of ${times}` });
    await running.clock.sleep(typeof delay === "number" ? delay : 5000, running.signal);
  }
}

async function once(
  running: Running,
  prepared: Prepared,
  item: LoopItem | undefined,
): Promise<void> {
  const { of, task, step } = prepared;
  if (step.kind === "changing") return runChange(running, prepared);
  const began = running.clock.ticks();
  const gate = await passGate(running, task, [of.host], hostView(running, of.host), {
    waitMs: prepared.waitMs,
    item,
  });
  await settleGate(running, of, task, gate, running.clock.ticks() - began, [of.host]);
}
