/** What a lane needs next: pure, and constant time, because `decide` asks it for every lane after every entry. */
import type { HostTask } from "../model/ids.ts";
import { CONTROLLER, FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { HostTaskRecord, Lane, RunState } from "../model/run-state.ts";
import type { LaneTask } from "./program.ts";

export type LaneNext =
  | { readonly kind: "task"; readonly next: LaneTask }
  /** Begun and not settled: look before anything else (R1). */
  | { readonly kind: "doubt"; readonly next: LaneTask; readonly record: HostTaskRecord }
  | { readonly kind: "failed"; readonly record: HostTaskRecord }
  | { readonly kind: "in-doubt"; readonly record: HostTaskRecord }
  | { readonly kind: "lost" }
  | { readonly kind: "done" };

export type TaskProgress =
  | { readonly kind: "todo" | "done" }
  | { readonly kind: "doubt" | "failed" | "in-doubt"; readonly record: HostTaskRecord };

/** How far one task has come on one lane, over all items of its loop. */
export function progressOf(lane: Lane, task: Task): TaskProgress {
  const items = task.loop ? lane.items.get(task.id) : undefined;
  if (task.loop && !items) {
    // A task that was skipped as a whole has one record without an item.
    return ofRecord(lane.tasks.get(hostTaskKey(unit(lane, task))));
  }
  if (!items) return ofRecord(lane.tasks.get(hostTaskKey(unit(lane, task))));
  for (const item of items.keys()) {
    const progress = ofRecord(lane.tasks.get(hostTaskKey({ ...unit(lane, task), item })));
    if (progress.kind !== "done") return progress;
  }
  return { kind: "done" };
}

/** The host-task of a task without a loop; the machine that changes is filled in by whoever runs it. */
export function unit(lane: Lane, task: Task): HostTask {
  return { task: task.id, host: lane.host, on: lane.host === FLEET ? CONTROLLER : lane.host };
}

/** The items of the loop that a host-task is one of; those of a fleet phase are kept once, in the fleet's lane. */
export function itemsOf(state: RunState, { host, task }: HostTask): readonly Json[] {
  return state.lanes.get(host)?.items.get(task) ?? state.lanes.get(FLEET)?.items.get(task) ?? [];
}

function ofRecord(record: HostTaskRecord | undefined): TaskProgress {
  if (!record) return { kind: "todo" };
  switch (record.standing) {
    case "applied":
    case "satisfied":
    case "skipped":
    case "ignored":
      return { kind: "done" };
    case "retry":
      return { kind: "todo" };
    case "intended":
      return { kind: "doubt", record };
    case "failed":
      return { kind: "failed", record };
    case "in-doubt":
      return { kind: "in-doubt", record };
  }
}

// A cache, not a memory: the first task of a list that may not be done yet.
const cursors = new WeakMap<Lane, WeakMap<readonly LaneTask[], { index: number }>>();

function cursorOf(lane: Lane, tasks: readonly LaneTask[]): { index: number } {
  let own = cursors.get(lane);
  if (!own) cursors.set(lane, (own = new WeakMap()));
  let cursor = own.get(tasks);
  if (!cursor) own.set(tasks, (cursor = { index: 0 }));
  return cursor;
}

/** A task of the lane is to be done again, perhaps one that counted as done: an ignored failure that is tried again. */
export function rewind(lane: Lane): void {
  cursors.delete(lane);
}

export function laneNext(lane: Lane, tasks: readonly LaneTask[]): LaneNext {
  if (lane.lost) return { kind: "lost" };
  const cursor = cursorOf(lane, tasks);
  for (; cursor.index < tasks.length; cursor.index++) {
    const next = tasks[cursor.index];
    if (!next) break;
    const progress = progressOf(lane, next.task);
    switch (progress.kind) {
      case "done":
        continue;
      case "todo":
        return { kind: "task", next };
      case "doubt":
        return { kind: "doubt", next, record: progress.record };
      case "failed":
        return { kind: "failed", record: progress.record };
      case "in-doubt":
        return { kind: "in-doubt", record: progress.record };
    }
  }
  return { kind: "done" };
}
