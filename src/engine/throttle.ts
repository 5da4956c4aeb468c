/** `throttle:` at a task: how many hosts may be in it at a time. Pure: counted among the lanes with something under way. */
import type { TaskId } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { Busy } from "./decide.ts";

export interface Throttle {
  /** Whether one more host may enter the task; the next one is asked with that host in it. */
  admits(task: Task | undefined): boolean;
}

export function throttleFor(busy: Busy): Throttle {
  let inside: Map<TaskId, number> | undefined;
  return {
    admits: (task) => {
      if (task?.throttle === undefined) return true;
      inside ??= counted(busy);
      const hosts = inside.get(task.id) ?? 0;
      if (hosts >= task.throttle) return false;
      inside.set(task.id, hosts + 1);
      return true;
    },
  };
}

function counted(busy: Busy): Map<TaskId, number> {
  const inside = new Map<TaskId, number>();
  for (const task of busy.values())
    if (task !== undefined) inside.set(task, (inside.get(task) ?? 0) + 1);
  return inside;
}
