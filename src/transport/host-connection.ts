import type { Clock } from "../model/clock.ts";
import { lineToRun, renderCommand, type Command } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, RunId } from "../model/ids.ts";
import type {
  CommandResult,
  ConnectionSettings,
  DialResult,
  HostConnection,
  HostSession,
  Identity,
  JobScope,
  Opened,
  RunJob,
} from "../model/transport.ts";
import { backoff } from "./backoff.ts";
import { endedWith } from "./exit-status.ts";
import { jobFunctions } from "./job/job-script.ts";
import { Jobs } from "./job/jobs.ts";
import { KeptShell, type KeptAnswer, type KeptShellOpened } from "./kept-shell.ts";
import type { TransportLimits } from "./limits.ts";
import type { Link, LinkOpened } from "./link.ts";
import { openShell, type ShellOpened } from "./shell/open-shell.ts";

const READ_TIMEOUT_MS = 60_000;
const SHELL_TIMEOUT_MS = 20_000;
const CHANNEL_TRIES = 8;
const TIDY_MS = 2_000;

export interface HostConnectionOptions {
  readonly host: HostId;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly openLink: () => Promise<LinkOpened>;
  readonly onRan?: (ran: CommandRan) => void;
}

/** A command that ran to its end on a host. */
export interface CommandRan {
  readonly host: HostId;
  readonly kind: "read" | "change" | "job";
  /** Its first line. */
  readonly text: string;
  readonly endedAt: number;
  /** From when the host could begin with it. */
  readonly durationMs: number;
}

type Refused = Extract<Opened, { readonly kind: "refused" }>;

interface Kept {
  readonly shell: KeptShell;
  readonly jobs: Jobs;
}

/**
 * One host for a whole run: owns the link and one shell per identity, and shares the few channels that a server
 * allows among them. A shell that is not at work gives its channel up when another identity needs one.
 */
export class KeptHostConnection implements HostConnection {
  readonly host: HostId;
  readonly #options: HostConnectionOptions;
  readonly #kept = new Map<string, Kept>();
  /** By identity; a refusal of the login itself concerns them all. */
  readonly #refused = new Map<string, Refused>();
  #loginRefused: Refused | undefined;
  #link: Link | undefined;
  #linking: Promise<LinkOpened> | undefined;
  #mostChannels: number;
  #wasReached = false;
  #isDisposed = false;

  constructor(options: HostConnectionOptions) {
    this.host = options.host;
    this.#options = options;
    this.#mostChannels = options.limits.channelsPerConnection;
  }

  async open(as: Identity): Promise<Opened> {
    // Who was never reached is said to be unreachable at once; who was lost in the middle of a run may come back.
    const patienceMs = this.#wasReached ? this.#options.limits.readPatienceMs : 0;
    const opened = await this.#keep(as).shell.prove(patienceMs);
    if (opened.kind !== "open") return opened;
    const boot = opened.shell.facts?.boot;
    return { kind: "open", ...(boot === undefined ? {} : { boot }) };
  }

  session(as: Identity, scope?: JobScope): HostSession {
    const { shell, jobs } = this.#keep(as);
    const { limits } = this.#options;
    const ask = async (kind: "read" | "change", command: Command, timeoutMs: number) => {
      const ended = answered(
        await shell.ask({
          kind,
          text: lineToRun(command),
          timeoutMs,
          patienceMs: limits.readPatienceMs,
          ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
        }),
      );
      this.#ran(kind, command, ended);
      return ended;
    };
    const scoped = (): JobScope => {
      if (scope === undefined) throw new Error("a session without a scope has no jobs");
      return scope;
    };
    return {
      id: this.host,
      read: (command, options) => ask("read", command, options?.timeoutMs ?? READ_TIMEOUT_MS),
      change: (command, options) => ask("change", command, options?.timeoutMs ?? READ_TIMEOUT_MS),
      job: async (command, options) => {
        const ended = await jobs.run(scoped(), command, options);
        this.#ran("job", command, ended);
        return ended;
      },
      standing: (name) => jobs.standing(scoped(), name),
      jobs: () => jobs.names(scoped()),
      forgetJobs: async () => jobs.forget(scoped()),
      dial: (address, port) => this.#dial(address, port),
    };
  }

  jobsOfRun(as: Identity, run: RunId): Promise<readonly RunJob[]> {
    return this.#keep(as).jobs.ofRun(run);
  }

  forgetRun(as: Identity, run: RunId): Promise<void> {
    return this.#keep(as).jobs.forgetRun(run);
  }

  async rest(): Promise<void> {
    await this.#tidy();
    this.#link?.close();
    // A pause is when somebody may mend what was refused.
    this.#refused.clear();
    this.#loginRefused = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tidy();
    this.#isDisposed = true;
    for (const { shell } of this.#kept.values()) shell.close("the connection was closed");
    const link = this.#link ?? (await this.#linking?.then(linkOf));
    link?.close();
  }

  #ran(kind: CommandRan["kind"], command: Command, ended: CommandResult): void {
    const { onRan, host, clock } = this.#options;
    if (onRan === undefined || ended.kind !== "exited") return;
    const [text = ""] = renderCommand(command).trim().split("\n");
    onRan({ host, kind, text, endedAt: clock.now(), durationMs: ended.durationMs });
  }

