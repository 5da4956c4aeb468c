import type { Clock } from "../model/clock.ts";
import type { Secret } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { backoff } from "./backoff.ts";
import type { TransportLimits } from "./limits.ts";
import type { FramedShell, ShellAnswer } from "./shell/framed-shell.ts";
import type { ShellOpened } from "./shell/open-shell.ts";

export interface KeptRequest {
  /** A read is sent again after a lost connection; a change is sent once, and only when nothing else is under way. */
  readonly kind: "read" | "change";
  readonly text: string;
  readonly stdin?: Uint8Array | Secret;
  readonly timeoutMs: number;
  /** It calls functions of `definitions`. */
  readonly usesDefinitions?: true;
  /** How long it waits for a host that is away. */
  readonly patienceMs: number;
}

export type KeptAnswer =
  | Extract<ShellAnswer, { kind: "ended" | "timed-out" }>
  /** `wasSent` false: it never left this machine. */
  | { readonly kind: "lost"; readonly reason: string; readonly wasSent: boolean };

interface Waiting {
  readonly request: KeptRequest;
  readonly settle: (answer: KeptAnswer) => void;
  /** How often a shell died while this was the command it ran. */
  deaths: number;
  lostAt: number | undefined;
}

export interface KeptShellOptions {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly open: (hooks: {
    onEvent: (text: string) => void;
    onClosed: (reason: string) => void;
  }) => Promise<KeptShellOpened>;
  /** Shell functions, sent once to a shell before the first request that needs it. */
  readonly definitions: string;
  readonly onEvent: (text: string) => void;
  /** The shell is gone, and with it every child that would have said something. */
  readonly onLost: () => void;
}

export type KeptShellOpened = Exclude<ShellOpened, { readonly kind: "full" }>;

const MOST_IN_FLIGHT = 64;
/** A read that takes its shell down with it every time is not sent for ever. */
const MOST_DEATHS = 5;

const endedAtOnce: Diagnostic = {
  code: "transport/connection-lost",
  severity: "error",
  summary: "the shell ended as soon as it was open",
};

/**
 * Keeps one framed shell for one identity of one host: opens it when something is asked, opens it anew when it is
 * lost, and decides what may be sent again. Invariant: a change is in flight alone, so whatever it is answered, no
 * other command of ours ran in between.
 */
export class KeptShell {
  readonly #options: KeptShellOptions;
  readonly #waiting: Waiting[] = [];
  readonly #stop = new AbortController();
  #shell: FramedShell | undefined;
  #inFlight = 0;
  #isChanging = false;
  #opening: Promise<KeptShellOpened> | undefined;
  #isHealing = false;
  #isDefined = false;
  /** A process group that hangs, to be killed by the next shell. */
  #doomed: number | undefined;
  #generation = 0;

  constructor(options: KeptShellOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0;
  }

  get isOpen(): boolean {
    return this.#shell !== undefined;
  }

  ask(request: KeptRequest): Promise<KeptAnswer> {
    return new Promise((settle) => {
      this.#waiting.push({ request, settle, deaths: 0, lostAt: undefined });
      this.#pump();
    });
  }

