/**
 * What the fold makes of entries. Of what the journal seals it keeps where that is: a million records are folded to say
 * where everybody stands, and only those that go on or go back are opened.
 */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, HostTask, TaskId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { JournalLine, Kept, SealedFields } from "../model/journal-entry.ts";
import type { HostTaskRecord, Lane, TaskStanding } from "../model/run-state.ts";
import type { Change, Undo } from "../model/step.ts";

/** The sealed fields that a line has, or only those with these names where it was never sealed. Undefined: it has none. */
export function keptOf(
  line: JournalLine,
  names: readonly (keyof SealedFields)[],
): Kept | undefined {
  if (line.open) return line.kept;
  const entry: { readonly type: string } & SealedFields = line.entry;
  let fields: Picked | undefined;
  for (const name of names) {
    if (entry[name] !== undefined) pick((fields ??= {}), entry, name);
  }
  return fields && { fields };
}

type Picked = { -readonly [name in keyof SealedFields]: SealedFields[name] };

function pick<Name extends keyof SealedFields>(to: Picked, from: SealedFields, name: Name): void {
  const value: Picked[Name] = from[name];
  if (value !== undefined) to[name] = value;
}

export class FoldedRecord implements HostTaskRecord {
  of: HostTask;
  readonly step: string;
  standing: TaskStanding = "intended";
  attempt = 0;
  perhaps = 0;
  order = 0;
  durationMs = 0;
  irreversible: string | undefined = undefined;
  boot: string | undefined = undefined;
  back: HostTaskRecord["back"] = undefined;
  /** Of the first intent. */
  intent: Kept | undefined = undefined;
  /** Of what settled it as failed or in doubt. */
  failure: Kept | undefined = undefined;
  #settled: Kept | undefined = undefined;

  constructor(of: HostTask, step: string) {
    this.of = of;
    this.step = step;
  }

  get undo(): Undo<Json> | undefined {
    return this.intent?.fields.undo;
  }

  get changes(): readonly Change[] | undefined {
    return this.intent?.fields.changes;
  }

  get diagnostic(): Diagnostic | undefined {
    return this.failure?.fields.diagnostic;
  }

  get after(): Json | undefined {
    return this.#settled?.fields.after;
  }

  get registered(): Json | undefined {
    return this.#settled?.fields.registered;
  }

  /** What it does not say, an earlier one may have said. */
  settledWith(kept: Kept | undefined): void {
    if (kept) this.#settled = this.#settled ? new Overlaid(this.#settled, kept) : kept;
  }
}

class Overlaid implements Kept {
  readonly #before: Kept;
  readonly #last: Kept;

  constructor(before: Kept, last: Kept) {
    this.#before = before;
    this.#last = last;
  }

  get fields(): SealedFields {
    return { ...this.#before.fields, ...this.#last.fields };
  }
}

export class FoldedLane implements Lane {
  readonly host: HostId;
  atGoal: boolean | undefined = undefined;
  begun: number | undefined = undefined;
  readonly tasks = new Map<string, FoldedRecord>();
  readonly items = new Map<TaskId, readonly Json[]>();
  lost: Diagnostic | undefined = undefined;
  dropped?: true;
  back: Lane["back"] = undefined;
  readonly #facts = new Map<string, Json>();
  /** The record that an entry was last about: the next one of this lane mostly is about it too. */
  latest: FoldedRecord | undefined = undefined;
  /** What may hold facts and was not looked at yet, in order. */
  #told: Kept[] = [];

  constructor(host: HostId) {
    this.host = host;
  }

  get facts(): ReadonlyMap<string, Json> {
    for (const { fields } of this.#told) {
      for (const [name, value] of Object.entries(fields.facts ?? {})) this.#facts.set(name, value);
    }
    this.#told = [];
    return this.#facts;
  }

  tell(kept: Kept | undefined): void {
    if (kept) this.#told.push(kept);
  }
}