  /** Removes what jobs left, where that needs no new connection and no long wait. */
  async #tidy(): Promise<void> {
    const open = [...this.#kept.values()].filter(({ shell }) => shell.isOpen);
    const over = new AbortController();
    const removed = Promise.all(open.map(({ jobs }) => jobs.flush()));
    await Promise.race([removed, this.#options.clock.sleep(TIDY_MS, over.signal)]);
    over.abort();
  }

  #keep(as: Identity): Kept {
    const key = keyOf(as);
    const before = this.#kept.get(key);
    if (before !== undefined) return before;
    const { clock, limits, settings } = this.#options;
    const shell: KeptShell = new KeptShell({
      clock,
      limits,
      open: (hooks) => this.#openShell(as, hooks),
      definitions: jobFunctions({ stateRoot: limits.stateRoot, shell: settings.shell }),
      onEvent: (text) => jobs.hear(text),
      onLost: () => jobs.shellLost(),
    });
    const jobs = new Jobs({ shell, clock, limits });
    const kept = { shell, jobs };
    this.#kept.set(key, kept);
    return kept;
  }

  async #openShell(
    as: Identity,
    hooks: { onEvent: (text: string) => void; onClosed: (reason: string) => void },
  ): Promise<KeptShellOpened> {
    const { clock, host } = this.#options;
    // A password that was wrong is not sent again, however many tasks ask: accounts get locked.
    const before = this.#refused.get(keyOf(as));
    if (before !== undefined) return before;
    for (let attempt = 0; ; attempt++) {
      const linked = await this.#linked();
      if (linked.kind !== "open") return linked;
      const used = linked.link.openChannels;
      let why = `${used} channels are in use`;
      if (used < this.#mostChannels) {
        const opened = await this.#startShell(linked.link, as, hooks);
        if (opened.kind === "refused") this.#refused.set(keyOf(as), opened);
        if (opened.kind !== "full") return opened;
        this.#mostChannels = Math.max(1, linked.link.openChannels);
        why = opened.reason;
      }
      this.#freeChannel();
      if (attempt >= CHANNEL_TRIES || this.#isDisposed) {
        return { kind: "unreachable", diagnostic: noChannel(host, why) };
      }
      await clock.sleep(backoff(attempt, { firstMs: 50, mostMs: 2_000 }));
    }
  }

  async #startShell(
    link: Link,
    as: Identity,
    hooks: { onEvent: (text: string) => void; onClosed: (reason: string) => void },
  ): Promise<ShellOpened> {
    const { clock, host, limits, settings } = this.#options;
    return openShell(link, {
      host,
      as,
      shell: settings.shell,
      become: settings.become,
      clock,
      timeoutMs: SHELL_TIMEOUT_MS,
      outputBytes: limits.outputBytes,
      ...hooks,
    });
  }

  #freeChannel(): void {
    for (const { shell } of this.#kept.values()) {
      if (!shell.isOpen || !shell.idle) continue;
      shell.rest("its channel was needed");
      return;
    }
  }

  #linked(): Promise<LinkOpened> {
    if (this.#loginRefused !== undefined) return Promise.resolve(this.#loginRefused);
    if (this.#link !== undefined) return Promise.resolve({ kind: "open", link: this.#link });
    this.#linking ??= this.#openLink().finally(() => {
      this.#linking = undefined;
    });
    return this.#linking;
  }

  async #openLink(): Promise<LinkOpened> {
    const opened = await this.#options.openLink();
    if (opened.kind === "refused") this.#loginRefused = opened;
    if (opened.kind !== "open") return opened;
    const { link } = opened;
    this.#link = link;
    this.#wasReached = true;
    this.#mostChannels = this.#options.limits.channelsPerConnection;
    link.onLost(() => {
      if (this.#link === link) this.#link = undefined;
    });
    if (this.#isDisposed) link.close();
    return opened;
  }

  async #dial(address: string, port: number): Promise<DialResult> {
    const linked = await this.#linked();
    if (linked.kind !== "open")
      return { kind: "refused", reason: linked.diagnostic.summary, lost: true };
    return linked.link.dial(address, port);
  }
}

function keyOf(as: Identity): string {
  return as.kind === "login" ? "login" : `become ${as.user}`;
}

function linkOf(opened: LinkOpened): Link | undefined {
  return opened.kind === "open" ? opened.link : undefined;
}

function answered(answer: KeptAnswer): CommandResult {
  switch (answer.kind) {
    case "ended":
      return endedWith(answer);
    case "timed-out":
      return answer;
    case "lost":
      return {
        kind: "connection-lost",
        reason: answer.reason,
        ...(answer.wasSent ? {} : { unsent: true }),
      };
  }
}

function noChannel(host: HostId, why: string): Diagnostic {
  return {
    code: "transport/no-channel",
    severity: "error",
    summary: `${host}: the server opens no more channels: ${why}`,
    hint: "sshd's MaxSessions is the usual reason; runbook needs one channel for each user it works as.",
  };
}
