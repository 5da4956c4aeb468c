import type { Duplex } from "node:stream";
import type { Command, Secret } from "./command.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { HostId, RunId } from "./ids.ts";

/** How a command on a host ended. Only `exited` says what the command itself answered. */
export type CommandResult =
  | {
      readonly kind: "exited";
      readonly code: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
      readonly durationMs: number;
      /** Only the beginning and the end of an output beyond the limit were kept; a line between them says so. */
      readonly truncated?: true;
    }
  | {
      readonly kind: "signalled";
      readonly signal: string;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
    }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  /** After a write: in doubt, never "failed". `unsent`: it never left the controller, so nothing can have happened. */
  | { readonly kind: "connection-lost"; readonly reason: string; readonly unsent?: true }
  /** A job that was begun, is not running, and left no exit status: the host lost power under it. */
  | { readonly kind: "vanished"; readonly reason: string };

/** Whom to be on the host: the login user, or another one by sudo. */
export type Identity =
  { readonly kind: "login" } | { readonly kind: "become"; readonly user: string };

export interface ReadOptions {
  /** Default 60 000. */
  readonly timeoutMs?: number;
}

/** The reading half of a session: `check`, gates, `goal:` and `preflight:` are handed no more than this. */
export interface HostReader {
  readonly id: HostId;
  /**
   * Runs a command that changes nothing. A lost connection is re-opened and the command sent again, so the answer
   * `connection-lost` means that the host stayed unreachable. Reads that are asked for together travel together.
   */
  read(command: Command, options?: ReadOptions): Promise<CommandResult>;
  /** A TCP connection that the host itself opens, to its own loopback for example. Needs nothing but sshd on the host. */
  dial(address: string, port: number): Promise<DialResult>;
}

export type DialResult =
  | { readonly kind: "open"; readonly stream: Duplex }
  /** `lost`: the host itself was not reached, so nothing is known of who listens there. */
  | { readonly kind: "refused"; readonly reason: string; readonly lost?: true };

/** Names a job directory on the host. The same name in the same scope is the same job, however often it is asked for. */
export interface JobScope {
  readonly run: RunId;
  /** Any text for the host-task and its attempt; another one is another job, also where two hosts are one machine. */
  readonly hostTask: string;
  /** The job refuses to start under a lock of a younger fencing number. Absent: no lock is required. */
  readonly fencing?: number;
  /** Where that lock is: in the place that all users of the host see (absent), or in the home of the job's own user. */
  readonly lock?: "shared" | "private";
  /**
   * The boot of the host in which the job may begin: a job that left nothing is begun there and in no other, because a
   * power cut takes what was not flushed. Absent: it is begun in any, and flushes that it began before it does anything.
   */
  readonly boot?: string;
}

export interface JobOptions {
  /** Distinguishes the jobs of one host-task. */
  readonly name: string;
  readonly timeoutMs?: number;
  /** `leave`: at the deadline or an interrupt the job goes on and the answer is `timed-out`; `safe`: it is killed with all its children. */
  readonly cancel: "safe" | "leave";
}

/** Where a job stands, without starting it. */
export type JobStanding =
  | { readonly kind: "absent" }
  | { readonly kind: "running"; readonly pid: number; readonly sinceMs: number }
  | { readonly kind: "finished"; readonly result: CommandResult }
  | { readonly kind: "vanished"; readonly reason: string };

/** One framed shell as one user on one host. Commands run one at a time, in the order they were asked for. */
export interface HostSession extends HostReader {
  /** A short change that is one atomic step (a rename, a daemon-reload). Sent once: a lost connection is `connection-lost`. */
  change(command: Command, options?: ReadOptions): Promise<CommandResult>;
  /**
   * A change that takes time. It outlives the connection and the controller. A job of this name that exists already is
   * attached to, never started again; a lost connection is re-opened and the job followed on.
   */
  job(command: Command, options: JobOptions): Promise<CommandResult>;
  /** Throws StepProblem `unreachable` when the host does not say: silence is not "absent". So does `jobs`. */
  standing(name: string): Promise<JobStanding>;
  /** Names of the jobs of this scope that left a directory on the host, oldest first. */
  jobs(): Promise<readonly string[]>;
  /**
   * Forgets the jobs of this scope; called when their outcome is in the journal. What they left on the host goes a little
   * later, together with that of others.
   */
  forgetJobs(): Promise<void>;
}

export interface RunJob {
  /** Host-task, attempt and job, for people. */
  readonly name: string;
  readonly isLive: boolean;
}

/** One connection to one host for a whole run; opened when first used, re-opened when lost. */
export interface HostConnection extends AsyncDisposable {
  readonly host: HostId;
  /** Proves host key, login and (for `become`) the password. Asked before anything else; answers once per identity. */
  open(as: Identity): Promise<Opened>;
  session(as: Identity, scope?: JobScope): HostSession;
  /**
   * Every job of a run that left files on the host, of whatever host-task, as this user sees them. Throws StepProblem
   * `unreachable` when the host does not say.
   */
  jobsOfRun(as: Identity, run: RunId): Promise<readonly RunJob[]>;
  /** Removes the files of all jobs of a run that have ended; throws StepProblem when the host does not say that it did. */
  forgetRun(as: Identity, run: RunId): Promise<void>;
  /** Closes the sockets; the next use opens them again. For long pauses. */
  rest(): Promise<void>;
}

export type Opened =
  /** `boot`: another one after each start of the host; absent where the host has no word for it. */
  | { readonly kind: "open"; readonly boot?: string }
  /** Nobody answers, or nobody of that name: may come back by itself. */
  | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic }
  /** Somebody answers and says no: host key, login, sudo. Will not get better by waiting. */
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

export interface Transport {
  connection(host: HostId): HostConnection;
}

export interface BecomeSettings {
  readonly method: "sudo";
  /** The user to become when a task does not name one. */
  readonly user: string;
  readonly exe: string;
  readonly flags: readonly string[];
  readonly password?: Secret;
}

/** All that is needed to reach one host; made from its `ansible_*` variables, options and ssh_config. */
export type ConnectionSettings =
  | { readonly kind: "local"; readonly shell: string; readonly become: BecomeSettings }
  | {
      readonly kind: "ssh";
      readonly address: string;
      readonly port: number;
      /** Absent: the operator's own user name. */
      readonly user?: string;
      /** The name to look up in known_hosts where it is not the address. */
      readonly hostKeyAlias?: string;
      readonly knownHosts: readonly string[];
      readonly hostKeys: "strict" | "accept-new" | "off";
      /** Private key files, in order. */
      readonly identities: readonly string[];
      readonly identitiesOnly: boolean;
      /** Path of the agent's socket. */
      readonly agent?: string;
      readonly password?: Secret;
      /** Hops on the way, first hop first. */
      readonly jumps: readonly ConnectionSettings[];
      readonly connectTimeoutMs: number;
      readonly shell: string;
      readonly become: BecomeSettings;
    };
