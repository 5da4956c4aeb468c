import type { WholeFloat } from "../../model/value.ts";
import { UndefinedProblem } from "../problem.ts";
import type { TemplateProblem } from "../problem.ts";

/**
 * What a template computes with. Integers are whole `number`s or, beyond 2^53, `bigint`s; floats are `WholeFloat` or
 * numbers that are not whole. Nothing here is ever handed to JavaScript as code, and no attribute of a JavaScript
 * object can be reached from a template: see `attribute.ts`.
 */
export type Datum =
  | null
  | boolean
  | number
  | bigint
  | string
  | WholeFloat
  | Bytes
  | List
  | Dict
  | Range
  | Undefined
  | Nothing
  | Omit
  | Callable
  | Thing
  | Moment
  | Day
  | Span;

/** An element that is computed when it is first read: variables are templates all the way down. */
export class Deferred {
  readonly force: () => Datum;
  constructor(force: () => Datum) {
    this.force = force;
  }
}

export type Cell = Datum | Deferred;

let strict = false;

/**
 * Runs a filter, test or function. What it reads out of lists and dicts must be defined, unless it is one of the few
 * that may look at what is not: 2.19 then answers the missing value itself, as if it had been the input.
 */
export function reading<T>(how: "strictly" | "leniently", run: () => T): T {
  const before = strict;
  strict = how === "strictly";
  try {
    return run();
  } finally {
    strict = before;
  }
}

/** Whether a filter, test or function is running that may not see what is undefined. */
export function readsStrictly(): boolean {
  return strict;
}

function seen(datum: Datum): Datum {
  if (strict && datum instanceof Undefined) throw new UndefinedProblem(datum);
  return datum;
}

export class List {
  cells: Cell[];
  constructor(cells: Cell[]) {
    this.cells = cells;
  }
  get length(): number {
    return this.cells.length;
  }
  at(index: number): Datum {
    const cell = this.cells[index];
    if (cell === undefined) throw new RangeError(`no element ${index}`);
    if (!(cell instanceof Deferred)) return seen(cell);
    const forced = cell.force();
    this.cells[index] = forced;
    return seen(forced);
  }
  all(): Datum[] {
    return this.cells.map((_, index) => this.at(index));
  }
}

/** Counts as a different type in comparisons, but becomes a list when it leaves the template. */
export class Tuple extends List {
  /** Attribute names of the elements, as in the groups that `groupby` yields. */
  readonly names: readonly string[];
  constructor(cells: Cell[], names: readonly string[] = []) {
    super(cells);
    this.names = names;
  }
}

export type MapKey = string | number | bigint | null;

/** Where a dict finds its elements when it has not copied them: `hostvars` of a thousand hosts costs what is read. */
export interface DictSource {
  readonly names: () => readonly string[];
  /** Undefined for a name that is not there. */
  readonly read: (name: string) => Cell | undefined;
}

type Entries = Map<MapKey, { readonly key: Datum; cell: Cell }>;

