import type { Clock } from "./clock.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { DnsClient } from "./dns.ts";
import type { Facts } from "./facts.ts";
import type { ControllerFiles } from "./files.ts";
import type { HostId, RunId, TaskId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Rendered } from "./rendering.ts";
import type { Resource } from "./resource.ts";
import type { SchemaFor } from "./schema.ts";
import type { HostReader, HostSession } from "./transport.ts";

/** One before/after pair shown to people. Text values are shown as a line diff. */
export interface Change {
  readonly what: string;
  readonly before: Json;
  readonly after: Json;
}

/** What can be said about the way back before a change is made. */
export type Undo<R extends Json> =
  /** Everything that `undo` will need, taken before the change. Large bytes stay on the host, named with their sha256. */
  | { readonly kind: "reversible"; readonly record: R }
  /** There is nothing to take back: a restart, a reload, an added package in a cache. */
  | { readonly kind: "nothing" }
  /** Nobody knows how: command and shell without `inverse:`. */
  | { readonly kind: "no-inverse" }
  | { readonly kind: "irreversible"; readonly reason: string };

export type Check<R extends Json> =
  | { readonly kind: "satisfied"; readonly seen?: Json }
  | {
      readonly kind: "pending";
      readonly changes: readonly [Change, ...Change[]];
      readonly undo: Undo<R>;
      /** What was resolved (exact package versions) and must be equal on all hosts; handed back in `tools.pins`. */
      readonly pins?: Json;
    }
  | { readonly kind: "unknown"; readonly why: string }
  /** The change must not or cannot be made; the diagnostic says what to do first. */
  | { readonly kind: "blocked"; readonly diagnostic: Diagnostic };

export type Applied =
  | {
      readonly kind: "done";
      readonly changed: boolean;
      readonly after: Json;
      readonly result?: Json;
    }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic; readonly result?: Json }
  /** A write was sent and its outcome is not known. */
  | { readonly kind: "in-doubt"; readonly diagnostic: Diagnostic };

export type Undone =
  | { readonly kind: "done" }
  /** The world is as it was before the change. */
  | { readonly kind: "already" }
  /** Somebody changed it since: the operator decides. */
  | { readonly kind: "drifted"; readonly changes: readonly Change[] }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic }
  | { readonly kind: "in-doubt"; readonly diagnostic: Diagnostic };

/** What the journal knows about an earlier task on the same host. */
export interface EarlierTask {
  readonly step: string;
  readonly record?: Json;
  readonly after?: Json;
  readonly result?: Json;
}

/** What a step may use besides the host. Everything that reaches out is an interface of the model. */
export interface StepTools {
  readonly clock: Clock;
  readonly dns: DnsClient;
  readonly files: ControllerFiles;
  /** Aborts when the operator insists on stopping; waits end at once, jobs are left or killed as `cancel` says. */
  readonly signal: AbortSignal;
  /** The host-task's host, its DNS name or address as the inventory has it. */
  readonly address: string;
  /** What the plan resolved for this task on this host. */
  readonly pins: Json | undefined;
  /** Deadline of this host-task in milliseconds from its start. */
  readonly timeoutMs: number;
  /** Renders text with the variables of this host-task: for `template` and for parameters marked `template: raw`. */
  render(text: string, file?: string): Rendered<string>;
  /** Evaluates a bare expression with the variables of this host-task. */
  evaluate(expression: string): Rendered<Json>;
  /** The run this belongs to, for marks that are left on hosts; absent in a plan. */
  readonly run?: RunId;
  /** Asked once per host and run. */
  facts(): Promise<Facts>;
  /** An earlier task of this run on this host, by id. Undefined: never intended here. */
  earlier(task: TaskId): EarlierTask | undefined;
  /** What `check` took for this host-task before its first attempt; undefined where it took nothing. */
  record?(): Json | undefined;
  /** A line for people: what is being waited for. */
  say(text: string): void;
}

export interface StepExample {
  readonly title: string;
  /** One task as it stands in a playbook. */
  readonly yaml: string;
}

interface StepCommon<P extends object> {
  /** The YAML key, for example "lmdb.backup"; its folder is lmdb-backup. */
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** Paragraphs for the step's page: what it guarantees, its traps. */
  readonly description: string;
  readonly params: SchemaFor<P>;
  readonly examples: readonly [StepExample, ...StepExample[]];
  /** A bare string as the step's value means this parameter: `command: uptime`. */
  readonly shorthand?: keyof P & string;
  /** `controller`: it needs no connection to the host. */
  readonly where: "host" | "controller";
  reads(params: P): readonly Resource[];
}

