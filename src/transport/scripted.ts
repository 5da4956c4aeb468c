import type { Clock } from "../model/clock.ts";
import { renderCommand, type Command } from "../model/command.ts";
import type { HostId, RunId } from "../model/ids.ts";
import type {
  CommandResult,
  DialResult,
  HostConnection,
  HostSession,
  Identity,
  JobOptions,
  JobScope,
  JobStanding,
  Opened,
  Transport,
} from "../model/transport.ts";

/** A command as a scripted host sees it. */
export interface Asked {
  readonly host: HostId;
  readonly as: Identity;
  readonly kind: "read" | "change" | "job";
  readonly text: string;
  readonly stdin: Uint8Array | undefined;
  readonly job?: { readonly scope: JobScope; readonly name: string };
}

/** What the command says, and what happens to it on the way. An absent `code` is 0. */
export interface ScriptedAnswer {
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
  readonly code?: number;
  readonly signal?: string;
  /** How long it takes on the clock. A job goes on while nobody follows it. */
  readonly takesMs?: number;
}

export type ScriptedFault =
  /** The connection is lost before the host has seen the command. */
  | "lost-before"
  /** The command has its effect; its answer is lost. A job is found finished later. */
  | "lost-after"
  /** The command has its effect; a job is gone without a status, as when the host loses power. */
  | "vanish";

export interface ScriptedHostsOptions {
  /** Called once for every command that reaches a host, in order: this is where effects happen. */
  answer(asked: Asked): ScriptedAnswer | Promise<ScriptedAnswer>;
  fault?(asked: Asked): ScriptedFault | undefined;
  /** Default: open. */
  opens?(host: HostId, as: Identity): Opened;
  /** Default: refused. */
  dial?(host: HostId, address: string, port: number): DialResult | Promise<DialResult>;
  /** The lock that jobs with a fencing number are compared with. Default: they are not compared. */
  lock?(host: HostId): { readonly run: string; readonly fencing: number } | undefined;
  /** Needed where answers take time or jobs have deadlines. */
  readonly clock?: Clock;
}

interface ScriptedJob {
  readonly name: string;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly result: CommandResult;
}

const text = new TextEncoder();
const NEVER: Clock = { now: () => 0, ticks: () => 0, sleep: () => Promise.resolve() };

/**
 * A fleet in memory. It outlives the transports that are made for it, so a test can drop a controller and come back
 * with another one: jobs are still there, and every command that was asked stands in `asked`, in order.
 */
export class ScriptedHosts {
  readonly asked: Asked[] = [];
  readonly #options: ScriptedHostsOptions;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Map<string, ScriptedJob>>();
  readonly #boots = new Map<HostId, number>();

  constructor(options: ScriptedHostsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? NEVER;
  }