  /** Opens the shell now; a host that is away is waited for this long. */
  async prove(patienceMs: number): Promise<KeptShellOpened> {
    const { clock, limits } = this.#options;
    const since = clock.ticks();
    for (let attempt = 0; ; attempt++) {
      const opened = await this.#open();
      const left = patienceMs - (clock.ticks() - since);
      if (opened.kind !== "unreachable" || left <= 0 || this.#stop.signal.aborted) return opened;
      const pause = backoff(attempt, { firstMs: limits.firstRetryMs, mostMs: limits.mostRetryMs });
      await clock.sleep(Math.min(pause, left), this.#stop.signal);
    }
  }

  /** Gives up the channel; the next request opens it again. */
  rest(reason: string): void {
    this.#shell?.close(reason);
  }

  close(reason: string): void {
    this.#stop.abort();
    this.#shell?.close(reason);
    this.#giveUp(reason, Number.NEGATIVE_INFINITY);
  }

  #pump(): void {
    if (this.#stop.signal.aborted) {
      this.#giveUp("the connection was closed", Number.NEGATIVE_INFINITY);
      return;
    }
    const shell = this.#shell;
    if (shell === undefined) {
      if (this.#waiting.length > 0 && !this.#isHealing) void this.#heal();
      return;
    }
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#isChanging || this.#inFlight >= MOST_IN_FLIGHT) return;
      if (next.request.kind === "change" && this.#inFlight > 0) return;
      this.#waiting.shift();
      void this.#send(shell, next);
    }
  }

  async #send(shell: FramedShell, waiting: Waiting): Promise<void> {
    const { request } = waiting;
    const generation = this.#generation;
    this.#inFlight += 1;
    this.#isChanging = request.kind === "change";
    if (request.usesDefinitions === true && !this.#isDefined) {
      this.#isDefined = true;
      shell.define(this.#options.definitions);
    }
    const { stdin } = request;
    const answer = await shell.run({
      text: request.text,
      timeoutMs: request.timeoutMs,
      ...(stdin === undefined ? {} : { stdin: "reveal" in stdin ? stdin.reveal() : stdin }),
    });
    if (generation === this.#generation) {
      this.#inFlight -= 1;
      if (request.kind === "change") this.#isChanging = false;
    }
    switch (answer.kind) {
      case "ended":
        waiting.settle(answer);
        break;
      case "timed-out":
        this.#doomed = shell.facts?.group;
        waiting.settle(answer);
        break;
      case "lost":
        if (request.kind === "read" && !this.#stop.signal.aborted) {
          this.#putBack(waiting, answer.reason);
        } else {
          waiting.settle({ kind: "lost", reason: answer.reason, wasSent: true });
        }
        break;
    }
    this.#pump();
  }

  /** Answers of one lost shell arrive in order, so what was asked first is asked first again. */
  #putBack(waiting: Waiting, reason: string): void {
    if (this.#returned === 0) waiting.deaths += 1;
    if (waiting.deaths >= MOST_DEATHS) {
      waiting.settle({ kind: "lost", reason: `${reason} (${MOST_DEATHS} times)`, wasSent: true });
      return;
    }
    waiting.lostAt ??= this.#options.clock.ticks();
    this.#waiting.splice(this.#returned, 0, waiting);
    this.#returned += 1;
  }
  #returned = 0;

  async #heal(): Promise<void> {
    this.#isHealing = true;
    const since = this.#options.clock.ticks();
    for (let attempt = 0; this.#waiting.length > 0 && !this.#stop.signal.aborted; attempt++) {
      const opened = await this.#open();
      if (opened.kind === "open") break;
      if (opened.kind === "refused") {
        this.#giveUp(opened.diagnostic.summary, Number.NEGATIVE_INFINITY);
        break;
      }
      this.#giveUp(opened.diagnostic.summary, since);
      if (this.#waiting.length === 0) break;
      await this.#options.clock.sleep(
        backoff(attempt, {
          firstMs: this.#options.limits.firstRetryMs,
          mostMs: this.#options.limits.mostRetryMs,
        }),
        this.#stop.signal,
      );
    }
    this.#isHealing = false;
    this.#pump();
  }

  #open(): Promise<KeptShellOpened> {
    this.#opening ??= this.#openOnce().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openOnce(): Promise<KeptShellOpened> {
    if (this.#shell !== undefined) return { kind: "open", shell: this.#shell };
    let closedEarly = false;
    const opened = await this.#options.open({
      onEvent: this.#options.onEvent,
      onClosed: () => {
        closedEarly = true;
        if (this.#shell === undefined) return;
        this.#forget();
      },
    });
    if (opened.kind !== "open") return opened;
    if (this.#stop.signal.aborted || closedEarly) {
      opened.shell.close("the connection was closed");
      return { kind: "unreachable", diagnostic: endedAtOnce };
    }
    this.#shell = opened.shell;
    this.#isDefined = false;
    if (this.#doomed !== undefined) {
      const text = `kill -s KILL -- -${this.#doomed} 2>/dev/null`;
      this.#doomed = undefined;
      void opened.shell.run({ text, timeoutMs: 10_000 });
    }
    this.#pump();
    return opened;
  }

  #forget(): void {
    this.#shell = undefined;
    this.#generation += 1;
    this.#inFlight = 0;
    this.#isChanging = false;
    this.#returned = 0;
    this.#options.onLost();
    // Reads that were under way come back in the next microtasks and are sent again by the healing they start.
  }

  /** Answers those whose patience is over, for a host that has been away since then. */
  #giveUp(reason: string, since: number): void {
    const now = this.#options.clock.ticks();
    const staying: Waiting[] = [];
    for (const waiting of this.#waiting.splice(0)) {
      const awayFor = now - Math.min(since, waiting.lostAt ?? since);
      if (awayFor < waiting.request.patienceMs) staying.push(waiting);
      else waiting.settle({ kind: "lost", reason, wasSent: waiting.lostAt !== undefined });
    }
    this.#waiting.push(...staying);
  }
}
