/**
 * The lanes of one stage as `decide` needs them: counted and in order, kept up by the lanes that changed, so that a
 * decision costs what is under way and not what the fleet has. A cache of the state and of nothing else.
 */
import { SortedNumbers } from "../lib/sorted-numbers.ts";
import type { HostId } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { RunState } from "../model/run-state.ts";
import { laneOf } from "./fold.ts";
import { followLanes } from "./lane-changes.ts";
import type { LaneNext } from "./lane-next.ts";
import { laneNext } from "./lane-next.ts";
import type { LaneTask, Program } from "./program.ts";
import { hasFailed, isSkipped } from "./standing.ts";

/** A lane that has something to do. */
export type OpenNext = Extract<LaneNext, { kind: "task" | "doubt" }>;

export interface OpenLane {
  readonly host: HostId;
  readonly next: OpenNext;
  readonly begun: boolean;
}

/** What one lane counts as. */
interface Standing {
  readonly open: OpenLane | undefined;
  readonly failed: boolean;
  readonly done: boolean;
  readonly back: boolean;
  readonly leftOut: boolean;
}

const OUT: Standing = {
  open: undefined,
  failed: false,
  done: false,
  back: false,
  leftOut: false,
};

export class StageLanes {
  readonly #program: Program;
  readonly #state: RunState;
  readonly #tasks: readonly LaneTask[];
  readonly #places = new Map<HostId, { readonly position: number; readonly batch: number }>();
  readonly #standings: Standing[] = [];
  readonly #batches: readonly Batch[];
  readonly #openBatches = new SortedNumbers();
  readonly #notBegun = new SortedNumbers();
  readonly #atOnce = new SortedNumbers();
  readonly #byPhase: boolean;
  /** Hosts that failed, were lost or are in doubt, without those that the playbook skips. */
  failures = 0;
  /** Hosts that are at the end of the stage. */
  done = 0;
  /** Hosts that were taken back, or are going. */
  back = 0;
  /** Hosts that have something to do, and that a resume leaves where they are. */
  readonly leftOut = new SortedNumbers();
  #batchesExceeded = 0;

