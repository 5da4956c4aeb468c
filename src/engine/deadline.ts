/** What fits into a window, by what lanes are expected to take: the arithmetic of a plan. Pure. */
import type { HostId } from "../model/ids.ts";
import type { OpenSpan, RunSpec } from "../model/run-spec.ts";

export interface Deadlines {
  /** In the order in which they would begin, with the moment at which they would have ended. */
  readonly fits: readonly { readonly host: HostId; readonly endsAt: number }[];
  readonly doesNotFit: readonly HostId[];
  /** Nothing says how long these take: they begin while the window is open. */
  readonly unknown: readonly HostId[];
}

/** `todo`: hosts whose lanes are still to begin. */
export function deadlines(
  spec: Pick<RunSpec, "batches" | "forks" | "expectedMs">,
  span: OpenSpan,
  todo: ReadonlySet<HostId>,
  nowMs: number,
): Deadlines {
  const fits: { host: HostId; endsAt: number }[] = [];
  const doesNotFit: HostId[] = [];
  const unknown: HostId[] = [];
  let batchBegins = Math.max(nowMs, span.opensAt);
  for (const batch of spec.batches) {
    const places = Array.from({ length: Math.max(1, spec.forks) }, () => batchBegins);
    for (const host of batch) {
      if (!todo.has(host)) continue;
      const needs = spec.expectedMs?.[host];
      if (needs === undefined) {
        unknown.push(host);
        continue;
      }
      const place = places.indexOf(Math.min(...places));
      const endsAt = (places[place] ?? batchBegins) + needs;
      // Nothing begins behind a lane that does not fit: the order is the operator's.
      if (endsAt > span.closesAt || doesNotFit.length > 0) {
        doesNotFit.push(host);
        continue;
      }
      places[place] = endsAt;
      fits.push({ host, endsAt });
    }
    batchBegins = Math.max(...places);
  }
  return { fits, doesNotFit, unknown };
}
