import type { StopWish } from "../../src/engine/execute.ts";
import { fold, laneOf } from "../../src/engine/fold.ts";
import { unlockHosts } from "../../src/engine/host-lock.ts";
import type { HostId } from "../../src/model/ids.ts";
import { hostId } from "../../src/model/ids.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import type { RunSpec } from "../../src/model/run-spec.ts";
import type { HostTaskRecord, Lane, RunState } from "../../src/model/run-state.ts";
import type { Applied, Death, Fate, ToyOptions } from "./toy-run.ts";
import {
  answerToy,
  applyToy,
  controller,
  NEVER_STOPPED,
  quickClock,
  resumeToy,
  rollbackToy,
  toyPlaybook,
  toySpec,
} from "./toy-run.ts";
import { World } from "./toy-steps.ts";

/** How one controller lives and dies. */
export interface Birth extends Fate {
  readonly death?: Death | undefined;
  /** The same, counted from its own first line. */
  readonly deathAfter?: { readonly lines: number; readonly when: "before" | "after" };
  readonly wish?: StopWish;
}

/** A world, a journal, and one controller after the other. */
export class Life {
  readonly clock = quickClock();
  readonly world = new World(this.clock);
  readonly lines: JournalLine[] = [];
  readonly spec: RunSpec;
  readonly text: string;

  constructor(text: string, options: ToyOptions) {
    this.text = text;
    this.spec = toySpec(toyPlaybook(text), text, options);
    for (const host of this.spec.fleet) this.world.of(host);
  }

  #born({ deathAfter, ...fate }: Birth) {
    const death = deathAfter
      ? { line: this.lines.length + deathAfter.lines, when: deathAfter.when }
      : fate.death;
    const playbook = toyPlaybook(this.text);
    return controller(this.world, this.spec, playbook, this.lines, this.clock, death, fate);
  }

  apply = (birth: Birth = {}): Promise<Applied> =>
    applyToy(this.#born(birth), birth.wish ?? NEVER_STOPPED);
  resume = (birth: Birth = {}, only?: readonly string[]): Promise<Applied> =>
    resumeToy(this.#born(birth), birth.wish ?? NEVER_STOPPED, only?.map(hostId));
  rollback = (only?: readonly string[], birth: Birth = {}): Promise<Applied> =>
    rollbackToy(this.#born(birth), only?.map(hostId), birth.wish ?? NEVER_STOPPED);

  answer = (answer: string): Promise<Applied> => answerToy(this.#born({}), answer);
  unlock = (): Promise<void> => unlockHosts(this.#born({}));

  /** A line that another part of the product writes. */
  write(entry: JournalEntry): void {
    this.lines.push({ seq: this.lines.length + 1, at: this.clock.now(), entry });
  }

  get state(): RunState {
    const state = fold(this.lines);
    if (!state) throw new Error("the journal has no line");
    return state;
  }

  lane(name: string): Lane {
    return laneOf(this.state, hostId(name));
  }

  record(key: string): HostTaskRecord {
    for (const lane of this.state.lanes.values()) {
      const record = lane.tasks.get(key);
      if (record) return record;
    }
    throw new Error(`no ${key}`);
  }

  keys(name: string): { readonly [key: string]: string } {
    return Object.fromEntries(this.world.of(hostId(name)));
  }

  entries<T extends JournalEntry["type"]>(type: T): readonly Extract<JournalEntry, { type: T }>[] {
    return this.lines.flatMap(({ entry }) =>
      entry.type === type ? [entry as Extract<JournalEntry, { type: T }>] : [],
    );
  }

  get locked(): readonly HostId[] {
    return this.world.locked;
  }
}

export function codeOf(applied: Applied): number | string {
  return applied.kind === "ended" ? applied.ending.exitCode : applied.kind;
}

export const head = (rollout = "mode: serial"): string => `
runbook: 1
name: toy
hosts: all
rollout: { ${rollout} }
`;
