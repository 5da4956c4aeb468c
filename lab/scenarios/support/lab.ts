/** The lab's verbs as functions. `LAB` and `LAB_NET` come from lab/jest.config.mjs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Spawned } from "./spawned.ts";
import { spawnProgram } from "./spawned.ts";

export const LAB = process.env["LAB"] ?? "";
export const HOSTS = ["ns1", "ns2", "ns3"] as const;
export type HostName = (typeof HOSTS)[number];

const VERBS = join(import.meta.dirname, "../../lab");

export function startLab(words: readonly string[]): Spawned {
  return spawnProgram("bash", [VERBS, ...words]);
}

/** Rejects with what the lab said when it does not end with 0. */
export async function lab(...words: readonly string[]): Promise<string> {
  const ended = await startLab(words).ended;
  if (ended.code !== 0)
    throw new Error(`lab ${words.join(" ")} ended with ${ended.code}: ${ended.text}`);
  return ended.stdout;
}

export interface FreshLab {
  /** "absent": no global_prefix anywhere, snapshots in the root of the bucket. */
  readonly prefix?: string;
  /** "old": the hosts list only the suite of the old release. */
  readonly sources?: "both" | "old";
}

/** Back to the freshly seeded fleet: disks, bucket, keys, network and inventory. */
export async function resetLab(fresh: FreshLab = {}): Promise<void> {
  const options = Object.entries(fresh).flatMap(([name, value]) => [`--${name}`, value]);
  await lab("reset", ...options);
}

/** `fault("disk-fill", "ns2", "100")`; undone by `resetLab`. */
export async function fault(name: string, ...words: readonly string[]): Promise<string> {
  return lab("fault", name, ...words);
}

/** Runs shell text on a host as root, not over SSH. Rejects when it fails. */
export async function onHost(host: HostName, text: string): Promise<string> {
  return (await lab("exec", host, "bash", "-euc", text)).replace(/\n$/, "");
}

/** Everything that a host stores, one fact a line: zones, records, keys, metadata, TSIG, and sums of what is on disk. */
export async function contentOf(host: HostName): Promise<readonly string[]> {
  return (await lab("content", host)).trimEnd().split("\n");
}

/** By host name. One after the other: a host's API has a short queue, and the machine few cores. */
export async function contents(): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const host of HOSTS) found[host] = await contentOf(host);
  return found;
}

export interface UnitState {
  readonly load: string | null;
  readonly active: string | null;
  readonly sub: string | null;
  readonly enabled: string | null;
  readonly restarts: number;
  readonly dropIns: readonly string[];
}

export interface HostState {
  readonly host: string;
  readonly address: string;
  readonly power: "on" | "off";
  readonly schema: number | null;
  /** The LMDB's files and what lies beside them. */
  readonly files: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
  /** dpkg's two letters, `ii` when all is well. */
  readonly packageStates: Readonly<Record<string, string>>;
  readonly binary: string | null;
  readonly running: string | null;
  readonly prefix: string | null;
  readonly pdns: UnitState;
  readonly lightningstream: UnitState;
  readonly startup: { readonly main: boolean; readonly shard: boolean };
  readonly bootId: string | null;
  readonly zones: { readonly count: number; readonly hash: string } | null;
}

export interface PrefixState {
  readonly prefix: string;
  readonly objects: number;
  readonly newest: readonly {
    readonly instance: string;
    readonly object: string;
    readonly schemaversion: number | null;
  }[];
}

export interface FleetState {
  readonly hosts: readonly HostState[];
  readonly prefixes: readonly PrefixState[];
}

/** Reads only, from outside, without pdnsutil and without the program under test. */
export async function fleetState(): Promise<FleetState> {
  return JSON.parse(await lab("state", "--json")) as FleetState;
}

/** A file of the operator's inventory, as bytes in a string. */
export function inventoryFile(path: string): string {
  return readFileSync(join(LAB, "inventory", path), "latin1");
}
