/** Interrupts as a wish to stop: first to the next rest points, second after the running tasks, third at once. */
import type { StopWish } from "../engine/execute.ts";
import type { Launcher } from "./detach/launched.ts";

export interface Interrupts extends StopWish, Disposable {
  /** Aborts at the third interrupt. */
  readonly signal: AbortSignal;
  /** As so many interrupts would; never lowers it. */
  raiseTo(level: 1 | 2 | 3): void;
}

export function listenForInterrupts(
  onRaise: (level: 1 | 2 | 3) => void,
  launcher?: Launcher,
): Interrupts {
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
  // SIGTERM and a terminal that goes away mean the same as the first interrupt, and never more. A detached run has none.
  const first = (): void => {
    if (level === 0) raise();
  };
  process.on("SIGINT", raise);
  process.on("SIGTERM", first);
  const hangUp = launcher ? () => undefined : first;
  launcher?.onGone(first);
  process.on("SIGHUP", hangUp);
  return {
    get level() {
      return level;
    },
    signal: abort.signal,
    raiseTo(wanted) {
      while (level < wanted) raise();
    },
    raised: () => new Promise((resolve) => waiting.push(resolve)),
    [Symbol.dispose]() {
      process.off("SIGINT", raise);
      process.off("SIGTERM", first);
      process.off("SIGHUP", hangUp);
    },
  };
}
