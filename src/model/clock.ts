/** Time as a parameter: a window at 02:00 is tested at noon. */
export interface Clock {
  /** Milliseconds since 1970, wall clock. */
  now(): number;
  /**
   * Milliseconds of a clock that nobody sets, from any beginning: for how long something took, or may take. It may stand
   * still while the machine sleeps.
   */
  ticks(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
