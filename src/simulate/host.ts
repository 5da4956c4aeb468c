import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { aptCache, aptGet, aptMark, type Repository } from "./apt.ts";
import type { Bucket } from "./bucket.ts";
import { dpkg, dpkgDeb, dpkgQuery } from "./dpkg.ts";
import { createHostNetwork, type HostNetwork } from "./host-network.ts";
import { askingProgram, openMailbox, type PathWords } from "./mailbox.ts";
import { openLmdb } from "./lmdb-file.ts";
import { mdbCopy, mdbDump, mdbStat } from "./mdb-tools.ts";
import { makeFolder, writeOwned } from "./ownership.ts";
import {
  OLD_VERSION,
  SERVER_PACKAGES,
  type InstalledPackage,
  type PackageHost,
} from "./packages.ts";
import type { Asked, Program } from "./program.ts";
import { pdnsControl, pdnsServer, pdnsUtil } from "./server-cli.ts";
import { startServer, type RunningServer } from "./server-daemon.ts";
import { shellPrograms } from "./shell-programs.ts";
import { lightningstream } from "./stream-cli.ts";
import { readStreamConfig } from "./stream-config.ts";
import { startStream } from "./stream-daemon.ts";
import { journalctl, systemctl } from "./systemctl.ts";
import { Unit, type JournalLine } from "./unit.ts";
import { schemaIn } from "./zones.ts";

export interface HostSetting {
  readonly name: string;
  /** Of this machine's loopback. */
  readonly address: string;
  /** The folder that is the host's `/`. */
  readonly root: string;
  readonly bucket: Bucket;
  readonly repository: Repository;
  readonly pollMs: number;
  readonly suites: readonly string[];
  /** Told of everything that a shell asks, before it is answered. */
  heard(host: SimulatedHost, asked: Asked): void;
}

/** Everything of one host but its shells. */
export interface SimulatedHost {
  readonly name: string;
  readonly address: string;
  readonly root: string;
  readonly network: HostNetwork;
  readonly packages: PackageHost;
  readonly units: ReadonlyMap<string, Unit>;
  readonly lines: readonly JournalLine[];
  readonly path: (path: string) => string;
  /** Puts its programs where a shell of the host finds them, and begins to answer. */
  open(as: { words: PathWords; shellPath: (path: string) => string }): void;
  program(name: string): Program;
  unit(name: "pdns" | "lightningstream"): Unit;
  /** The release that serves, which need not be the one on the disk. */
  running(): string | undefined;
  /** What is on its disk: the schema, the release, and the prefix that is written down. */
  standing(): { readonly schema?: number; readonly version?: string; readonly prefix?: string };
  boot(): void;
  cutPower(): void;
  close(): void;
}

const CONFIG = "/etc/lightningstream.yml";
const MAIL = "/run/simulation";
const MOST_LINES = 2000;
/** Above what any kernel gives to a process. */
let nextPid = 5_000_000;

