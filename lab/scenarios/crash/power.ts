/** Cuts the power of a host at an exact moment of a run, and says what the host may look like after it was booted. */
import { expect } from "@jest/globals";
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostOf, NEW, OLD } from "../support/fleet.ts";
import type { HostName, HostState } from "../support/lab.ts";
import { fault, fleetState, LAB } from "../support/lab.ts";
import type { Site } from "../support/site.ts";
import type { Spawned } from "../support/spawned.ts";
import { until } from "../support/until.ts";
import { hostPath } from "./host-traces.ts";
import { atEntry, entryOf } from "./journal-watch.ts";

/** Where a host stands after a cut and a boot: domain knowledge, not taken from the program under test. */
export interface Standing {
  readonly pdns: "serves" | "held";
  readonly lightningstream: "runs" | "held";
  /** null: no LMDB. */
  readonly schema: number | null;
  /** How the installed program's version begins; absent: whatever dpkg has come to. */
  readonly version?: string;
  readonly prefix: string | null;
}

export interface Cut {
  readonly name: string;
  readonly task: string;
  /** Which entry of the journal is waited for; the controller does nothing more before the power is off. */
  readonly entry: "settled" | "undo-settled" | "intended" | "undo-intended";
  /** After the entry, the line of dpkg's own log that is waited for; the controller goes on meanwhile. */
  readonly dpkg?: RegExp;
  /** After the entry, for how long the controller goes on: into the middle of the task. */
  readonly afterMs?: number;
  /** A gate with a `wait:` comes next: the run waits for the host, and goes on by itself when it is back. */
  readonly goesOn?: true;
  /** Absent: one of two, so only what is never allowed is looked at. */
  readonly then?: Standing;
}

/** Returns when the host is off. */
export async function cutAt(site: Site, program: Spawned, host: HostName, cut: Cut): Promise<void> {
  const exact = cut.dpkg === undefined && cut.afterMs === undefined;
  const freeze = (): void => void (exact && program.process.kill("SIGSTOP"));
  const holds = entryOf(cut.entry, cut.task, host);
  await atEntry(site.stateDir, program, `${cut.name} on ${host}`, holds, freeze);
  if (cut.dpkg !== undefined) await inLog(hostPath(host, "/var/log/dpkg.log"), cut.dpkg);
  if (cut.afterMs !== undefined) await new Promise((done) => setTimeout(done, cut.afterMs));
  standStill(host);
  await fault("power-cut", host);
  program.process.kill("SIGCONT");
}

/** At once, because starting the lab takes longer than many tasks do: nothing on the host runs any more. */
function standStill(host: HostName): void {
  const nspawn = read(join(LAB, "run", `${host}.pid`)).trim();
  const [init = ""] = read(`/proc/${nspawn}/task/${nspawn}/children`).split(" ");
  const [group] = /(?<=^0::).*(?=\/init\.scope$)/m.exec(read(`/proc/${init}/cgroup`)) ?? [];
  const [mount] = /^\S+(?= cgroup2 )/m.exec(read("/proc/mounts").replaceAll(/^\S+ /gm, "")) ?? [];
  if (group === undefined || mount === undefined) throw new Error(`${host} has no control group`);
  writeFileSync(`${mount}${group}/cgroup.freeze`, "1");
}

const read = (path: string): string => readFileSync(path, "latin1");

/** Returns when a line is added to a growing file for which it holds. */
async function inLog(path: string, line: RegExp): Promise<void> {
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(1 << 16);
  const more = (): string =>
    chunk.toString("latin1", 0, readSync(file, chunk, 0, chunk.length, null));
  try {
    while (more() !== "");
    let seen = "";
    const end = Date.now() + 60_000;
    while (!line.test((seen += more()))) {
      if (Date.now() > end) throw new Error(`waited in vain for ${String(line)} in ${path}`);
      await new Promise((done) => setTimeout(done, 1));
    }
  } finally {
    closeSync(file);
  }
}

