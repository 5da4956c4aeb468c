/** A snapshot by its name in the storage, without the prefix. */
export interface SnapshotName {
  readonly name: string;
  readonly lmdb: string;
  readonly instance: string;
  /** Of the moment it was taken, in a form that sorts: `20261122-171009-651725488`, in UTC. */
  readonly taken: string;
}

/**
 * `main__ns1__20261122-171009-651725488__GX.pb.gz`. Further parts and other endings are accepted: the enterprise edition has
 * them. Nothing for what is no snapshot, such as an update marker.
 */
export function parseSnapshotName(name: string): SnapshotName | undefined {
  const [lmdb, instance, taken, generation] = name.split("__");
  if (!lmdb || !instance || generation === undefined) return undefined;
  return taken !== undefined && /^\d{8}-\d{6}-\d{9}$/.test(taken)
    ? { name, lmdb, instance, taken }
    : undefined;
}

/** Of every instance and LMDB the newest one, which is the only one that counts; by name. */
export function newestOf(names: readonly SnapshotName[]): readonly SnapshotName[] {
  const newest = new Map<string, SnapshotName>();
  for (const snapshot of names) {
    const key = `${snapshot.lmdb}__${snapshot.instance}`;
    const known = newest.get(key);
    if (known === undefined || known.taken < snapshot.taken) newest.set(key, snapshot);
  }
  return [...newest.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
