/** Takes a document to a webhook or a program. Never throws: what went wrong is what it resolves with. */
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { errorText } from "../lib/error-words.ts";
import type { Clock } from "../model/clock.ts";

export type Receiver =
  | { readonly kind: "webhook"; readonly address: string; readonly secret?: string }
  | { readonly kind: "command"; readonly argv: readonly string[]; readonly folder: string };

export interface Letter {
  readonly id: string;
  readonly body: string;
  /** For programs: what they may want to know without reading the body. */
  readonly env: Readonly<Record<string, string>>;
}

/** Waits before the second and the third attempt. */
const PAUSES_MS = [1000, 4000];
const ATTEMPT_MS = 10_000;
const COMMAND_MS = 30_000;

/** Undefined: it was taken. */
export function deliver(
  to: Receiver,
  letter: Letter,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  return to.kind === "webhook"
    ? toWebhook(to, letter, clock, signal)
    : toCommand(to, letter, signal);
}

async function toWebhook(
  { address, secret }: Extract<Receiver, { kind: "webhook" }>,
  { id, body }: Letter,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const found = await posted(address, { id, body, secret, now: clock.now() }, signal);
    if (found === undefined || !found.again) return found?.reason;
    const pause = PAUSES_MS[attempt];
    if (pause === undefined || signal.aborted) return found.reason;
    await clock.sleep(pause, signal).catch(() => undefined);
  }
}

interface Posting {
  readonly id: string;
  readonly body: string;
  readonly secret: string | undefined;
  readonly now: number;
}

async function posted(
  address: string,
  { id, body, secret, now }: Posting,
  signal: AbortSignal,
): Promise<{ readonly reason: string; readonly again: boolean } | undefined> {
  // Each attempt has its own time: a receiver refuses what is old, so that nobody sends it a second time.
  const timestamp = String(Math.floor(now / 1000));
  try {
    const answer = await fetch(address, {
      method: "POST",
      // What was signed for one place is not carried on to another.
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "user-agent": "runbook",
        "x-runbook-id": id,
        "x-runbook-timestamp": timestamp,
        ...(secret !== undefined && {
          "x-runbook-signature": `v1=${signature(secret, timestamp, body)}`,
        }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    const again = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    return { reason: `it answered ${answer.status}`, again };
  } catch (error) {
    return { reason: reasonOf(error), again: true };
  }
}

/** HMAC-SHA256 over the timestamp, a full stop, and the body. */
export function signature(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause =
    typeof error === "object" && error !== null && "cause" in error ? error.cause : null;
  return errorText(cause ?? error);
}

function toCommand(
  { argv, folder }: Extract<Receiver, { kind: "command" }>,
  { body, env }: Letter,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    // Of its own group: an interrupt at the terminal is not for it, and what it started ends with it.
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, ...env },
      detached: true,
    });
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended at this moment.
      }
    };
    const timer = setTimeout(kill, COMMAND_MS);
    signal.addEventListener("abort", kill, { once: true });
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      resolve(reason);
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, killed) => {
      if (code === 0) return end(undefined);
      end(
        code === null ? `it was ended by ${killed ?? "a signal"}` : `it ended with status ${code}`,
      );
    });
    // It need not read what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(body);
  });
}
