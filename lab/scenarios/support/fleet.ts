/** What a fleet looks like when all is well, and small questions about it. */
import { expect } from "@jest/globals";
import type { FleetState, HostName, HostState } from "./lab.ts";
import { HOSTS, fleetState, onHost } from "./lab.ts";

const PACKAGES = ["pdns-server", "pdns-backend-lmdb", "pdns-tools"];
const ZONES = 50;

export interface Release {
  readonly schema: number;
  /** How its version begins. */
  readonly version: string;
  /** null: no global_prefix. */
  readonly prefix: string | null;
}

export const OLD: Release = { schema: 5, version: "4.9.", prefix: "v5" };
export const NEW: Release = { schema: 6, version: "5.1.", prefix: "v6" };

/** The host serves that release: schema, packages, binary, prefix, both units up, no hold left behind. */
export function healthy(host: string, { schema, version, prefix }: Release): object {
  const of = (value: unknown) => Object.fromEntries(PACKAGES.map((name) => [name, value]));
  const starts = expect.stringMatching(`^${version.replaceAll(".", "\\.")}`);
  const up = { active: "active", dropIns: [] };
  return {
    host,
    power: "on",
    schema,
    packages: of(starts),
    packageStates: of("ii"),
    binary: starts,
    running: starts,
    prefix,
    pdns: up,
    lightningstream: up,
    startup: { main: true, shard: true },
    zones: { count: ZONES },
  };
}

/** Every host is healthy at that release; returns the state that was looked at. */
export async function expectFleet(release: Release): Promise<FleetState> {
  const state = await fleetState();
  expect(state.hosts).toMatchObject(HOSTS.map((host) => healthy(host, release)));
  return state;
}

export function hostOf(state: FleetState, name: HostName): HostState {
  const found = state.hosts.find(({ host }) => host === name);
  if (found === undefined) throw new Error(`the lab knows no ${name}`);
  return found;
}

/** Every snapshot below a prefix says that schema, and that many hosts have one. */
export function expectPrefix(
  state: FleetState,
  prefix: string,
  schema: number,
  instances: number,
): void {
  const newest = state.prefixes.find((one) => one.prefix === prefix)?.newest ?? [];
  expect({ prefix, schemas: newest.map(({ schemaversion }) => schemaversion) }).toEqual({
    prefix,
    schemas: Array.from({ length: instances }, () => schema),
  });
}

/** When each unit of each host last became active: equal means that nothing was restarted. */
export async function unitStarts(): Promise<Readonly<Record<string, string>>> {
  const look =
    "systemctl show -p Id -p ActiveEnterTimestampMonotonic pdns lightningstream; cat /proc/sys/kernel/random/boot_id";
  return Object.fromEntries(
    await Promise.all(HOSTS.map(async (host) => [host, await onHost(host, look)] as const)),
  );
}
