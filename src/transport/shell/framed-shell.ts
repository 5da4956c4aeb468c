import { reasonOf } from "../../lib/reason.ts";
import { BoundedBytes } from "../../lib/bounded-bytes.ts";
import { quote } from "../../model/command.ts";
import type { Clock } from "../../model/clock.ts";
import type { Channel } from "../link.ts";
import { FrameReader, type Frame } from "./frame-reader.ts";
import { writePayload } from "./payload.ts";
import { HELLO, parseHello, prelude, type ShellFacts } from "./prelude.ts";

export interface ShellCommand {
  readonly text: string;
  readonly stdin?: Uint8Array;
  /** Counted from when the shell begins with it, not from when it was sent. Infinity: no limit. */
  readonly timeoutMs: number;
}

export type ShellAnswer =
  | {
      readonly kind: "ended";
      readonly code: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
      readonly truncated: boolean;
      readonly durationMs: number;
    }
  /** The shell is closed, because nothing behind this command could run. */
  | { readonly kind: "timed-out"; readonly afterMs: number }
  /** The shell is gone. `noise` and `code` tell why a shell never began to work. */
  | {
      readonly kind: "lost";
      readonly reason: string;
      readonly code?: number;
      readonly noise: Uint8Array;
    };

interface Pending {
  readonly seq: number;
  readonly timeoutMs: number;
  readonly stdout: BoundedBytes;
  readonly stderr: BoundedBytes;
  readonly settle: (answer: ShellAnswer) => void;
  readonly over: AbortController;
  startedAt: number;
  code: number | undefined;
  stderrEnded: boolean;
}

export interface FramedShellOptions {
  readonly mark: string;
  readonly clock: Clock;
  /** How much of each stream of one command is kept. */
  readonly outputBytes: number;
  readonly onEvent: (text: string) => void;
  readonly onClosed: (reason: string) => void;
}

/**
 * One `sh` at the other end of a channel that runs the commands it is sent in order, and keeps their outputs apart.
 * It owns the channel. Several commands may be under way at once; they still run one at a time.
 */
export class FramedShell {
  readonly #channel: Channel;
  readonly #options: FramedShellOptions;
  readonly #pending: Pending[] = [];
  #seq = 0;
  #facts: ShellFacts | undefined;
  #closed: { readonly reason: string; readonly code: number | undefined } | undefined;
  /** What was said before the shell worked: login files, and those who let nobody in. */
  readonly #noise = new BoundedBytes(4096);

  constructor(channel: Channel, options: FramedShellOptions) {
    this.#channel = channel;
    this.#options = options;
    const stdout = new FrameReader(options.mark);
    const stderr = new FrameReader(options.mark);
    channel.listen({
      stdout: (chunk) => this.#guard(() => stdout.push(chunk).forEach((frame) => this.#out(frame))),
      stderr: (chunk) => this.#guard(() => stderr.push(chunk).forEach((frame) => this.#err(frame))),
      closed: (reason, code) => this.#end(reason, code),
    });
  }

  get facts(): ShellFacts | undefined {
    return this.#facts;
  }

  get busy(): boolean {
    return this.#pending.length > 0;
  }

  /** Must be called once and answered before any other command is sent. */
  async greet(timeoutMs: number): Promise<ShellAnswer> {
    this.#channel.write(prelude(this.#options.mark));
    return this.run({ text: HELLO, timeoutMs });
  }

  /** Text that is read by the shell itself, outside of any command: function definitions. */
  define(text: string): void {
    this.#channel.write(`${text}\n`);
  }

  run(command: ShellCommand): Promise<ShellAnswer> {
    return new Promise((settle) => {
      if (this.#closed !== undefined) {
        settle(this.#lost(this.#closed));
        return;
      }
      const seq = this.#seq++;
      this.#pending.push({
        seq,
        timeoutMs: command.timeoutMs,
        stdout: new BoundedBytes(this.#options.outputBytes),
        stderr: new BoundedBytes(this.#options.outputBytes),
        settle,
        over: new AbortController(),
        startedAt: this.#options.clock.ticks(),
        code: undefined,
        stderrEnded: false,
      });
      const run = `_r ${seq} ${quote(command.text)}`;
      const line =
        command.stdin === undefined
          ? `${run} </dev/null\n`
          : `${writePayload(command.stdin, this.#facts?.hasBase64 ?? false)} | ${run}\n`;
      this.#channel.write(line);
      if (this.#pending.length === 1) this.#begin();
    });
  }

  close(reason: string): void {
    this.#channel.close();
    this.#end(reason, undefined);
  }

  /** The command at the head of the line is the one that runs. */
  #begin(): void {
    const head = this.#pending[0];
    if (head === undefined) return;
    head.startedAt = this.#options.clock.ticks();
    if (!Number.isFinite(head.timeoutMs)) return;
    void this.#options.clock.sleep(head.timeoutMs, head.over.signal).then(() => {
      if (head.over.signal.aborted || this.#pending[0] !== head) return;
      this.#pending.shift();
      head.settle({ kind: "timed-out", afterMs: head.timeoutMs });
      this.close("an earlier command in the same shell gave no answer in time");
    });
  }

  #out(frame: Frame): void {
    const current = this.#pending.find((command) => command.code === undefined);
    switch (frame.kind) {
      case "bytes":
        // Between commands only children left in the background talk.
        if (this.#facts === undefined) this.#noise.push(frame.bytes);
        else current?.stdout.push(frame.bytes);
        return;
      case "event":
        if (this.#facts === undefined) this.#facts = parseHello(frame.text);
        else this.#options.onEvent(frame.text);
        return;
      case "end":
        if (current?.seq !== frame.seq) throw new Error("the shell answers out of turn");
        current.code = frame.code;
        this.#settleEnded();
        return;
    }
  }

  #err(frame: Frame): void {
    const current = this.#pending.find((command) => !command.stderrEnded);
    switch (frame.kind) {
      case "bytes":
        if (this.#facts === undefined) this.#noise.push(frame.bytes);
        else current?.stderr.push(frame.bytes);
        return;
      case "event":
        return;
      case "end":
        if (current?.seq !== frame.seq) throw new Error("the shell answers out of turn");
        current.stderrEnded = true;
        this.#settleEnded();
        return;
    }
  }

  #settleEnded(): void {
    for (;;) {
      const head = this.#pending[0];
      if (head?.code === undefined || !head.stderrEnded) return;
      this.#pending.shift();
      head.over.abort();
      head.settle({
        kind: "ended",
        code: head.code,
        stdout: head.stdout.bytes(),
        stderr: head.stderr.bytes(),
        truncated: head.stdout.truncated || head.stderr.truncated,
        durationMs: this.#options.clock.ticks() - head.startedAt,
      });
      this.#begin();
    }
  }

  /** A frame that is not ours means that nothing in this stream can be trusted any more. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (problem) {
      this.close(reasonOf(problem));
    }
  }

  #end(reason: string, code: number | undefined): void {
    if (this.#closed !== undefined) return;
    this.#closed = { reason, code };
    for (const command of this.#pending.splice(0)) {
      command.over.abort();
      command.settle(this.#lost(this.#closed));
    }
    this.#options.onClosed(reason);
  }

  #lost(of: { readonly reason: string; readonly code: number | undefined }): ShellAnswer {
    const { reason, code } = of;
    return {
      kind: "lost",
      reason,
      noise: this.#noise.bytes(),
      ...(code === undefined ? {} : { code }),
    };
  }
}
