/**
 * A fleet of name servers in one process: real SSH servers on loopback, real shells in private folders, and simulated
 * daemons, packages and storage behind them. What is simulated and how true it is: docs/reference/simulated-fleet.md
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newSshKey, serveSsh, type SshServer } from "../transport/ssh/server.ts";
import type { Repository } from "./apt.ts";
import { createBucket, type Bucket } from "./bucket.ts";
import { createHost, type SimulatedHost } from "./host.ts";
import { inventoryFiles, serverConfig, streamConfig } from "./site.ts";
import { openLmdb } from "./lmdb-file.ts";
import { makeFolder, own, writeOwned } from "./ownership.ts";
import { makeRoot } from "./private-root.ts";
import type { Asked } from "./program.ts";
import { killBelow, shellsOf, type Isolation } from "./shells.ts";
import { seed } from "./zones.ts";

export interface FleetOptions {
  readonly hosts?: number;
  readonly zones?: number;
  /** The prefix that the fleet begins with; empty: none. */
  readonly prefix?: string;
  /** How often daemons look; the real ones do it once a second. */
  readonly pollMs?: number;
  readonly isolation?: Isolation | "auto";
  /** Suites that hosts have in their sources. */
  readonly suites?: readonly string[];
}

export interface FleetHost extends SimulatedHost {
  readonly ssh: SshServer;
}

export interface Fleet extends AsyncDisposable {
  /** Has the inventory, the login key, the storage's objects, and a folder for each host. */
  readonly folder: string;
  readonly inventory: string;
  readonly isolation: Isolation;
  readonly bucket: Bucket;
  readonly repository: Repository;
  readonly hosts: readonly FleetHost[];
  host(name: string): FleetHost;
  /** Tells of everything that a shell on a host asks a simulated program, before it is answered. */
  watch(listener: (host: FleetHost, asked: Asked) => void): void;
  /** Without a warning: every process and connection of the host is gone, and it stays off for a while. */
  powerCycle(name: string, offMs: number): void;
}

export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { hosts: count = 3, zones = 20, prefix = "v5", pollMs = 100 } = options;
  const folder = mkdtempSync(join(tmpdir(), "runbook-fleet-"));
  chmodSync(folder, 0o711);
  const bucket = createBucket(join(folder, "bucket"));
  const repository: Repository = { isAway: false };
  const login = newSshKey();
  const stored = seed(zones);
  const hosts: FleetHost[] = [];
  const listeners: ((host: FleetHost, asked: Asked) => void)[] = [];
  const hostNamed = (name: string): FleetHost => {
    const found = hosts.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the fleet has no host ${name}`);
    return found;
  };
  let isolation = options.isolation ?? "auto";
  for (let index = 0; index < count; index++) {
    const name = `ns${index + 1}`;
    const root = join(folder, "hosts", name);
    const host = createHost({
      name,
      address: addressOf(index),
      root,
      bucket,
      repository,
      pollMs,
      suites: options.suites ?? ["auth-49", "auth-51"],
      heard: ({ name: of }, asked) => {
        for (const listener of listeners) listener(hostNamed(of), asked);
      },
    });
    makeRoot(root, name);
    writeOwned(host.path("/etc/powerdns/pdns.conf"), serverConfig(), 0o640);
    writeOwned(host.path("/etc/lightningstream.yml"), streamConfig(name, prefix), 0o640);
    for (const [file, content] of [
      ["pdns.lmdb", stored.main],
      ["pdns.lmdb-0", stored.shard],
    ] as const) {
      const opened = openLmdb(host.path(`/var/lib/powerdns/${file}`), "create");
      if (opened.kind === "trouble") throw new Error(`${file}: ${opened.words}`);
      opened.write(content);
      opened.close();
    }
    const shells = shellsOf(root, join(folder, `enter-${name}.sh`), isolation);
    isolation = shells.isolation;
    host.open(shells);
    const ssh = await serveSsh({
      address: host.address,
      run: (program) => shells.run(program),
      authorize: (attempt) => attempt.method === "publickey" && attempt.key.equals(login.blob),
      dial: (_address, port) => host.network.dial(port),
    });
    host.boot();
    hosts.push(Object.assign(host, { ssh }));
  }
  const inventory = join(folder, "inventory");
  const key = join(folder, "ssh", "id_ed25519");
  mkdirSync(join(folder, "ssh"), { mode: 0o700 });
  writeFileSync(key, login.privateKey, { mode: 0o600 });
  const files = inventoryFiles({
    hosts: hosts.map(({ name, address, ssh }) => ({ name, address, port: ssh.port })),
    prefix,
    key,
    knownHosts: join(folder, "ssh", "known_hosts"),
  });
  writeFileSync(
    join(folder, "ssh", "known_hosts"),
    hosts.map(({ address, ssh }) => `[${address}]:${ssh.port} ${ssh.hostKeys[0]}\n`).join(""),
  );
  for (const [path, text] of Object.entries(files)) {
    makeFolder(join(inventory, path, ".."));
    writeFileSync(join(inventory, path), text);
    own(join(inventory, path));
  }
  return {
    folder,
    inventory: join(inventory, "hosts.ini"),
    isolation: isolation === "auto" ? "paths" : isolation,
    bucket,
    repository,
    hosts,
    host: hostNamed,
    watch: (listener) => void listeners.push(listener),
    powerCycle: (name, offMs) => {
      const host = hostNamed(name);
      host.cutPower();
      killBelow(`${host.root}`);
      host.ssh.refuseGreetings(Number.POSITIVE_INFINITY);
      host.ssh.drop();
      setTimeout(() => {
        host.boot();
        host.ssh.refuseGreetings(0);
      }, offMs);
    },
    [Symbol.asyncDispose]: async () => {
      for (const host of hosts) {
        host.close();
        await host.ssh[Symbol.asyncDispose]();
      }
      killBelow(`${folder}/`);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Linux has a whole network on its loopback, so that every host can have an address of its own. */
function addressOf(index: number): string {
  if (process.platform !== "linux") return "127.0.0.1";
  return `127.88.${Math.floor(index / 200)}.${11 + (index % 200)}`;
}
