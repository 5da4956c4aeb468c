import type { Clock } from "../../model/clock.ts";
import type { Command } from "../../model/command.ts";
import type { RunId } from "../../model/ids.ts";
import type {
  CommandResult,
  JobOptions,
  JobScope,
  JobStanding,
  RunJob,
} from "../../model/transport.ts";
import { StepProblem } from "../../model/step.ts";
import { endedWith } from "../exit-status.ts";
import type { KeptAnswer, KeptShell } from "../kept-shell.ts";
import type { TransportLimits } from "../limits.ts";
import { jobCalls } from "./job-calls.ts";
import { jobOfStem, scopePrefix } from "./job-stem.ts";
import { parseJobEvent, type JobEvent } from "./job-event.ts";

/** The exit status of a job that was not started: EX_TEMPFAIL of sysexits. */
const NOT_STARTED = 75;
const CALL_TIMEOUT_MS = 60_000;
const MOST_OVER = 10;
/** The files of jobs go together: each removal by itself would be a round trip and a process. */
const FORGET_AFTER_MS = 1_000;
const MOST_FORGOTTEN = 50;
const CANNOT_WATCH = "the host cannot run what watches over the job";

type Heard = JobEvent | { readonly kind: "shell-lost" } | { readonly kind: "deadline" };

/**
 * The jobs of one identity on one host. Following is: start or attach, then wait for the watcher to say the end; when
 * the shell is lost, start or attach again. Its files on the host make that the same job every time.
 */
export class Jobs {
  readonly #shell: KeptShell;
  readonly #clock: Clock;
  readonly #limits: TransportLimits;
  readonly #followers = new Map<number, (heard: Heard) => void>();
  /** Scopes that were forgotten here and may still have files on the host. */
  readonly #forgotten = new Set<string>();
  #forgetting: AbortController | undefined;
  #nextId = 1;

  constructor(of: { shell: KeptShell; clock: Clock; limits: TransportLimits }) {
    this.#shell = of.shell;
    this.#clock = of.clock;
    this.#limits = of.limits;
  }

  hear(text: string): void {
    const event = parseJobEvent(text);
    if (event !== undefined) this.#followers.get(event.id)?.(event);
  }

  shellLost(): void {
    for (const follower of this.#followers.values()) follower({ kind: "shell-lost" });
  }

  async run(scope: JobScope, command: Command, options: JobOptions): Promise<CommandResult> {
    // Names are listed one to a line.
    if (/[\0-\x1f]/.test(options.name)) throw new Error(`not a name for a job: ${options.name}`);
    await this.#catchUp(scope);
    const startedAt = this.#clock.ticks();
    const deadline = new AbortController();
    const timeUp =
      options.timeoutMs === undefined
        ? undefined
        : this.#clock.sleep(options.timeoutMs, deadline.signal);
    try {
      for (let turn = 0, over = 0; ; turn++) {
        const heard = await this.#follow(scope, command, options, timeUp);
        switch (heard.kind) {
          case "done":
            return this.#ended(heard, startedAt, false);
          case "large":
            return await this.#fetched(scope, options.name, heard.code, startedAt);
          case "vanished":
            return { kind: "vanished", reason: heard.reason };
          case "refused":
            return this.#ended(
              {
                code: NOT_STARTED,
                stdout: new Uint8Array(),
                stderr: Buffer.from(`runbook did not start this job: ${heard.reason}\n`),
              },
              startedAt,
              false,
            );
          case "lost":
            // Once it was started, a call that could not be sent says nothing about the job.
            return {
              kind: "connection-lost",
              reason: heard.reason,
              ...(heard.wasSent || turn > 0 ? {} : { unsent: true }),
            };
          case "deadline":
            if (options.cancel === "safe") await this.#cancel(scope, options.name);
            return { kind: "timed-out", afterMs: options.timeoutMs ?? 0 };
          case "over":
            // No process to be had there, perhaps: a while later there may be one.
            if (++over >= MOST_OVER) return { kind: "connection-lost", reason: CANNOT_WATCH };
            await this.#clock.sleep(1_000);
            break;
          case "shell-lost":
            break;
        }
      }
    } finally {
      deadline.abort();
    }
  }

