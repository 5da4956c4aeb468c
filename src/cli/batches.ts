import type { HostId } from "../model/ids.ts";
import type { BatchSize } from "../model/playbook.ts";

/** A number of hosts; a percentage is of the selection, rounded down. */
export function countOf(size: BatchSize, selected: number): number {
  return size.kind === "count" ? size.hosts : Math.floor((selected * size.percent) / 100);
}

/** The selection cut into batches: at least one host each, the last size repeats. */
export function cutIntoBatches(
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
