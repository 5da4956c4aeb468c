/**
 * `run_once`: one lane does the task for all, and what it registers is theirs too. It is once in the run, not once in a
 * batch: the first lane that comes to it begins it, and no other ever does unless it was not begun.
 */
import type { HostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { laneOf } from "./fold.ts";
import type { Busy } from "./decide.ts";
import { progressOf } from "./lane-next.ts";
import type { Program } from "./program.ts";
import { problem } from "./running.ts";
import { registeredBy } from "./scope.ts";

export type OnceElsewhere =
  /** Nobody has begun it. */
  | { readonly kind: "nowhere" }
  | { readonly kind: "done"; readonly host: HostId; readonly registered: Json | undefined }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** What another host has made of a task that is done once. */
export function onceElsewhere(state: RunState, own: HostId, task: Task): OnceElsewhere {
  let failed: Diagnostic | undefined;
  for (const host of state.spec.hosts) {
    if (host === own) continue;
    const lane = laneOf(state, host);
    const progress = progressOf(lane, task);
    if (progress.kind === "done")
      return { kind: "done", host, registered: registeredBy(lane, task) };
    const stuck =
      progress.kind === "failed" ||
      progress.kind === "in-doubt" ||
      (progress.kind === "doubt" && state.only && !state.only.includes(host)) ||
      ((lane.lost || lane.dropped) && isBegun(lane, task));
    if (stuck) {
      const hint =
        "What is done once for all hosts is not tried on another one: mend it there, and resume.";
      failed ??= problem(
        "engine/run-once",
        `${task.name} is done once, and did not succeed on ${host}`,
        hint,
      );
    }
  }
  return failed ? { kind: "failed", diagnostic: failed } : { kind: "nowhere" };
}

function isBegun(lane: Lane, task: Task): boolean {
  for (const { of, attempt } of lane.tasks.values())
    if (of.task === task.id && attempt > 0) return true;
  return false;
}

/** Lanes that stand before a task which another lane is to do for them, or is doing now. */
export function waitingForOnce(
  program: Program,
  state: RunState,
  busy: Busy,
  standing: Iterable<{ readonly host: HostId; readonly task: Task }>,
): ReadonlySet<HostId> {
  const waiting = new Set<HostId>();
  if (!program.hasRunOnce) return waiting;
  const doers = new Map<Task, HostId>();
  const at = [...standing];
  for (const { host, task } of at) {
    const first = doers.get(task);
    const chosen =
      first === undefined
        ? undefined
        : { busy: busy.has(first), begun: isBegun(laneOf(state, first), task) };
    const own = { busy: busy.has(host), begun: isBegun(laneOf(state, host), task) };
    if (!chosen || (own.busy && !chosen.busy) || (own.begun && !chosen.begun && !chosen.busy))
      doers.set(task, host);
  }
  for (const { host, task } of at) {
    if (doers.get(task) === host) continue;
    if (onceElsewhere(state, host, task).kind === "nowhere") waiting.add(host);
  }
  return waiting;
}
