/** Times to places from 0 to 100, with long times in which nothing happened cut short: a run may be resumed days later. */

export interface TimeScale {
  readonly place: (at: number) => number;
  /** Where time was cut out, with what it covers. */
  readonly pauses: readonly { readonly from: number; readonly to: number }[];
}

/** What a cut-out time still takes. */
const STUB = 1.5;
/** Shorter times in which nothing happens are told as they were. */
const SHORTEST_PAUSE_MS = 120_000;

export function timeScale(
  spans: readonly { readonly from: number; readonly to: number }[],
  whole: { readonly from: number; readonly to: number },
): TimeScale {
  const pauses = idle(spans, whole);
  const busy = whole.to - whole.from - pauses.reduce((sum, { from, to }) => sum + to - from, 0);
  const perMs = busy > 0 ? (100 - STUB * pauses.length) / busy : 0;
  const place = (at: number): number => {
    let [before, stubs] = [Math.min(Math.max(at, whole.from), whole.to) - whole.from, 0];
    for (const { from, to } of pauses) {
      if (at <= from) break;
      const cut = Math.min(at, to) - from;
      before -= cut;
      stubs += STUB * (cut / (to - from));
    }
    return before * perMs + stubs;
  };
  return { place, pauses };
}

function idle(
  spans: readonly { readonly from: number; readonly to: number }[],
  whole: { readonly from: number; readonly to: number },
): readonly { readonly from: number; readonly to: number }[] {
  const pauses: { from: number; to: number }[] = [];
  let reached = whole.from;
  const longest = Math.max(SHORTEST_PAUSE_MS, (whole.to - whole.from) / 10);
  for (const { from, to } of [...spans].toSorted((a, b) => a.from - b.from)) {
    if (from - reached > longest) pauses.push({ from: reached, to: from });
    reached = Math.max(reached, to);
  }
  if (whole.to - reached > longest) pauses.push({ from: reached, to: whole.to });
  // More of them than there is room for would push everything else out.
  return pauses.length > 20 ? [] : pauses;
}