export class Dict {
  #entries: Entries | undefined;
  readonly #source: DictSource | undefined;
  readonly #read = new Map<string, Datum>();
  constructor(from: Iterable<readonly [string, Cell]> | DictSource = []) {
    if ("read" in from) {
      this.#source = from;
      return;
    }
    this.#entries = new Map();
    for (const [key, cell] of from) this.#entries.set(key, { key, cell });
  }
  get entries(): Entries {
    if (this.#entries !== undefined) return this.#entries;
    const entries: Entries = new Map();
    for (const name of this.#source?.names() ?? [])
      entries.set(name, { key: name, cell: new Deferred(() => this.#fromSource(name) ?? null) });
    this.#entries = entries;
    return entries;
  }
  #fromSource(name: string): Datum | undefined {
    const known = this.#read.get(name);
    if (known !== undefined) return seen(known);
    const cell = this.#source?.read(name);
    const datum = cell instanceof Deferred ? cell.force() : cell;
    if (datum === undefined) return undefined;
    this.#read.set(name, datum);
    return seen(datum);
  }
  get size(): number {
    return this.entries.size;
  }
  has(key: MapKey): boolean {
    return this.entries.has(key);
  }
  get(key: MapKey): Datum | undefined {
    if (this.#entries === undefined)
      return typeof key === "string" ? this.#fromSource(key) : undefined;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.cell instanceof Deferred) entry.cell = entry.cell.force();
    return seen(entry.cell);
  }
  /** Keeps the first spelling and the first position of a key, as Python does. */
  set(mapKey: MapKey, key: Datum, cell: Cell): void {
    const entry = this.entries.get(mapKey);
    if (entry === undefined) this.entries.set(mapKey, { key, cell });
    else entry.cell = cell;
  }
  delete(key: MapKey): void {
    this.entries.delete(key);
  }
  keys(): Datum[] {
    return [...this.entries.values()].map((entry) => entry.key);
  }
  values(): Datum[] {
    return [...this.entries.keys()].map((key) => this.get(key) ?? null);
  }
  pairs(): [Datum, Datum][] {
    return [...this.entries].map(([key, entry]) => [entry.key, this.get(key) ?? null]);
  }
  copy(): Dict {
    const twin = new Dict();
    for (const [key, entry] of this.entries) twin.entries.set(key, { ...entry });
    return twin;
  }
}

export class Bytes {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

/** A name or element that is not there. May be passed around; using it is the problem that it carries. */
export class Undefined {
  readonly message: string;
  /** The variable that is missing, when it is a variable and not an element of one. */
  readonly name: string | undefined;
  readonly hint: string | undefined;
  /** Where it was looked up: an offset into `source`, and the variables that led there. */
  readonly trail: Trail;
  /** What went wrong where a filter, test or function has no answer: only its use is the problem, as above. */
  readonly failure: TemplateProblem | undefined;
  constructor(
    message: string,
    trail: Trail,
    more: { name?: string; hint?: string; failure?: TemplateProblem } = {},
  ) {
    this.message = message;
    this.trail = trail;
    this.name = more.name;
    this.hint = more.hint;
    this.failure = more.failure;
  }
  /** The same, seen from further out. */
  from(trail: Trail): Undefined {
    return new Undefined(this.message, trail, {
      ...(this.name !== undefined && { name: this.name }),
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.failure !== undefined && { failure: this.failure }),
    });
  }
}

/** A place in a template, and the variables whose templates were being rendered, outermost first. */
export interface Trail {
  readonly offset: number;
  readonly variables: readonly string[];
}

/** `'a' if false` without an else: prints as nothing, and is no value. */
export class Nothing {
  readonly kind = "nothing";
}

/** The `omit` variable: leaves out the argument, the element or the text in which it stands. */
export class Omit {
  readonly kind = "omit";
}

export const NOTHING = new Nothing();
export const OMIT = new Omit();

export interface Arguments {
  readonly positional: readonly Datum[];
  readonly named: ReadonlyMap<string, Datum>;
}

export const NO_ARGUMENTS: Arguments = { positional: [], named: new Map() };

export class Callable {
  readonly typeName: string;
  readonly name: string;
  readonly call: (args: Arguments) => Datum;
  constructor(typeName: string, name: string, call: (args: Arguments) => Datum) {
    this.typeName = typeName;
    this.name = name;
    this.call = call;
  }
}

/** An object of the template language itself (`loop`, a namespace, an imported template): only what `read` answers exists. */
export class Thing {
  readonly typeName: string;
  readonly read: (name: string) => Datum | undefined;
  readonly write: ((name: string, value: Datum) => void) | undefined;
  readonly call: ((args: Arguments) => Datum) | undefined;
  /** What it prints inside text. */
  readonly show: (() => string) | undefined;
  constructor(
    typeName: string,
    does: {
      show?: () => string;
      read: (name: string) => Datum | undefined;
      write?: (name: string, value: Datum) => void;
      call?: (args: Arguments) => Datum;
    },
  ) {
    this.typeName = typeName;
    this.read = does.read;
    this.write = does.write;
    this.call = does.call;
    this.show = does.show;
  }
}

/** A date with a time of day, as the wall clock of its zone reads it. Microseconds since 1970 on that clock. */
export class Moment {
  readonly micros: bigint;
  /** Minutes east of Greenwich; undefined where no zone is known. */
  readonly zone: number | undefined;
  constructor(micros: bigint, zone?: number) {
    this.micros = micros;
    this.zone = zone;
  }
}

/** A calendar day, counted from 1970-01-01. */
export class Day {
  readonly days: number;
  constructor(days: number) {
    this.days = days;
  }
}

/** A length of time. */
export class Span {
  readonly micros: bigint;
  constructor(micros: bigint) {
    this.micros = micros;
  }
}
