/** The only door to p-queue: how much is done at the same time, and that one machine does one thing at a time (E1). */
import PQueue from "p-queue";
import type { HostId } from "../model/ids.ts";

export interface Lanes {
  /** Runs `work` when a place is free and nothing else runs on that machine. Settles as `work` does. */
  run<T>(machine: HostId, work: () => Promise<T>): Promise<T>;
}

export function createLanes(forks: number): Lanes {
  const all = new PQueue({ concurrency: Math.max(1, forks) });
  const machines = new Map<HostId, PQueue>();
  return {
    run(machine, work) {
      let one = machines.get(machine);
      if (!one) {
        one = new PQueue({ concurrency: 1 });
        machines.set(machine, one);
      }
      const queue = one;
      // The machine first: whoever waits for a machine must not hold a place.
      return queue.add(() => all.add(work));
    },
  };
}