/** What one host showed. */
export interface Sighting<P extends object, S extends Json> {
  readonly host: HostId;
  readonly params: P;
  readonly seen: S;
}

/** What is known of the fleet when sightings are judged together. */
export interface FleetView {
  /** Every host of `hosts:`. */
  readonly fleet: readonly HostId[];
  /** Hosts on which every step of `goal:` holds, or that finished their lane in this run. */
  readonly atGoal: ReadonlySet<HostId>;
  /**
   * Hosts whose verdict counts. Sightings of other hosts are there to be known (who writes where), not judged: in
   * preflight a host at its goal is seen and not judged. Expectations that compare hosts compare judged hosts only.
   */
  readonly judged: ReadonlySet<HostId>;
  /** `fleet` in fleet-scope phases, goal and preflight; `host` where a gate judges its own host alone. */
  readonly scope: "host" | "fleet";
}

export type Verdict =
  | {
      readonly kind: "holds";
      /** Variables to set on the host: `set_fact`. */
      readonly facts?: JsonObject;
      /** Shown to people: `debug`. */
      readonly message?: string;
    }
  /** `final`: waiting cannot help, `wait:` gives up at once. */
  | { readonly kind: "fails"; readonly diagnostic: Diagnostic; readonly final?: true };

/** A step that changes nothing: reports what it saw, and fails when a stated expectation does not hold. */
export interface ReadingStep<P extends object, S extends Json> extends StepCommon<P> {
  readonly kind: "reading";
  /** `skip`: a plan does not run it (it waits, or talks to people). Default `observe`. */
  readonly inPlan?: "observe" | "skip";
  /** Names of the variables that it sets by `facts` of its verdict; asked with parameters that may not be rendered yet. */
  sets?(params: P): readonly string[];
  /** Looks at one host. Throws only StepProblem. What it returns is what `register:` keeps. */
  observe(host: HostReader, params: P, tools: StepTools): Promise<S>;
  /** Judges what was seen; one verdict for each sighting, in order. Pure. */
  judge(sightings: readonly Sighting<P, S>[], view: FleetView): readonly Verdict[];
}

/** A step that changes something, and knows how to take it back. */
export interface ChangingStep<P extends object, R extends Json> extends StepCommon<P> {
  readonly kind: "changing";
  /** Whether applying it again after a half-done or unseen attempt is harmless. Only such steps are applied again after doubt. */
  readonly idempotent: boolean;
  /** It changes without a job: that none is left on the host says nothing about whether it happened. */
  readonly jobless?: true;
  /** What an interrupt or a deadline does to a job of this step. */
  readonly cancel: "safe" | "leave";
  touches(params: P): readonly Resource[];
  check(host: HostReader, params: P, tools: StepTools): Promise<Check<R>>;
  /** Additive and idempotent: fetch, stage, keep. Runs before the record is taken. */
  prepare?(host: HostSession, params: P, tools: StepTools): Promise<Applied>;
  apply(host: HostSession, params: P, tools: StepTools): Promise<Applied>;
  /** `left` is `after` of the settled apply, or undefined when it never settled. */
  undo(host: HostSession, record: R, left: Json | undefined, tools: StepTools): Promise<Undone>;
}

/** Any step of the registry. Parameters were validated against its schema at the door, records come from its own journal entries. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the one place where parameter types are forgotten
export type AnyStep = ReadingStep<any, any> | ChangingStep<any, any>;

export type StepRegistry = ReadonlyMap<string, AnyStep>;

export function defineReading<P extends object, S extends Json>(
  step: Omit<ReadingStep<P, S>, "kind">,
): ReadingStep<P, S> {
  return { kind: "reading", ...step };
}

export function defineChanging<P extends object, R extends Json>(
  step: Omit<ChangingStep<P, R>, "kind">,
): ChangingStep<P, R> {
  return { kind: "changing", ...step };
}

/** How a step gives up from deep inside: caught by the engine at the step's door, never seen by people as a stack trace. */
export class StepProblem extends Error {
  readonly diagnostic: Diagnostic;
  /** `unreachable`: the host stopped answering during a read. `in-doubt`: a write was sent and its outcome is not known. */
  readonly kind: "failed" | "unreachable" | "in-doubt";
  constructor(kind: "failed" | "unreachable" | "in-doubt", diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.kind = kind;
    this.diagnostic = diagnostic;
  }
}