  /** Jobs that nobody has forgotten, as "HOST TASK NAME". */
  get jobs(): readonly string[] {
    return [...this.#jobs].flatMap(([key, jobs]) => {
      const [host, , , hostTask] = JSON.parse(key) as string[];
      return [...jobs.keys()].map((name) => `${host} ${hostTask} ${name}`);
    });
  }

  /** Starts a host again, without what its jobs left there: what was not flushed. */
  losePower(host: HostId): void {
    this.#boots.set(host, (this.#boots.get(host) ?? 1) + 1);
    for (const [key, jobs] of this.#jobs) {
      const [of] = JSON.parse(key) as string[];
      if (of === host) jobs.clear();
    }
  }

  #bootOf(host: HostId): string {
    return `boot-${this.#boots.get(host) ?? 1}`;
  }

  transport(): Transport {
    const connections = new Map<HostId, HostConnection>();
    return {
      connection: (host) => {
        const before = connections.get(host);
        if (before !== undefined) return before;
        const connection = this.#connection(host);
        connections.set(host, connection);
        return connection;
      },
    };
  }

  #connection(host: HostId): HostConnection {
    const lines = new Map<string, SerialLine>();
    return {
      host,
      open: (as) => {
        const opened = this.#options.opens?.(host, as) ?? { kind: "open" };
        return Promise.resolve(
          opened.kind === "open" ? { boot: this.#bootOf(host), ...opened } : opened,
        );
      },
      session: (as, scope) => {
        const key = as.kind === "login" ? "" : as.user;
        const line = lines.get(key) ?? new SerialLine();
        lines.set(key, line);
        return this.#session({ host, as, line, ...(scope === undefined ? {} : { scope }) });
      },
      jobsOfRun: (as, run) =>
        Promise.resolve(
          this.#ofRun(host, as, run).map(({ hostTask, job }) => ({
            name: `${hostTask} ${job.name}`,
            isLive: this.#standing(job).kind === "running",
          })),
        ),
      forgetRun: (as, run) => {
        for (const { jobs, job } of this.#ofRun(host, as, run))
          if (this.#standing(job).kind !== "running") jobs.delete(job.name);
        return Promise.resolve();
      },
      rest: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  #session(of: { host: HostId; as: Identity; line: SerialLine; scope?: JobScope }): HostSession {
    const { host, as, line } = of;
    const scoped = (): JobScope => {
      if (of.scope === undefined) throw new Error("a session without a scope has no jobs");
      return of.scope;
    };
    const run = (kind: "read" | "change", command: Command, timeoutMs = 60_000) =>
      line.next(() => this.#run({ host, as, kind, ...wordsOf(command) }, timeoutMs));
    return {
      id: host,
      read: (command, options) => run("read", command, options?.timeoutMs),
      change: (command, options) => run("change", command, options?.timeoutMs),
      job: (command, options) => {
        const scope = scoped();
        const job = { scope, name: options.name };
        return this.#job({ host, as, kind: "job", ...wordsOf(command), job }, options);
      },
      standing: (name) =>
        Promise.resolve(this.#standing(this.#jobsOf(host, as, scoped()).get(name))),
      jobs: () => Promise.resolve([...this.#jobsOf(host, as, scoped()).keys()]),
      forgetJobs: () => {
        this.#jobsOf(host, as, scoped()).clear();
        return Promise.resolve();
      },
      dial: async (address, port) =>
        (await this.#options.dial?.(host, address, port)) ?? {
          kind: "refused",
          reason: "nothing listens on a scripted host",
        },
    };
  }

  async #run(asked: Asked, timeoutMs: number): Promise<CommandResult> {
    const fault = this.#options.fault?.(asked);
    if (fault === "lost-before") return lost;
    this.asked.push(asked);
    const answer = await this.#options.answer(asked);
    const takesMs = answer.takesMs ?? 0;
    if (takesMs > timeoutMs) {
      await this.#clock.sleep(timeoutMs);
      return { kind: "timed-out", afterMs: timeoutMs };
    }
    if (takesMs > 0) await this.#clock.sleep(takesMs);
    return fault === undefined ? resultOf(answer) : lost;
  }

  async #job(
    asked: Asked & { readonly job?: { scope: JobScope; name: string } },
    options: JobOptions,
  ): Promise<CommandResult> {
    const { host, as, job } = asked;
    if (job === undefined) throw new Error("a job has a scope");
    const jobs = this.#jobsOf(host, as, job.scope);
    const fault = this.#options.fault?.(asked);
    if (fault === "lost-before") return lost;
    let known = jobs.get(job.name);
    if (known === undefined) {
      const { boot } = job.scope;
      if (boot !== undefined && boot !== this.#bootOf(host)) return vanished;
      const refusal = this.#refusal(host, job.scope);
      if (refusal !== undefined) return refusal;
      this.asked.push(asked);
      const answer = await this.#options.answer(asked);
      const startedAt = this.#clock.ticks();
      const result = fault === "vanish" ? vanished : resultOf(answer);
      known = { name: job.name, startedAt, endsAt: startedAt + (answer.takesMs ?? 0), result };
      jobs.set(job.name, known);
    }
    if (fault === "lost-after") return lost;
    const remaining = known.endsAt - this.#clock.ticks();
    if (options.timeoutMs !== undefined && remaining > options.timeoutMs) {
      await this.#clock.sleep(options.timeoutMs);
      if (options.cancel === "safe") {
        const result = {
          kind: "signalled",
          signal: "SIGTERM",
          stdout: none,
          stderr: none,
        } as const;
        jobs.set(job.name, { ...known, endsAt: this.#clock.ticks(), result });
      }
      return { kind: "timed-out", afterMs: options.timeoutMs };
    }
    if (remaining > 0) await this.#clock.sleep(remaining);
    return known.result;
  }

  #refusal(host: HostId, scope: JobScope): CommandResult | undefined {
    if (scope.fencing === undefined || this.#options.lock === undefined) return undefined;
    const lock = this.#options.lock(host);
    if (lock?.run === scope.run && lock.fencing === scope.fencing) return undefined;
    const holder = lock === undefined ? "there is no lock" : `the lock belongs to run ${lock.run}`;
    return resultOf({ code: 75, stderr: `runbook did not start this job: ${holder}\n` });
  }

  #standing(job: ScriptedJob | undefined): JobStanding {
    if (job === undefined) return { kind: "absent" };
    if (job.endsAt > this.#clock.ticks()) {
      return {
        kind: "running",
        pid: 1,
        sinceMs: this.#clock.now() - (this.#clock.ticks() - job.startedAt),
      };
    }
    return job.result.kind === "vanished" ? job.result : { kind: "finished", result: job.result };
  }

  #ofRun(host: HostId, as: Identity, run: RunId) {
    const user = as.kind === "login" ? "" : as.user;
    return [...this.#jobs].flatMap(([key, jobs]) => {
      const [ofHost, ofUser, ofRun, hostTask = ""] = JSON.parse(key) as string[];
      if (ofHost !== host || ofUser !== user || ofRun !== run) return [];
      return [...jobs.values()].map((job) => ({ hostTask, jobs, job }));
    });
  }

  #jobsOf(host: HostId, as: Identity, scope: JobScope): Map<string, ScriptedJob> {
    const user = as.kind === "login" ? "" : as.user;
    const key = JSON.stringify([host, user, scope.run, scope.hostTask]);
    const jobs = this.#jobs.get(key) ?? new Map<string, ScriptedJob>();
    this.#jobs.set(key, jobs);
    return jobs;
  }
}

/** Answers from a table; the first entry that matches wins. What is not in it ends with status 127 and says so. */
export function answersFrom(
  table: readonly (readonly [string | RegExp, ScriptedAnswer])[],
): (asked: Asked) => ScriptedAnswer {
  return (asked) => {
    const entry = table.find(([wanted]) =>
      typeof wanted === "string" ? wanted === asked.text : wanted.test(asked.text),
    );
    return entry?.[1] ?? { code: 127, stderr: `not scripted: ${asked.text}\n` };
  };
}

/** Commands of one identity run one at a time, in the order they were asked for. */
class SerialLine {
  #last: Promise<unknown> = Promise.resolve();

  next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

const none = new Uint8Array();
const lost = { kind: "connection-lost", reason: "the scripted connection was lost" } as const;
const vanished = { kind: "vanished", reason: "the scripted host lost power" } as const;

function wordsOf(command: Command): { text: string; stdin: Uint8Array | undefined } {
  const { stdin } = command;
  const bytes = stdin === undefined ? undefined : "reveal" in stdin ? stdin.reveal() : stdin;
  return { text: renderCommand(command), stdin: bytes };
}

function resultOf(answer: ScriptedAnswer): CommandResult {
  const stdout = bytesOf(answer.stdout);
  const stderr = bytesOf(answer.stderr);
  return answer.signal === undefined
    ? { kind: "exited", code: answer.code ?? 0, stdout, stderr, durationMs: answer.takesMs ?? 0 }
    : { kind: "signalled", signal: answer.signal, stdout, stderr };
}

function bytesOf(said: string | Uint8Array | undefined): Uint8Array {
  if (said === undefined) return none;
  return typeof said === "string" ? text.encode(said) : said;
}
