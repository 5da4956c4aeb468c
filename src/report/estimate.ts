/**
 * How much of a run is done, and when it will end: every task weighs what it took on the hosts that are past it, and what
 * is left goes on at the speed so far. Nothing is said before there is something to go by.
 */
import type { Outline, OutlineTask } from "./outline.ts";

export interface Estimate {
  /** From 0 to 1. */
  readonly done: number;
  readonly elapsedMs: number;
  /** Undefined: too early to say. */
  readonly leftMs: number | undefined;
}

/** The part of a host's progress that an estimate needs. */
interface Going {
  readonly standing: string;
  readonly settled: number;
}

/** Tasks that take no time still count: a run of checks alone has a progress too. */
const LEAST_MS = 20;
const EARLY_MS = 3000;
const EARLY_PART = 0.02;
/** Whoever is there has nothing left to do, or nobody can say how much. */
const AT_REST = new Set(["at goal", "failed", "lost", "in doubt", "stuck", "going back", "back"]);

export function createEstimate(
  outline: Outline,
  now: () => number,
): {
  begin(hosts: readonly Going[], fleet: Going): void;
  took(task: OutlineTask, durationMs: number): void;
  of(hosts: Iterable<Going>, fleet: Going, nowMs: number): Estimate;
} {
  const perHost = new Weights(outline.perHost);
  const forFleet = new Weights(outline.forFleet);
  const start = { ms: now(), hosts: 0, fleet: 0 };
  return {
    begin(hosts, fleet) {
      start.ms = now();
      start.hosts = hosts.reduce((sum, { settled }) => sum + settled, 0);
      start.fleet = fleet.settled;
    },
    took({ of, position }, durationMs) {
      if (of === "host") perHost.took(position, durationMs);
      if (of === "fleet") forFleet.took(position, durationMs);
    },
    of(hosts, fleet, nowMs) {
      const mean = perHost.mean();
      const [lane, once] = [perHost.prefix(mean), forFleet.prefix(mean)];
      let [done, left] = [0, 0];
      for (const { standing, settled } of hosts) {
        if (standing === "at goal") continue;
        const behind = at(lane, settled);
        done += behind;
        if (!AT_REST.has(standing)) left += at(lane, outline.perHost) - behind;
      }
      done += at(once, fleet.settled);
      left += at(once, outline.forFleet) - at(once, fleet.settled);
      const elapsedMs = Math.max(0, nowMs - start.ms);
      // What was there when a run was taken up again cost this process no time.
      const average = outline.perHost === 0 ? 0 : at(lane, outline.perHost) / outline.perHost;
      const before = average * start.hosts + at(once, start.fleet);
      const own = Math.max(0, done - before);
      const part = done + left === 0 ? 0 : done / (done + left);
      const early = elapsedMs < EARLY_MS || own / (own + left || 1) < EARLY_PART;
      return { done: part, elapsedMs, leftMs: early ? undefined : (elapsedMs * left) / own };
    },
  };
}

/** What each position of a lane takes, as seen so far. */
class Weights {
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  constructor(tasks: number) {
    this.#sums = new Float64Array(tasks);
    this.#counts = new Uint32Array(tasks);
  }
  took(position: number, durationMs: number): void {
    if (position < 0 || position >= this.#sums.length) return;
    this.#sums[position] = (this.#sums[position] ?? 0) + Math.max(LEAST_MS, durationMs);
    this.#counts[position] = (this.#counts[position] ?? 0) + 1;
  }
  mean(): number {
    const times = this.#counts.reduce((sum, count) => sum + count, 0);
    return times === 0 ? LEAST_MS : this.#sums.reduce((sum, ms) => sum + ms, 0) / times;
  }
  /** At index n: what the first n tasks weigh; tasks that nobody has met weigh what others do. */
  prefix(otherwise: number): Float64Array {
    const sums = new Float64Array(this.#sums.length + 1);
    for (let index = 0; index < this.#sums.length; index++) {
      const count = this.#counts[index] ?? 0;
      const own = count === 0 ? otherwise : (this.#sums[index] ?? 0) / count;
      sums[index + 1] = (sums[index] ?? 0) + own;
    }
    return sums;
  }
}

function at(prefix: Float64Array, tasks: number): number {
  const whole = Math.min(Math.floor(tasks), prefix.length - 1);
  const [below, above] = [prefix[whole] ?? 0, prefix[whole + 1] ?? prefix[whole] ?? 0];
  return below + (above - below) * (tasks - Math.floor(tasks));
}