  constructor(program: Program, state: RunState, tasks: readonly LaneTask[]) {
    this.#program = program;
    this.#state = state;
    this.#tasks = tasks;
    this.#byPhase = state.spec.mode === "window";
    this.#batches = state.spec.batches.map((hosts, batch) => {
      for (const host of hosts) {
        this.#places.set(host, { position: this.#standings.length, batch });
        this.#standings.push(OUT);
      }
      const allowed = state.spec.maxFailuresPerBatch?.[batch] ?? Infinity;
      return { allowed, failures: 0, open: 0, phases: [] };
    });
  }

  get exceeded(): boolean {
    return this.failures > this.#state.spec.maxFailures || this.#batchesExceeded > 0;
  }

  /** The lane that would begin next. */
  get nextToBegin(): HostId | undefined {
    return this.#openAt(this.#notBegun.first)?.host;
  }

  /** Batches with a lane that has something to do, in their order. */
  openBatches(): Iterable<number> {
    return this.#openBatches;
  }

  /** All lanes of a batch that have something to do, in the order of the inventory. */
  open(batch: number): readonly OpenLane[] {
    const positions = (this.#batches[batch]?.phases ?? []).flatMap((phase) => [...(phase ?? [])]);
    return positions.toSorted((a, b) => a - b).flatMap((one) => this.#openAt(one) ?? []);
  }

  /** Those of them that may go on when nobody is left where it is: in window mode, those in the earliest phase. */
  *ahead(batch: number): Iterable<OpenLane> {
    const phase = this.#batches[batch]?.phases.find((one) => one !== undefined && one.size > 0);
    for (const position of phase ?? []) {
      const lane = this.#openAt(position);
      if (lane) yield lane;
    }
  }

  /** Lanes that stand before a task with `run_once`. */
  *atOnce(): Iterable<{ readonly host: HostId; readonly task: Task }> {
    for (const position of this.#atOnce) {
      const lane = this.#openAt(position);
      if (lane) yield { host: lane.host, task: lane.next.next.task };
    }
  }

  /** The lane of that host has changed. */
  update(host: HostId): void {
    const place = this.#places.get(host);
    if (place === undefined) return;
    const before = this.#standings[place.position] ?? OUT;
    const after = this.#standingOf(host);
    this.#standings[place.position] = after;
    this.failures += Number(after.failed) - Number(before.failed);
    this.done += Number(after.done) - Number(before.done);
    this.back += Number(after.back) - Number(before.back);
    this.#count(place.batch, Number(after.failed) - Number(before.failed));
    if (after.leftOut) this.leftOut.add(place.position);
    else this.leftOut.delete(place.position);
    if (before.open) this.#leave(place, before.open);
    if (after.open) this.#enter(place, after.open);
  }

  #openAt(position: number | undefined): OpenLane | undefined {
    return position === undefined ? undefined : this.#standings[position]?.open;
  }

  #standingOf(host: HostId): Standing {
    const lane = laneOf(this.#state, host);
    if (lane.dropped) return OUT;
    if (lane.back) return { ...OUT, back: true };
    const begun = lane.begun !== undefined;
    if (lane.atGoal === true && !begun) return OUT;
    const next = laneNext(lane, this.#tasks);
    const open = next.kind === "task" || next.kind === "doubt" ? { host, next, begun } : undefined;
    const { only } = this.#state;
    if (only && !only.includes(host) && next.kind !== "done") return { ...OUT, leftOut: true };
    const failed = hasFailed(next) && !isSkipped(this.#program, lane);
    return { ...OUT, open, failed, done: next.kind === "done" };
  }

  #count(index: number, more: number): void {
    const batch = this.#batches[index];
    if (batch === undefined || more === 0) return;
    const was = batch.failures > batch.allowed;
    batch.failures += more;
    this.#batchesExceeded += Number(batch.failures > batch.allowed) - Number(was);
  }

  #enter({ position, batch: index }: Place, { next, begun }: OpenLane): void {
    const batch = this.#batches[index];
    if (batch === undefined) return;
    (batch.phases[this.#phaseOf(next)] ??= new SortedNumbers()).add(position);
    batch.open++;
    if (batch.open === 1) this.#openBatches.add(index);
    if (!begun) this.#notBegun.add(position);
    if (next.next.task.runOnce) this.#atOnce.add(position);
  }

  #leave({ position, batch: index }: Place, { next }: OpenLane): void {
    const batch = this.#batches[index];
    if (batch === undefined) return;
    batch.phases[this.#phaseOf(next)]?.delete(position);
    batch.open--;
    if (batch.open === 0) this.#openBatches.delete(index);
    this.#notBegun.delete(position);
    this.#atOnce.delete(position);
  }

  /** Only window mode has a barrier before every phase. */
  #phaseOf(next: OpenNext): number {
    return this.#byPhase ? next.next.phaseIndex : 0;
  }
}

interface Place {
  readonly position: number;
  readonly batch: number;
}

interface Batch {
  readonly allowed: number;
  failures: number;
  open: number;
  /** Positions of open lanes, by phase in window mode. */
  readonly phases: (SortedNumbers | undefined)[];
}

interface Cache {
  readonly program: Program;
  readonly changed: Set<HostId>;
  readonly stages: Map<readonly LaneTask[], StageLanes>;
}

const caches = new WeakMap<RunState, Cache>();

/** The lanes of a stage as they stand now. */
export function stageLanes(
  program: Program,
  state: RunState,
  tasks: readonly LaneTask[],
): StageLanes {
  let cache = caches.get(state);
  if (cache?.program !== program) {
    cache = { program, changed: followLanes(state), stages: new Map() };
    caches.set(state, cache);
    for (const stage of program.stages)
      if (stage.kind === "lanes")
        cache.stages.set(stage.tasks, new StageLanes(program, state, stage.tasks));
  }
  if (cache.changed.size > 0) {
    for (const host of cache.changed) for (const stage of cache.stages.values()) stage.update(host);
    cache.changed.clear();
  }
  const lanes = cache.stages.get(tasks);
  if (lanes === undefined) throw new Error("a stage that the program does not have");
  return lanes;
}
