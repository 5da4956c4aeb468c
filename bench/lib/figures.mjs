/** Words for figures. Times on a shared machine are noisy: minimum and median are shown, and ratios are made pair by pair. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const least = (values) => Math.min(...values);

export function seconds(value) {
  return value === undefined ? "–" : `${value.toFixed(value < 0.1 ? 3 : 2)} s`;
}

/** Runs every contender once per round, in turn, so that a drift of the machine meets them all. */
export async function rounds(count, contenders) {
  const runs = contenders.map(({ name }) => ({ name, samples: [] }));
  for (let round = 0; round <= count; round++) {
    for (const [index, contender] of contenders.entries()) {
      const sample = await contender.run();
      // The first round warms file caches.
      if (round > 0) runs[index].samples.push(sample);
    }
  }
  return runs;
}

/** Rows of text, first row is the head. */
export function table(rows) {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  );
  const line = (row) =>
    `  ${row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]))).join("  ")}`;
  return rows.map(line).join("\n");
}

/** Times with ratios to the first contender. */
export function compared(runs) {
  const [first] = runs;
  const walls = (run) => run.samples.map((sample) => sample.wall);
  const ratio = (run) =>
    median(run.samples.map((sample, round) => sample.wall / first.samples[round].wall));
  return table([
    ["", "wall min", "wall median", "ratio (median of pairs)", "controller cpu", "peak RSS"],
    ...runs.map((run) => {
      const cpus = run.samples.map((sample) => sample.cpu).filter((cpu) => cpu !== undefined);
      const sizes = run.samples.map((sample) => sample.rss).filter((rss) => rss !== undefined);
      return [
        run.name,
        seconds(least(walls(run))),
        seconds(median(walls(run))),
        ratio(run).toFixed(2),
        cpus.length > 0 ? seconds(median(cpus)) : "–",
        sizes.length > 0 ? `${Math.round(median(sizes))} MiB` : "–",
      ];
    }),
  ]);
}