/** Boots the host and looks at it once its units have come to rest. */
export async function bootHarmless(host: HostName, cut: Cut): Promise<void> {
  await fault("boot", host);
  let seen: HostState | undefined;
  await until(`${host} to come to rest after its boot`, async () => {
    seen = hostOf(await fleetState(), host);
    return settledUnit(seen.pdns.active) && settledUnit(seen.lightningstream.active);
  });
  if (seen === undefined) throw new Error("unreachable");
  expectHarmless(seen, cut);
  if (cut.then !== undefined) expect({ cut: cut.name, ...standingOf(seen) }).toEqual(wanted(cut));
}

const settledUnit = (active: string | null): boolean =>
  active === "active" || active === "inactive" || active === "failed";

/** Never a release beside the other one's prefix with Lightning Stream running: that spoils the prefix or the host. */
function expectHarmless(host: HostState, cut: Cut): void {
  const at = { cut: cut.name, host: host.host };
  const release = host.binary?.startsWith(NEW.version) === true ? NEW : OLD;
  if (host.lightningstream.active === "active") {
    expect({ ...at, prefix: host.prefix }).toEqual({ ...at, prefix: release.prefix });
    expect({ ...at, schema: host.schema }).toEqual({ ...at, schema: release.schema });
  }
  const half = Object.values(host.packageStates).some((letters) => letters !== "ii");
  if (half)
    expect({ ...at, ...heldUnits(host) }).toEqual({ ...at, pdns: "held", lightningstream: "held" });
  if (host.running !== null)
    expect({ ...at, schema: host.schema }).toEqual({ ...at, schema: release.schema });
}

function heldUnits(host: HostState) {
  const isHeld = (unit: HostState["pdns"]): boolean =>
    unit.active !== "active" && unit.dropIns.length > 0;
  return {
    pdns: isHeld(host.pdns) ? "held" : host.pdns.active === "active" ? "serves" : host.pdns.active,
    lightningstream: isHeld(host.lightningstream)
      ? "held"
      : host.lightningstream.active === "active"
        ? "runs"
        : host.lightningstream.active,
  };
}

function standingOf(host: HostState) {
  return {
    ...heldUnits(host),
    schema: host.schema,
    version: host.binary,
    prefix: host.prefix,
  };
}

function wanted({ name, then }: Cut) {
  const version =
    then?.version === undefined
      ? expect.anything()
      : expect.stringMatching(`^${then.version.replaceAll(".", "\\.")}`);
  return { cut: name, ...then, version };
}

const after = (task: string, then: Standing): Cut => ({
  name: `after ${task}`,
  task,
  entry: "settled",
  then,
});
const waiting = (cut: Cut): Cut => ({ ...cut, goesOn: true });
const during = (task: string, afterMs: number): Cut => ({
  name: `${afterMs} ms into ${task}`,
  task,
  entry: "intended",
  afterMs,
});
const duringUndo = (task: string, afterMs: number): Cut => ({
  ...during(task, afterMs),
  name: `${afterMs} ms into the undo of ${task}`,
  entry: "undo-intended",
});
const afterUndo = (task: string, then: Standing): Cut => ({
  name: `after the undo of ${task}`,
  task,
  entry: "undo-settled",
  then,
});

const OLD_SERVES: Standing = {
  pdns: "serves",
  lightningstream: "runs",
  schema: 5,
  version: OLD.version,
  prefix: "v5",
};
const LS_HELD: Standing = { ...OLD_SERVES, lightningstream: "held" };
const NEW_PREFIX: Standing = { ...LS_HELD, prefix: "v6" };
const BOTH_HELD: Standing = { ...NEW_PREFIX, pdns: "held" };
const HALF_INSTALLED: Standing = {
  pdns: "held",
  lightningstream: "held",
  schema: 5,
  prefix: "v6",
};
const INSTALLED: Standing = { ...BOTH_HELD, version: NEW.version };
const PDNS_STARTED: Standing = { ...INSTALLED, pdns: "serves", schema: 6 };
const NEW_SERVES: Standing = { ...PDNS_STARTED, lightningstream: "runs" };

const insideDpkg = (entry: "intended" | "undo-intended", what: string, dpkg: RegExp): Cut => ({
  name: `inside dpkg, ${what}${entry === "intended" ? "" : ", on the way back"}`,
  task: "packages",
  entry,
  dpkg,
  then: HALF_INSTALLED,
});