export function createHost(setting: HostSetting): SimulatedHost {
  const { name, root, bucket } = setting;
  const network = createHostNetwork(setting.address);
  const path = (inside: string): string => join(root, inside);
  const lines: JournalLine[] = [];
  const units = new Map<string, Unit>();
  let running: RunningServer | undefined;
  let mailbox: { close(): void } | undefined;

  const packages: PackageHost = {
    installed: new Map<string, InstalledPackage>(
      SERVER_PACKAGES.map((one) => [
        one,
        { version: OLD_VERSION, status: "installed", isHeld: false, isAutomatic: false },
      ]),
    ),
    suites: setting.suites,
    interruptAfter: undefined,
    isInterrupted: false,
    stopServer: () => unit("pdns").stop(),
    restartServer: () => void unit("pdns").restart(),
  };
  const server = {
    network,
    path,
    get serverVersion() {
      return packages.installed.get("pdns-server")?.version.replace(/-.*$/, "");
    },
    get runningServer() {
      return unit("pdns").state === "active" ? running : undefined;
    },
  };
  const unitHost = {
    path,
    journal: (line: JournalLine) => {
      lines.push(line);
      if (lines.length > MOST_LINES) lines.splice(0, lines.length - MOST_LINES);
    },
    nextPid: () => nextPid++,
  };
  const addUnit = (kind: Unit["kind"]): void => void units.set(kind.name, new Unit(kind, unitHost));
  addUnit({
    name: "pdns.service",
    type: "notify",
    restart: "on-failure",
    command: "/usr/sbin/pdns_server --guardian=no --daemon=no --disable-syslog --log-timestamp=no",
    start: (daemon) =>
      startServer(server, daemon, (one) => {
        running = one;
      }),
  });
  addUnit({
    name: "lightningstream.service",
    type: "simple",
    restart: "always",
    command: `/usr/bin/lightningstream -c ${CONFIG} sync`,
    start: (daemon) =>
      startStream({ name, bucket, network, path, pollMs: setting.pollMs }, CONFIG, daemon),
  });
  const unit = (short: string): Unit => {
    const found = units.get(`${short}.service`);
    if (found === undefined) throw new Error(`a simulated host has no unit ${short}`);
    return found;
  };

  const systemd = { units, lines };
  const programs = new Map<string, Program>(
    Object.entries({
      systemctl: systemctl(systemd),
      journalctl: journalctl(systemd),
      "apt-get": aptGet(packages, setting.repository),
      "apt-cache": aptCache(packages),
      "apt-mark": aptMark(packages),
      dpkg: dpkg(packages),
      "dpkg-query": dpkgQuery(packages),
      "dpkg-deb": dpkgDeb,
      mdb_dump: mdbDump,
      mdb_stat: mdbStat,
      mdb_copy: mdbCopy,
      pdns_server: pdnsServer(server),
      pdns_control: pdnsControl(server),
      pdnsutil: pdnsUtil(server),
      lightningstream: lightningstream({ name, bucket }),
    }),
  );

  const host: SimulatedHost = {
    name,
    address: setting.address,
    root,
    network,
    packages,
    units,
    lines,
    path,
    unit,
    program: (one) => programs.get(one) ?? (() => ({ code: 127 })),
    running: () => server.runningServer?.version,
    standing: () => {
      const file = openLmdb(path("/var/lib/powerdns/pdns.lmdb"), "must-exist");
      const schema = file.kind === "open" ? schemaIn(file.read()) : undefined;
      if (file.kind === "open") file.close();
      const config = readStreamConfig(readFileSync(path(CONFIG), "utf8"), new Map(), name);
      const version = server.serverVersion;
      return {
        ...(schema !== undefined && { schema }),
        ...(version !== undefined && { version }),
        ...(!("kind" in config) && { prefix: config.prefix }),
      };
    },
    open: ({ words, shellPath }) => {
      const folder = path("/usr/local/sbin");
      makeFolder(folder);
      const asking = askingProgram(shellPath(MAIL));
      for (const one of programs.keys()) writeOwned(join(folder, one), asking, 0o755);
      for (const [one, text] of shellPrograms({ hostName: name, path: shellPath })) {
        writeOwned(join(folder, one), text, 0o755);
      }
      chmodSync(folder, 0o755);
      const heard = (asked: Asked): void => setting.heard(host, asked);
      mailbox = openMailbox(path(MAIL), { programs, path, words, heard });
    },
    boot: () => {
      rmSync(path("/run/systemd/system"), { recursive: true, force: true });
      makeFolder(path("/run/systemd/system"));
      for (const one of units.values()) {
        one.reload();
        if (one.isEnabled) one.start();
      }
    },
    cutPower: () => {
      for (const one of units.values()) one.cutPower();
    },
    close: () => {
      for (const one of units.values()) one.cutPower();
      mailbox?.close();
    },
  };
  return host;
}
