import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LmdbContent } from "./lmdb-file.ts";

/** An object of the storage: all databases of one LMDB of one instance. */
export interface Snapshot {
  readonly name: string;
  readonly content: LmdbContent;
}

export type StorageTrouble = "refuses" | "hangs";

/** The storage that all hosts of a fleet share. Its objects also lie in a folder, to be looked at. */
export interface Bucket {
  /** Undefined: it answers. */
  trouble: StorageTrouble | undefined;
  /** Counts changes, so that whoever polls need not list. */
  readonly version: number;
  list(prefix: string): readonly string[];
  get(name: string): Snapshot | undefined;
  put(snapshot: Snapshot): void;
  remove(name: string): boolean;
}

export function createBucket(folder: string): Bucket {
  const objects = new Map<string, Snapshot>();
  let version = 0;
  const place = (name: string): string => join(folder, name);
  mkdirSync(folder, { recursive: true });
  return {
    trouble: undefined,
    get version() {
      return version;
    },
    list: (prefix) => [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted(),
    get: (name) => objects.get(name),
    put: (snapshot) => {
      version += 1;
      objects.set(snapshot.name, snapshot);
      mkdirSync(dirname(place(snapshot.name)), { recursive: true });
      writeFileSync(place(snapshot.name), describe(snapshot));
    },
    remove: (name) => {
      version += 1;
      rmSync(place(name), { force: true });
      return objects.delete(name);
    },
  };
}

function describe({ content }: Snapshot): string {
  return [...content.databases]
    .flatMap(([name, entries]) => [
      `== ${name}`,
      ...[...entries].map(([key, value]) => `${key} ${value}`),
    ])
    .join("\n");
}

/** `main__ns1__20261122-171009-651725488__GX.pb.gz`, without a prefix. */
export function snapshotName(lmdb: string, instance: string, time: bigint): string {
  const at = new Date(Number(time / 1_000_000n)).toISOString();
  const stamp = `${at.slice(0, 10).replaceAll("-", "")}-${at.slice(11, 19).replaceAll(":", "")}`;
  const rest = (time % 1_000_000_000n).toString().padStart(9, "0");
  return `${lmdb}__${instance}__${stamp}-${rest}__GX.pb.gz`;
}

/** The newest snapshot of each instance, by its name without the prefix. */
export function newestByInstance(names: readonly string[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const name of names) {
    const instance = name.split("__")[1];
    if (instance !== undefined && name > (newest.get(instance) ?? "")) newest.set(instance, name);
  }
  return newest;
}
