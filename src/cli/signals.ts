/** Interrupts as a wish to stop: first to the next rest points, second after the running tasks, third at once. */
import type { StopWish } from "../engine/execute.ts";

export interface Interrupts extends StopWish, Disposable {
  /** Aborts at the third interrupt. */
  readonly signal: AbortSignal;
}

export function listenForInterrupts(onRaise: (level: 1 | 2 | 3) => void): Interrupts {
  const abort = new AbortController();
  let level: 0 | 1 | 2 | 3 = 0;
  let waiting: (() => void)[] = [];
  const raise = (): void => {
    level = level === 0 ? 1 : level === 1 ? 2 : 3;
    onRaise(level);
    if (level === 3) abort.abort();
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  // SIGTERM and a terminal that goes away mean the same as the first interrupt, and never more.
  const first = (): void => {
    if (level === 0) raise();
  };
  process.on("SIGINT", raise);
  process.on("SIGTERM", first);
  process.on("SIGHUP", first);
  return {
    get level() {
      return level;
    },
    signal: abort.signal,
    raised: () => new Promise((resolve) => waiting.push(resolve)),
    [Symbol.dispose]() {
      process.off("SIGINT", raise);
      process.off("SIGTERM", first);
      process.off("SIGHUP", first);
    },
  };
}
