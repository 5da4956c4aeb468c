import type { HostId } from "../model/ids.ts";
import type { BatchSize, Rollout } from "../model/playbook.ts";
import type { RunSpec } from "../model/run-spec.ts";

/** A number of hosts; a percentage is of the selection, rounded down. */
function countOf(size: BatchSize, selected: number): number {
  return size.kind === "count" ? size.hosts : Math.floor((selected * size.percent) / 100);
}

/** The part of a spec that is about batches; in window mode there is one, with everybody in it. */
export function batchesOf(
  hosts: readonly HostId[],
  { batches: sizes, maxFailures, maxFailuresPerBatch }: Rollout,
  mode: RunSpec["mode"],
): Pick<RunSpec, "batches" | "maxFailures" | "maxFailuresPerBatch"> {
  const batches = mode === "window" ? [hosts] : cutIntoBatches(hosts, sizes);
  const perBatch = mode === "window" ? undefined : maxFailuresPerBatch;
  return {
    batches,
    maxFailures: countOf(maxFailures, hosts.length),
    ...(perBatch && {
      maxFailuresPerBatch: batches.map((batch) => countOf(perBatch, batch.length)),
    }),
  };
}

/** How many must stay healthy: rounded up, because too many away is what it is there against. */
export function healthyOf(
  fleet: readonly HostId[],
  { minHealthy }: Rollout,
  mode: RunSpec["mode"],
): Pick<RunSpec, "minHealthy"> {
  if (minHealthy === undefined || mode === "window") return {};
  if (minHealthy.kind === "count") return { minHealthy: minHealthy.hosts };
  return { minHealthy: Math.ceil((fleet.length * minHealthy.percent) / 100) };
}

/** The selection cut into batches: at least one host each, the last size repeats. */
function cutIntoBatches(
  hosts: readonly HostId[],
  sizes: readonly [BatchSize, ...BatchSize[]],
): readonly (readonly HostId[])[] {
  const batches: HostId[][] = [];
  let from = 0;
  for (let index = 0; from < hosts.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? sizes[0];
    const to = from + Math.max(1, countOf(size, hosts.length));
    batches.push(hosts.slice(from, to));
    from = to;
  }
  return batches;
}
