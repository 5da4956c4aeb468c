import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Asked } from "../../src/simulate/program.ts";
import { faultNamed } from "../../src/simulate/faults.ts";
import { startFleet, type Fleet, type FleetOptions } from "../../src/simulate/fleet.ts";
import type { Ended, Invocation } from "./command-line.ts";
import { invoke } from "./command-line.ts";
import { eventually } from "./reaching.ts";

const PLAYBOOKS = join(import.meta.dirname, "..", "..", "playbooks");

/** An embedded fleet, and the shipped playbooks and program on it. */
export interface SimulatedFleet extends AsyncDisposable {
  readonly fleet: Fleet;
  runbook(...args: readonly string[]): Promise<Ended>;
  begin(...args: readonly string[]): Invocation;
  /** The upgrade, with everything agreed to. */
  upgrade(...more: readonly string[]): Promise<Ended>;
  inject(fault: string): void;
  /** Every host's disk in words, each kind once. */
  standing(): readonly string[];
  /** Programs that hosts were asked since the start. */
  readonly asked: readonly { readonly host: string; readonly asked: Asked }[];
  variables(): string;
}

export const UPGRADE: readonly string[] = [
  join(PLAYBOOKS, "schema-upgrade.yaml"),
  "-e",
  "target_version=5.1.*",
];

export async function simulate(options: FleetOptions = {}): Promise<SimulatedFleet> {
  const fleet = await startFleet({ hosts: 2, zones: 5, pollMs: 50, ...options });
  const asked: { host: string; asked: Asked }[] = [];
  fleet.watch((host, one) => void asked.push({ host: host.name, asked: one }));
  const env = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: fleet.folder,
    RUNBOOK_STATE_DIR: join(fleet.folder, "journals"),
    RUNBOOK_INVENTORY: fleet.inventory,
  };
  const runs: Invocation[] = [];
  const begin = (...args: readonly string[]): Invocation => {
    const run = invoke(args, { cwd: fleet.folder, env });
    runs.push(run);
    return run;
  };
  const simulated: SimulatedFleet = {
    fleet,
    asked,
    begin,
    runbook: (...args) => begin(...args).ended,
    upgrade: (...more) =>
      begin("apply", ...UPGRADE, "--yes", "--accept-irreversible", ...more).ended,
    inject: (name) => {
      const fault = faultNamed(name);
      if (fault === undefined) throw new Error(`there is no fault ${name}`);
      fault.inject(fleet, { kill: () => runs.at(-1)?.signal("SIGKILL") });
    },
    standing: () => [
      ...new Set(
        fleet.hosts.map((host) => {
          const { schema, version, prefix } = host.standing();
          const units = ["pdns", "lightningstream"] as const;
          const states = units.map((unit) => `${unit} ${host.unit(unit).state}`);
          return [
            `schema ${schema}`,
            version,
            prefix === "" ? "no prefix" : prefix,
            ...states,
          ].join(", ");
        }),
      ),
    ],
    variables: () =>
      readFileSync(join(fleet.inventory, "..", "group_vars", "dns_auth.yml"), "utf8"),
    [Symbol.asyncDispose]: async () => {
      for (const run of runs) run.signal("SIGKILL");
      await fleet[Symbol.asyncDispose]();
    },
  };
  await eventually("every host has stored its snapshots", () => {
    const instances = new Set(fleet.bucket.list("").map((name) => name.split("__")[1]));
    return instances.size === fleet.hosts.length;
  });
  return simulated;
}

export const OLD = "schema 5, 4.9.17, v5, pdns active, lightningstream active";
export const NEW = "schema 6, 5.1.5, v6, pdns active, lightningstream active";