/** By the names that the tables below have. */
export const FORWARD: Readonly<Record<string, Cut>> = {
  fetched: after("1.1", OLD_SERVES),
  lsHeld: after("1.2", LS_HELD),
  prefix: after("prefix", NEW_PREFIX),
  zones: after("2.1", NEW_PREFIX),
  pdnsHeld: after("2.2", BOTH_HELD),
  backup: after("backup", BOTH_HELD),
  halfInstalled: insideDpkg(
    "intended",
    "server half installed",
    /status half-installed pdns-server/,
  ),
  unpacked: insideDpkg("intended", "backend unpacked", /status unpacked pdns-backend-lmdb/),
  halfConfigured: insideDpkg(
    "intended",
    "new server half configured",
    /status half-configured pdns-server:amd64 5/,
  ),
  packages: after("packages", INSTALLED),
  packagesLooked: after("2.5", INSTALLED),
  pdnsStarted: after("2.6", PDNS_STARTED),
  schemaLooked: after("2.7", PDNS_STARTED),
  zonesLooked: after("2.8", PDNS_STARTED),
  lsStarted: waiting(after("3.1", NEW_SERVES)),
  lsReady: after("3.2", NEW_SERVES),
  flushed: waiting(after("4.1", NEW_SERVES)),
  intoFetch: during("1.1", 100),
  intoLsHold: during("1.2", 60),
  intoPrefix: during("prefix", 20),
  intoPdnsHold: during("2.2", 60),
  intoBackup: during("backup", 40),
  intoPdnsStart: during("2.6", 120),
  intoLsStart: during("3.1", 120),
};

const REMOVED: Standing = { ...INSTALLED, schema: null };
const RESTORED: Standing = INSTALLED;
const DOWNGRADED: Standing = BOTH_HELD;
const BACKUP_SERVES: Standing = NEW_PREFIX;
const OLD_PREFIX: Standing = LS_HELD;

export const BACK: Readonly<Record<string, Cut>> = {
  looked: after("rollback.1.4", NEW_SERVES),
  bothHeld: after("rollback.2.1", { ...INSTALLED, schema: 6 }),
  removed: after("rollback.3.1", REMOVED),
  restored: after("rollback.3.2", RESTORED),
  halfInstalled: insideDpkg(
    "undo-intended",
    "server half installed",
    /status half-installed pdns-server/,
  ),
  unpacked: insideDpkg("undo-intended", "backend unpacked", /status unpacked pdns-backend-lmdb/),
  halfConfigured: insideDpkg(
    "undo-intended",
    "old server half configured",
    /status half-configured pdns-server:amd64 4/,
  ),
  downgraded: afterUndo("packages", DOWNGRADED),
  schemaLooked: after("rollback.5.1", DOWNGRADED),
  pdnsStarted: after("rollback.5.2", BACKUP_SERVES),
  zonesLooked: after("rollback.5.3", BACKUP_SERVES),
  prefixLooked: after("rollback.6.1", BACKUP_SERVES),
  prefix: afterUndo("prefix", OLD_PREFIX),
  lsStarted: waiting(after("rollback.6.3", OLD_SERVES)),
  lsReady: after("rollback.6.4", OLD_SERVES),
  stateLooked: after("rollback.6.5", OLD_SERVES),
  pdnsLooked: after("rollback.7.1", OLD_SERVES),
  intoBothHold: during("rollback.2.1", 60),
  intoRemove: during("rollback.3.1", 10),
  intoRestore: during("rollback.3.2", 20),
  intoPdnsStart: during("rollback.5.2", 120),
  intoPrefix: duringUndo("prefix", 20),
  intoLsStart: during("rollback.6.3", 120),
};

/** The way back of a host on which the new release was never started: one undo after the other. */
export const UNDO: Readonly<Record<string, Cut>> = {
  halfInstalled: insideDpkg("undo-intended", "unpacked", /status unpacked pdns-server/),
  packages: afterUndo("packages", BOTH_HELD),
  pdns: afterUndo("2.2", NEW_PREFIX),
  prefix: afterUndo("prefix", LS_HELD),
  lightningstream: afterUndo("1.2", OLD_SERVES),
};
