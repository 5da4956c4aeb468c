import { constants } from "node:os";
import type { CommandResult } from "../model/transport.ts";

/**
 * A shell says death by signal N as status 128+N, and cannot tell it from `exit 128+N`. HUP is left out: nothing of
 * ours has a terminal to lose, and git answers wrong usage with 129.
 */
const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals)
    .filter(([name]) => !["SIGHUP", "SIGIOT", "SIGPOLL", "SIGUNUSED"].includes(name))
    .map(([name, number]) => [128 + number, name]),
);

export interface ShellEnd {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly durationMs: number;
  readonly truncated: boolean;
}

export function endedWith(end: ShellEnd): CommandResult {
  const signal = SIGNALS.get(end.code);
  if (signal !== undefined) {
    return { kind: "signalled", signal, stdout: end.stdout, stderr: end.stderr };
  }
  return {
    kind: "exited",
    code: end.code,
    stdout: end.stdout,
    stderr: end.stderr,
    durationMs: end.durationMs,
    ...(end.truncated ? { truncated: true } : {}),
  };
}