  async standing(scope: JobScope, name: string): Promise<JobStanding> {
    await this.#catchUp(scope);
    const said = await this.#said(jobCalls.standing(scope, name));
    const [word = "", ...rest] = said.trim().split(" ");
    switch (word) {
      case "running": {
        const [pid, startTicks, upSeconds] = rest.map(Number);
        // Start times count in hundredths of a second since boot on every Linux.
        const ageMs = (upSeconds ?? 0) * 1000 - (startTicks ?? 0) * 10;
        return { kind: "running", pid: pid ?? 0, sinceMs: this.#clock.now() - Math.max(0, ageMs) };
      }
      case "finished": {
        const result = await this.#fetched(scope, name, Number(rest[0]), this.#clock.ticks());
        if (result.kind === "connection-lost") throw noWord(result.reason);
        return { kind: "finished", result };
      }
      case "vanished":
        return { kind: "vanished", reason: rest.join(" ") };
      case "absent":
        return { kind: "absent" };
      default:
        throw noWord(`an unknown answer about a job: ${said}`);
    }
  }

  async names(scope: JobScope): Promise<readonly string[]> {
    await this.#catchUp(scope);
    const said = await this.#said(jobCalls.names(scope));
    const lines = said.split("\n");
    // Silence is not "none": to take a job for absent is to run it twice.
    if (lines.at(-2) !== "end") throw noWord("the list of jobs has no end");
    // Lines are "START NAME", already sorted by a clock that may count whole seconds. Start times count in hundredths
    // since boot, and are 0 for jobs of an earlier one.
    return lines
      .slice(0, -2)
      .map((line) => ({
        start: Number.parseInt(line, 10),
        name: line.slice(line.indexOf(" ") + 1),
      }))
      .toSorted((one, other) => one.start - other.start)
      .map(({ name }) => name);
  }

  async ofRun(run: RunId): Promise<readonly RunJob[]> {
    await this.flush();
    const lines = (await this.#said(jobCalls.ofRun(run))).split("\n");
    if (lines.at(-2) !== "end") throw noWord("the list of jobs has no end");
    return lines.slice(0, -2).map((line) => ({
      name: jobOfStem(run, line.slice(line.indexOf(" ") + 1)),
      isLive: line.startsWith("live "),
    }));
  }

  async forgetRun(run: RunId): Promise<void> {
    const said = await this.#said(jobCalls.forgetRun(run));
    if (said.trim() !== "end") throw noWord("it does not say that their files were removed");
  }

  /** The files go a little later, with others, or when `flush` is called. */
  forget(scope: JobScope): void {
    this.#forgotten.add(scopePrefix(scope));
    if (this.#forgotten.size >= MOST_FORGOTTEN) {
      void this.flush();
    } else if (this.#forgetting === undefined) {
      const { signal } = (this.#forgetting = new AbortController());
      void this.#clock.sleep(FORGET_AFTER_MS, signal).then(() => {
        if (!signal.aborted) void this.flush();
      });
    }
  }

  /** Removes what was forgotten. A host that is away is asked again at the next occasion. */
  async flush(): Promise<void> {
    this.#forgetting?.abort();
    this.#forgetting = undefined;
    if (this.#forgotten.size === 0) return;
    const prefixes = [...this.#forgotten];
    this.#forgotten.clear();
    const answer = await this.#call(jobCalls.forget(prefixes));
    if (answer.kind !== "ended") for (const prefix of prefixes) this.#forgotten.add(prefix);
  }

  /** A scope that is asked about again must not answer with what it was told to forget. */
  async #catchUp(scope: JobScope): Promise<void> {
    if (this.#forgotten.size > 0 && this.#forgotten.has(scopePrefix(scope))) await this.flush();
  }

  async #follow(
    scope: JobScope,
    command: Command,
    options: JobOptions,
    timeUp: Promise<void> | undefined,
  ): Promise<Heard | Extract<KeptAnswer, { kind: "lost" }>> {
    const id = this.#nextId++;
    let isAcknowledged = false;
    const heard = new Promise<Heard>((resolve) => {
      this.#followers.set(id, (what) => {
        // A call that was under way is sent again by the kept shell, with the same id.
        if (what.kind !== "shell-lost" || isAcknowledged) resolve(what);
      });
      void timeUp?.then(() => resolve({ kind: "deadline" }));
    });
    try {
      const sent = this.#call(jobCalls.start(id, scope, command, options)).then((answer) => {
        isAcknowledged = true;
        return answer;
      });
      const first = await Promise.race([heard, sent]);
      switch (first.kind) {
        case "lost":
          return first;
        case "timed-out":
          return { kind: "shell-lost" };
        case "ended":
          // The shell may have gone between its answer and this line, and the watcher with it.
          return this.#shell.isOpen ? await heard : { kind: "shell-lost" };
        case "done":
        case "large":
        case "vanished":
        case "refused":
        case "over":
        case "deadline":
        case "shell-lost":
          return first;
      }
    } finally {
      this.#followers.delete(id);
    }
  }

  async #fetched(
    scope: JobScope,
    name: string,
    code: number,
    startedAt: number,
  ): Promise<CommandResult> {
    const [stdout, stderr] = await Promise.all([
      this.#call(jobCalls.output(scope, name, "stdout")),
      this.#call(jobCalls.output(scope, name, "stderr")),
    ]);
    // The job itself has ended: what was not sent is only the question for its output.
    if (stdout.kind !== "ended") return { kind: "connection-lost", reason: why(stdout) };
    if (stderr.kind !== "ended") return { kind: "connection-lost", reason: why(stderr) };
    if (stdout.code !== 0 || stderr.code !== 0) {
      return { kind: "connection-lost", reason: "the job's output cannot be read" };
    }
    const truncated = stdout.truncated || stderr.truncated;
    return this.#ended(
      { code, stdout: stdout.stdout, stderr: stderr.stdout },
      startedAt,
      truncated,
    );
  }

  #ended(
    of: { code: number; stdout: Uint8Array; stderr: Uint8Array },
    startedAt: number,
    truncated: boolean,
  ): CommandResult {
    return endedWith({ ...of, truncated, durationMs: this.#clock.ticks() - startedAt });
  }

  /** Throws StepProblem: whoever asks where a job stands must not take silence for an answer. */
  async #said(call: string): Promise<string> {
    const answer = await this.#call(call, this.#limits.readPatienceMs);
    if (answer.kind !== "ended") throw noWord(why(answer));
    return text(answer.stdout);
  }

  async #cancel(scope: JobScope, name: string): Promise<void> {
    await this.#call(
      jobCalls.cancel(scope, name, this.#limits.killGraceMs),
      this.#limits.readPatienceMs,
    );
  }

  /** All calls are harmless to repeat, so they are sent again after a lost connection. */
  #call(call: string, patienceMs = this.#limits.jobPatienceMs): Promise<KeptAnswer> {
    return this.#shell.ask({
      kind: "read",
      text: call,
      timeoutMs: CALL_TIMEOUT_MS,
      patienceMs,
      usesDefinitions: true,
    });
  }
}

function noWord(reason: string): StepProblem {
  return new StepProblem("unreachable", {
    code: "transport/no-word-of-job",
    severity: "error",
    summary: `the host does not say where the job stands: ${reason}`,
    hint: "What the job did is not known before the host answers.",
  });
}

function why(answer: Exclude<KeptAnswer, { kind: "ended" }>): string {
  return answer.kind === "lost" ? answer.reason : "a call about a job gave no answer";
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
