/** The only door to p-queue: how much is done at the same time, and that one machine does one thing at a time (E1). */
import PQueue from "p-queue";
import type { HostId } from "../model/ids.ts";
import type { RunState } from "../model/run-state.ts";

export interface Lanes {
  /** Runs `work` when a place is free. Settles as `work` does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createLanes(forks: number): Lanes {
  const all = new PQueue({ concurrency: Math.max(1, forks) });
  return { run: (work) => all.add(work) };
}

const machines = new WeakMap<RunState, Map<HostId, PQueue>>();

/**
 * Runs `work` when nothing else of this run changes that machine (E1): whichever lane it is for, delegates and the
 * controller included. Not to be nested for one machine.
 */
export function aloneOn<T>(run: RunState, machine: HostId, work: () => Promise<T>): Promise<T> {
  let queues = machines.get(run);
  if (!queues) machines.set(run, (queues = new Map()));
  let queue = queues.get(machine);
  if (!queue) queues.set(machine, (queue = new PQueue({ concurrency: 1 })));
  return queue.add(work);
}
