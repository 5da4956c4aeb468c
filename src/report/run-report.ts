/**
 * A run as a report tells it: everything that people and programs ask of it afterwards, with secrets masked. It is what
 * `report --format json` prints (schemas/report.schema.json), and what the other formats are made from.
 */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { StopReason } from "../model/journal-entry.ts";
import type { Change } from "../model/step.ts";
import type { Counts } from "./recap.ts";

export interface RunReport {
  readonly format: 1;
  readonly run: string;
  /** The release that wrote the journal. */
  readonly version: string;
  readonly playbook: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly who: string;
  /** Times are ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Of the last line of the journal. */
  readonly endedAt: string;
  readonly standing: RunStanding;
  /** Why it stopped, where it did. */
  readonly why?: StopReason;
  readonly text: string;
  readonly mode: "serial" | "window";
  readonly window?: string;
  readonly inputs: JsonObject;
  readonly totals: Totals;
  readonly hosts: readonly HostReport[];
  /** What was done once for all hosts. */
  readonly fleet: readonly TaskReport[];
  /** DNS while it went on; absent where nobody was watched. */
  readonly dns?: DnsReport;
  readonly decisions: readonly Decision[];
  /** What happened to the run or to a whole host, in order. */
  readonly marks: readonly Mark[];
  readonly wayBack: WayBackReport;
}

export type RunStanding =
  "succeeded" | "refused" | "rolled-back" | "abandoned" | "stopped" | "under-way";

export interface Totals {
  /** How many hosts there are of each outcome; outcomes without a host are left out. */
  readonly hosts: { readonly [outcome in HostOutcome]?: number };
  /** The sums of the recap's columns, the fleet's line included. */
  readonly tasks: Counts;
}

export type HostOutcome =
  | "done"
  /** Before the run came to it. */
  | "at-goal"
  | "untouched"
  /** Begun and not finished. */
  | "open"
  | "failed"
  | "in-doubt"
  | "unreachable"
  | "going-back"
  | "back"
  | "needs-operator"
  | "rollback-pending";

export interface HostReport {
  readonly host: string;
  readonly address: string;
  readonly outcome: HostOutcome;
  /** From its first host-task to its last; absent where there was none. */
  readonly beganAt?: string;
  readonly endedAt?: string;
  readonly counts: Counts;
  /** Why it was given up, where it did not answer. */
  readonly lost?: Diagnostic;
  /** How it went back, or goes. */
  readonly way?: "undo" | "phases";
  readonly tasks: readonly TaskReport[];
}

export type TaskOutcome =
  | "changed"
  | "ok"
  | "skipped"
  | "failed"
  | "ignored"
  /** Begun, and nobody knows yet whether it happened. */
  | "in-doubt"
  /** To be done again. */
  | "again";

/** One host-task. */
export interface TaskReport {
  readonly task: string;
  readonly item?: number;
  readonly name: string;
  readonly phase: string;
  readonly step: string;
  /** The machine that changed, where it is another one. */
  readonly on?: string;
  readonly outcome: TaskOutcome;
  /** How often it was begun. */
  readonly attempts: number;
  readonly beganAt: string;
  readonly endedAt?: string;
  /** At work, over all attempts. */
  readonly durationMs: number;
  readonly changes: readonly Change[];
  /** What `register:` keeps. */
  readonly output?: Json;
  /** It says `no_log`: neither changes nor output are told. */
  readonly hidden?: true;
  readonly message?: string;
  readonly diagnostic?: Diagnostic;
  /** Why it cannot be taken back. */
  readonly irreversible?: string;
  /** Nobody knows how to take it back. */
  readonly noInverse?: true;
  readonly undone?: UndoReport;
}

export interface UndoReport {
  readonly outcome:
    "intended" | "done" | "already" | "drifted" | "failed" | "in-doubt" | "superseded";
  readonly beganAt: string;
  readonly endedAt?: string;
  readonly changes?: readonly Change[];
  readonly diagnostic?: Diagnostic;
}

export interface DnsReport {
  /** Time between two questions to one server. */
  readonly everyMs: number;
  /** When servers were asked: a run that was gone on with has several. */
  readonly spans: readonly { readonly from: string; readonly to: string }[];
  /** How many servers were silent in the same moment. */
  readonly mostSilentAtOnce: number;
  readonly servers: readonly DnsServerReport[];
  readonly unwatched: readonly { readonly host: string; readonly why: string }[];
}

export interface DnsServerReport {
  readonly host: string;
  /** How it answered; absent where it never did. */
  readonly way?: "direct" | "ssh";
  readonly asked: number;
  readonly answered: number;
  /** Questions that could not be put, because its host was not reached. */
  readonly unseen: number;
  /** How often it was silent, for at least two questions in a row. */
  readonly silences: number;
  readonly longestMs: number;
  /** Of a server that comes and goes, the first hundred. */
  readonly times: readonly {
    readonly from: string;
    /** Absent: it was silent when it was last asked. */
    readonly to?: string;
    readonly why: string;
  }[];
}

export interface Decision {
  readonly at: string;
  readonly who: string;
  readonly question: string;
  readonly answer: Json;
}

export interface Mark {
  readonly at: string;
  readonly host?: string;
  readonly kind: "lost" | "found" | "stopped" | "resumed" | "rollback" | "unbegun" | "back";
  readonly text: string;
}

export interface WayBackReport {
  /** `open`: there is something to take back, and `command` does it. */
  readonly kind: "open" | "nothing-to-take-back" | "taken";
  readonly command?: string;
  /** Points of no return that were passed, and what has no inverse: what going back by undoing cannot do. */
  readonly closed: readonly {
    readonly name: string;
    readonly why: string;
    readonly hosts: readonly string[];
  }[];
}
