import type { Diagnostic } from "./diagnostic.ts";
import type { WatchTally } from "./dns.ts";
import type { HostId, HostTask, RunId, TaskId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import type { OpenSpan, RunSpec } from "./run-spec.ts";
import type { Change, Undo } from "./step.ts";

/** The format of the entries below; what is older is made into it when it is read (`journal/upgrade.ts`). */
export const FORMAT = 2;

/**
 * What must survive a crash. Run state is a fold over these and over nothing else.
 * Fields named in `SEALED` are encrypted on disk; everything else can be read without the key.
 */
export type JournalEntry =
  | {
      readonly type: "run-started";
      readonly format: typeof FORMAT;
      readonly run: RunId;
      readonly version: string;
      readonly playbook: string;
      readonly who: string;
      readonly hosts: readonly HostId[];
      readonly spec: RunSpec;
    }
  /** The plan was made and nothing forbids it: what it resolved, by host-task key. */
  | { readonly type: "planned"; readonly pins: { readonly [hostTask: string]: Json } }
  | { readonly type: "goal-seen"; readonly host: HostId; readonly reached: boolean }
  | {
      readonly type: "decision";
      readonly who: string;
      readonly question: string;
      readonly answer: Json;
    }
  | {
      readonly type: "locked";
      readonly hosts: readonly HostId[];
      /** Hosts whose lock every job can see, so that it can be fenced: where the run is root. */
      readonly fenced: readonly HostId[];
      readonly fencing: number;
    }
  /** The run goes on in another span of time, or without one. */
  | { readonly type: "window-set"; readonly window: OpenSpan | null; readonly who: string }
  /**
   * Before a lane begins: who of the fleet is healthy, while these are away and so many lanes have come to an end. Until
   * then it is asked again.
   */
  | {
      readonly type: "health-seen";
      readonly healthy: readonly HostId[];
      readonly away: readonly HostId[];
      readonly ended: number;
      readonly untilMs: number;
    }
  | { readonly type: "lane-begun"; readonly host: HostId }
  | {
      readonly type: "looped";
      readonly task: TaskId;
      readonly host: HostId;
      readonly items: readonly Json[];
    }
  /** On disk before the first byte that can change something is sent (J1). */
  | {
      readonly type: "intended";
      readonly of: HostTask;
      readonly step: string;
      readonly attempt: number;
      readonly changes: readonly Change[];
      readonly undo: Undo<Json>;
      readonly irreversible?: string;
      /** The boot of the machine in which its jobs begin, and in no other. Absent: they flush that they began. */
      readonly boot?: string;
    }
  | {
      readonly type: "settled";
      readonly of: HostTask;
      readonly step: string;
      readonly outcome: "applied" | "satisfied" | "skipped";
      readonly durationMs: number;
      readonly after?: Json;
      readonly registered?: Json;
      /** What people may see of `registered`, where that is not all of it: secrets are masked. */
      readonly shown?: Json;
      readonly facts?: JsonObject;
      readonly message?: string;
    }
  | {
      readonly type: "settled";
      readonly of: HostTask;
      readonly step: string;
      readonly outcome: "failed";
      readonly durationMs: number;
      readonly diagnostic: Diagnostic;
      /** `ignore_errors`: the lane goes on. */
      readonly ignored?: true;
      readonly registered?: Json;
      readonly shown?: Json;
    }
  | {
      readonly type: "settled";
      readonly of: HostTask;
      readonly step: string;
      readonly outcome: "in-doubt";
      readonly durationMs: number;
      readonly diagnostic: Diagnostic;
      readonly registered?: Json;
      readonly shown?: Json;
    }
  /** Looked at after doubt and found not to have happened: it will be done again, its first record stays (J5). */
  | { readonly type: "unbegun"; readonly of: HostTask; readonly why: string }
  | { readonly type: "host-lost"; readonly host: HostId; readonly diagnostic: Diagnostic }
  | { readonly type: "host-back"; readonly host: HostId }
  | {
      readonly type: "rollback-begun";
      readonly hosts: readonly HostId[];
      /** Fleet and controller tasks go back too. */
      readonly whole: boolean;
      readonly why: string;
      readonly who: string;
    }
  | {
      readonly type: "rollback-way";
      readonly host: HostId;
      readonly way: "undo" | "phases";
      readonly why: string;
    }
  | { readonly type: "undo-intended"; readonly of: HostTask }
  | {
      readonly type: "undo-settled";
      readonly of: HostTask;
      readonly outcome: "done" | "already" | "drifted" | "failed" | "in-doubt" | "superseded";
      readonly durationMs: number;
      readonly diagnostic?: Diagnostic;
      readonly changes?: readonly Change[];
    }
  | {
      readonly type: "host-rolled-back";
      readonly host: HostId;
      readonly outcome: "back" | "needs-operator" | "pending";
    }
  /** From here on servers are asked beside the run, a few of their zones in turn. Another one takes the place of this one. */
  | {
      readonly type: "dns-watch-begun";
      readonly everyMs: number;
      readonly watches: readonly {
        readonly hosts: readonly HostId[];
        readonly zones: readonly string[];
      }[];
      readonly unwatched: readonly { readonly host: HostId; readonly why: string }[];
    }
  /** In order: who fell silent and why, and who (without a `why`) answers again; `at` is in milliseconds since 1970. */
  | {
      readonly type: "dns-silences";
      readonly seen: readonly {
        readonly host: HostId;
        readonly at: number;
        readonly why?: string;
      }[];
    }
  /** What it counted since it began; `over`: it asks no more. */
  | {
      readonly type: "dns-watched";
      readonly servers: readonly WatchTally[];
      readonly over: boolean;
    }
  | { readonly type: "run-stopped"; readonly why: StopReason; readonly text: string }
  /** `format`: that of this entry and those behind it, which a younger release may have written than those before. */
  | {
      readonly type: "run-resumed";
      readonly who: string;
      readonly format: number;
      /** `--limit`: the other hosts are left where they are. */
      readonly only?: readonly HostId[];
    }
  | {
      readonly type: "run-finished";
      readonly outcome: "succeeded" | "refused" | "rolled-back" | "abandoned";
      readonly text: string;
    };

export type StopReason =
  | "failed"
  | "unreachable"
  | "in-doubt"
  | "needs-operator"
  | "interrupted"
  | "window"
  | "hosts-to-do"
  | "journal";

const SEALED_FIELDS = {
  "run-started": ["spec"],
  looped: ["items"],
  intended: ["undo", "changes"],
  settled: ["after", "registered", "shown", "facts", "message", "diagnostic"],
  "undo-settled": ["changes", "diagnostic"],
} as const satisfies { readonly [type in JournalEntry["type"]]?: readonly string[] };

/** Fields that may hold what hosts and vaults keep secret, by entry type. */
export const SEALED: { readonly [type in JournalEntry["type"]]?: readonly string[] } =
  SEALED_FIELDS;

type SealedName<Type> = Type extends keyof typeof SEALED_FIELDS
  ? (typeof SEALED_FIELDS)[Type][number]
  : never;

type OpenPart<Entry extends JournalEntry> = Entry extends JournalEntry
  ? Entry extends { readonly type: keyof typeof SEALED_FIELDS }
    ? Omit<Entry, SealedName<Entry["type"]>>
    : Entry
  : never;

/** An entry without the fields that are encrypted on disk: what anybody can read of it. */
export type OpenEntry = OpenPart<JournalEntry>;

/** What was taken out of an entry to be encrypted. */
export interface SealedFields {
  readonly spec?: RunSpec;
  readonly items?: readonly Json[];
  readonly undo?: Undo<Json>;
  readonly changes?: readonly Change[];
  readonly after?: Json;
  readonly registered?: Json;
  readonly shown?: Json;
  readonly facts?: JsonObject;
  readonly message?: string;
  readonly diagnostic?: Diagnostic;
}

/** The sealed fields of one entry, for whoever may need them later. */
export interface Kept {
  /** Opened when it is first asked for. Throws JournalFailure where that cannot be done, or they are not as they were sealed. */
  readonly fields: SealedFields;
}

export function resumedBy(
  who: string,
  only?: readonly HostId[],
): Extract<JournalEntry, { type: "run-resumed" }> {
  return { type: "run-resumed", who, format: FORMAT, ...(only && { only }) };
}

/** An entry with its place in the journal. */
export interface JournalLine {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** All of it. In a line that was read, asking for it opens what is sealed, and may throw JournalFailure. */
  readonly entry: JournalEntry;
  /** In a line that was read: what needs no key. */
  readonly open?: OpenEntry;
  /** In a line that was read: what is sealed of it, if anything is. It can be kept without the line. */
  readonly kept?: Kept | undefined;
}

/** Enough to know what happened, and nothing that is sealed. */
export function openPart(line: JournalLine): OpenEntry {
  return line.open ?? line.entry;
}

/** The one writer of a run's journal. */
export interface Journal {
  /** Resolves when the entry is on disk. Rejects with JournalFailure when it cannot be, and accepts nothing more. */
  append(entry: JournalEntry): Promise<JournalLine>;
}

/** The journal can no longer promise anything: disk full, or a failed fsync. */
export class JournalFailure extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.diagnostic = diagnostic;
  }
}
