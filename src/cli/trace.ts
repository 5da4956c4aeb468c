/**
 * `RUNBOOK_TRACE=FILE`: one JSON line for each command that ran on a host and each deliberate wait, with when it ended and
 * how long it took. What is left of the wall time is this program's own; bench/ computes it.
 */
import { appendFileSync } from "node:fs";
import type { Clock } from "../model/clock.ts";
import type { CommandRan } from "../transport/index.ts";

export interface Trace {
  readonly clock: Clock;
  readonly onRan?: (ran: CommandRan) => void;
}

/** Without a file the clock is the one that was given, and nothing is written. */
export function traceTo(
  file: string | undefined,
  clock: Clock,
  mask: (text: string) => string,
): Trace {
  if (!file) return { clock };
  const write = (line: object): void =>
    appendFileSync(file, `${mask(JSON.stringify(line))}\n`, { mode: 0o600 });
  return {
    onRan: (ran) => write(ran),
    clock: {
      now: () => clock.now(),
      ticks: () => clock.ticks(),
      sleep: async (ms, signal) => {
        const began = clock.ticks();
        await clock.sleep(ms, signal);
        write({ kind: "wait", endedAt: clock.now(), durationMs: clock.ticks() - began });
      },
    },
  };
}
