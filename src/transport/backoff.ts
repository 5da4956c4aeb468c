/** Milliseconds before the next try: doubles from `firstMs` to `mostMs`, and half of it is left to chance. */
export function backoff(
  attempt: number,
  limits: { readonly firstMs: number; readonly mostMs: number },
  chance: () => number = Math.random,
): number {
  const full = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(attempt, 20));
  return full / 2 + (full / 2) * chance();
}
