import { afterTransaction, inTransaction, timeOf } from "./entry.ts";
import type { Database, LmdbContent } from "./lmdb-file.ts";

/**
 * Loads a snapshot into an LMDB as Lightning Stream does: for each key the later time wins, and of two with the same time the
 * lower value. Databases that are missing are made. The schema version is an entry like any other, which is the whole trouble.
 */
export function merge(into: LmdbContent, snapshot: LmdbContent): LmdbContent {
  const transaction = into.transaction + 1;
  const databases = new Map(into.databases);
  let isChanged = false;
  for (const [name, theirs] of snapshot.databases) {
    const merged = mergedDatabase(into.databases.get(name), theirs, transaction);
    if (merged === undefined) continue;
    databases.set(name, merged);
    isChanged = true;
  }
  return isChanged ? { transaction, databases } : into;
}

/** Undefined: nothing of it is new. */
function mergedDatabase(
  ours: Database | undefined,
  theirs: Database,
  transaction: number,
): Database | undefined {
  let merged: Map<string, string> | undefined = ours === undefined ? new Map() : undefined;
  for (const [key, entry] of theirs) {
    const own = ours?.get(key);
    if (own !== undefined && !wins(entry, own)) continue;
    merged ??= new Map(ours);
    merged.set(key, inTransaction(entry, transaction));
  }
  return merged;
}

function wins(entry: string, own: string): boolean {
  const [theirs, ours] = [timeOf(entry), timeOf(own)];
  return theirs === ours ? afterTransaction(entry) < afterTransaction(own) : theirs > ours;
}
