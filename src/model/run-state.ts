import type { Diagnostic } from "./diagnostic.ts";
import type { WatchTally } from "./dns.ts";
import type { HostId, HostTask, TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { StopReason } from "./journal-entry.ts";
import type { OpenSpan, RunSpec } from "./run-spec.ts";
import type { Change, Undo } from "./step.ts";

/** Where one host-task stands, going forward. */
export type TaskStanding =
  | "intended"
  | "applied"
  | "satisfied"
  | "skipped"
  | "failed"
  | "ignored"
  | "in-doubt"
  /** To be done again: looked at after doubt and not found to have happened, or failed before a resume. */
  | "retry";

/** Where the undo of one host-task stands. */
export type UndoStanding =
  "intended" | "done" | "already" | "drifted" | "failed" | "in-doubt" | "superseded";

/**
 * All that the journal says of one host-task. Only the fold writes it. What the journal seals is opened when it is asked
 * for, which throws JournalFailure where it cannot be.
 */
export interface HostTaskRecord {
  /** As it was first intended: the machine that changed is the one that is changed back. */
  of: HostTask;
  readonly step: string;
  standing: TaskStanding;
  /** How many times it was intended; 0 for what never needed an intent. */
  attempt: number;
  /** Attempts that may have changed something: those that were intended, without those found not to have happened. */
  perhaps: number;
  /** Sequence number of the first intent: the order that rollback reverses. */
  order: number;
  /** From the first intent, and from no later one (J5). */
  readonly undo: Undo<Json> | undefined;
  readonly changes: readonly Change[] | undefined;
  irreversible: string | undefined;
  readonly after: Json | undefined;
  readonly registered: Json | undefined;
  readonly diagnostic: Diagnostic | undefined;
  durationMs: number;
  /** From the latest intent. */
  boot: string | undefined;
  back:
    { standing: UndoStanding; diagnostic?: Diagnostic; changes?: readonly Change[] } | undefined;
}

/** One host's part of a run. */
export interface Lane {
  readonly host: HostId;
  /** Undefined: not looked at yet. */
  atGoal: boolean | undefined;
  /** Sequence number of the entry that began it. */
  begun: number | undefined;
  readonly tasks: Map<string, HostTaskRecord>;
  readonly items: Map<TaskId, readonly Json[]>;
  readonly facts: ReadonlyMap<string, Json>;
  lost: Diagnostic | undefined;
  /** An operator said that the host is gone for good: the run, and its way back, are whole without it. */
  dropped?: true;
  back:
    | {
        way: "undo" | "phases" | undefined;
        standing: "going" | "back" | "needs-operator" | "pending";
        /** Sequence number of the entry that turned it round: what was begun later belongs to the way back. */
        readonly since: number;
      }
    | undefined;
}

export interface HeldLock {
  readonly fencing: number;
  /** Every job there can see it, because the run is root there. */
  readonly fenced: boolean;
}

/** One server that is asked beside the run. */
export interface WatchedServer {
  readonly zones: readonly string[];
  /** Of watches that are over, and of the one that goes on. */
  before: WatchTally;
  now: WatchTally;
  /** Times in milliseconds since 1970; without an end: it was silent when it was last asked. */
  readonly silences: { readonly from: number; to: number | undefined; readonly why: string }[];
}

/** DNS while the run went on. */
export interface DnsWatchState {
  everyMs: number;
  /** From when to when servers were asked; a controller that was killed ended one with its last line. */
  readonly spans: { readonly from: number; to: number; isOver: boolean }[];
  readonly servers: Map<HostId, WatchedServer>;
  unwatched: readonly { readonly host: HostId; readonly why: string }[];
}

/** The fold of a journal. Nothing else remembers status. */
export interface RunState {
  readonly spec: RunSpec;
  readonly lanes: Map<HostId, Lane>;
  /** What the plan resolved: host-task key to exact versions and the like. */
  pins: { readonly [hostTask: string]: Json };
  /** The number that this run's locks have since it was last taken up. */
  fencing: number;
  /** One word for each controller that wrote here, the present one last: its beginning, which no copy of the journal shares. */
  lives: readonly string[];
  /** Every lock that was ever taken, with the number it was taken with. */
  readonly locks: Map<HostId, HeldLock>;
  lockedHosts: readonly HostId[];
  /** The whole run goes back, fleet and controller tasks included. */
  rollback: { readonly whole: boolean; readonly why: string } | undefined;
  /** The span of time in which it may work. */
  window: OpenSpan | undefined;
  /** Who was healthy when it was last looked at, and how far all lanes were then. */
  health:
    | {
        readonly healthy: readonly HostId[];
        readonly away: readonly HostId[];
        readonly ended: number;
        readonly untilMs: number;
      }
    | undefined;
  stopped: { readonly why: StopReason; readonly text: string } | undefined;
  finished: { readonly outcome: string; readonly text: string } | undefined;
  /** Undefined: nobody was asked. */
  dns: DnsWatchState | undefined;
  readonly decisions: {
    readonly question: string;
    readonly answer: Json;
    readonly who: string;
    readonly seq: number;
  }[];
  /** The hosts that it was last gone on with; undefined: all. */
  only: readonly HostId[] | undefined;
  /** Sequence number of the entry with which it was last gone on with; 0 while nobody has. */
  resumed: number;
  /** Sequence number of the entry with which it last turned round; 0 while it never did. */
  turned: number;
}
