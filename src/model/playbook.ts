import type { Diagnostic, Place } from "./diagnostic.ts";
import type { TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Value, ValueMap } from "./value.ts";

/** One use of a step; everything that may hold a template is kept as it was written. */
export interface Task {
  readonly id: TaskId;
  /** As written, or made from the step and its first parameter. */
  readonly name: string;
  readonly at: Place;
  readonly action: TaskAction;
  readonly when?: Value;
  readonly register?: string;
  readonly loop?: Loop;
  /** Polls a reading step until it holds, at most so long; a duration or a template of one. */
  readonly wait?: Value;
  readonly retry?: Retry;
  /** Duration or seconds, or a template of one. */
  readonly timeout?: Value;
  readonly expect?: Value;
  readonly become?: Value;
  readonly becomeUser?: Value;
  readonly delegateTo?: Value;
  readonly vars: ValueMap;
  readonly environment?: Value;
  readonly changedWhen?: Value;
  readonly failedWhen?: Value;
  readonly ignoreErrors?: Value;
  readonly noLog: boolean;
  /** The author's promise that a command changes nothing: it becomes a gate and runs in plans. */
  readonly readOnly: boolean;
  readonly runOnce: boolean;
  /** At most so many hosts at a time are in this task. */
  readonly throttle?: number;
  /** The reason, as shown before consent is asked for. */
  readonly irreversible?: Value;
  /** Did it happen? Asked by resume and rollback instead of `check`. */
  readonly probe?: Task;
  readonly inverse?: Task | "none";
  /** Must hold once the task was taken back, before the host counts as back. */
  readonly undone?: Task;
}

export type TaskAction =
  | {
      readonly kind: "step";
      readonly step: string;
      readonly params: ValueMap;
      /** Where each parameter's value stands, for diagnostics of rendered values. */
      readonly places: { readonly [param: string]: Place };
    }
  /** In `rollback:` phases: run the inverse of that task on this host, from its record. */
  | { readonly kind: "undo"; readonly task: TaskId };

export interface Loop {
  readonly over: Value;
  readonly variable: string;
  readonly indexVariable?: string;
  readonly label?: Value;
}

/** Ansible's `until`, `retries`, `delay`. */
export interface Retry {
  readonly until?: Value;
  readonly retries: Value;
  readonly delay: Value;
}

export interface Phase {
  /** "1", "2" … in `phases:`, "rollback.1" … in `rollback:`. */
  readonly id: string;
  readonly name: string;
  readonly at: Place;
  readonly scope: "host" | "fleet";
  /** A lane may be left after this phase. */
  readonly rest: boolean;
  /** Run a fleet phase although hosts are neither at their goal nor finished. */
  readonly incomplete: "wait" | "run";
  readonly when?: Value;
  readonly tasks: readonly Task[];
}

/** A run-wide value with a type, checked before anything connects. */
export interface Input {
  readonly name: string;
  readonly at: Place;
  readonly description: string;
  /** JSON Schema of the value, as written under the input. */
  readonly schema: { readonly [word: string]: Json };
  readonly required: boolean;
  readonly default?: Value;
  /** The inventory variable, or path into one, that supplies it. */
  readonly from?: string;
  readonly perHost: boolean;
}

/** `1`, `"25%"` or a list of them. */
export type BatchSize =
  | { readonly kind: "count"; readonly hosts: number }
  | { readonly kind: "percent"; readonly percent: number };

export type OnFailure = "stop" | "rollback_host" | "rollback_run" | "ask";

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface WindowSpan {
  readonly timezone: string;
  /** Wall-clock times in that zone: both with a date, "2026-12-01 22:00", or both without, "22:00", and it recurs. */
  readonly start: string;
  readonly end: string;
  /** Of a recurring window: the days on which it opens; absent, every day. */
  readonly days?: readonly Weekday[];
  readonly onClose: "finish_host" | "finish_task" | "rollback";
  readonly at: Place;
}

export interface Rollout {
  readonly mode: "serial" | "window";
  /** At least one; the last entry repeats. */
  readonly batches: readonly [BatchSize, ...BatchSize[]];
  /** How many hosts are worked on at the same time. */
  readonly forks: number;
  readonly maxFailures: BatchSize;
  /** The same within one batch: a percentage is of that batch. */
  readonly maxFailuresPerBatch?: BatchSize;
  readonly onFailure: OnFailure;
  /** How many hosts of the fleet must stay healthy while a lane is under way; a percentage is rounded up. */
  readonly minHealthy?: BatchSize;
  /** Once so many hosts are done, no other begins for so long; without a time, before somebody says so. */
  readonly pauseAfter?: { readonly hosts: number; readonly forMs?: number };
  readonly window?: WindowSpan;
  /** Names something shared beyond the hosts, such as a bucket. */
  readonly lock?: Value;
  readonly unreachable: "fail" | "skip" | { readonly waitMs: number };
}

/** What people may be told of: `pause` waits for somebody or can be gone on with, `end` is over or stopped by a failure. */
export const NOTICE_MOMENTS = ["start", "pause", "failure", "end"] as const;
export type NoticeMoment = (typeof NOTICE_MOMENTS)[number];

/** One entry of `notify:`; texts may hold templates. */
export interface Notice {
  readonly at: Place;
  readonly on: readonly NoticeMoment[];
  readonly to:
    | { readonly kind: "webhook"; readonly address: string; readonly secret?: string }
    | { readonly kind: "command"; readonly argv: readonly string[] };
}

/** `watch_dns:`; texts may hold templates. */
export interface DnsWatch {
  readonly at: Place;
  readonly zones: "all" | readonly string[];
  /** By default the address of each host, and its own loopback through SSH. */
  readonly server?: string;
  readonly port: number;
  readonly via: "auto" | "direct" | "ssh";
  /** How to call `pdns_control`, which lists the zones. */
  readonly control?: readonly string[];
  readonly everyMs: number;
}

export interface Playbook {
  readonly file: string;
  readonly name: string;
  readonly at: Place;
  readonly hosts: string;
  readonly inputs: readonly Input[];
  readonly vars: ValueMap;
  readonly rollout: Rollout;
  readonly notify: readonly Notice[];
  readonly watchDns?: DnsWatch;
  readonly become?: Value;
  readonly becomeUser?: Value;
  readonly gatherFacts: boolean;
  readonly goal: readonly Task[];
  readonly preflight: readonly Task[];
  /** What `rollout.min_healthy` counts: hosts on which all of them hold. */
  readonly healthy: readonly Task[];
  readonly beforeHost: readonly Task[];
  readonly phases: readonly Phase[];
  readonly afterHost: readonly Task[];
  /** Empty: every host goes back by undoing its tasks in reverse. */
  readonly rollback: readonly Phase[];
}

/** A playbook with every problem that can be known without inventory and hosts. */
export interface LoadedPlaybook {
  readonly playbook?: Playbook;
  readonly text: string;
  readonly problems: readonly Diagnostic[];
}
