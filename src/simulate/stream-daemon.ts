/**
 * Lightning Stream, `sync`: what it loads, what it stores, and when it says that its startup is over. As in the real one, a
 * health check says ok while the storage is away, an LMDB that was empty stores nothing, and a file that was deleted
 * under it is gone on with.
 */
import { existsSync, readFileSync } from "node:fs";
import { newestByInstance, snapshotName, type Bucket } from "./bucket.ts";
import type { Daemon, DaemonSetting, Started } from "./daemon.ts";
import { nowInNanoseconds } from "./entry.ts";
import type { HostNetwork } from "./host-network.ts";
import { EMPTY, leaveLock, openLmdb, type OpenLmdb } from "./lmdb-file.ts";
import { merge } from "./merge.ts";
import { readStreamConfig } from "./stream-config.ts";

export interface StreamHost {
  readonly name: string;
  readonly bucket: Bucket;
  readonly network: HostNetwork;
  readonly path: (path: string) => string;
  /** How often it looks at its LMDBs and at the storage. The real one: a second. */
  readonly pollMs: number;
}

interface Syncer {
  readonly lmdb: string;
  readonly file: OpenLmdb;
  /** Empty when it was opened: it stores nothing until somebody else writes. */
  stores: boolean;
  /** The transaction that was stored last, or that its own loading made. */
  known: number;
  readonly loaded: Map<string, string>;
  /** What the first listing named, and is not loaded yet. */
  awaited: Set<string> | undefined;
  started: boolean;
  seen: number;
}

export function startStream(host: StreamHost, config: string, setting: DaemonSetting): Started {
  const fail = (why: string): Started => {
    setting.say(`Error: ${why}`);
    return { kind: "failed", code: 1 };
  };
  if (!existsSync(host.path(config))) {
    return fail(`Load config file: open ${config}: no such file or directory`);
  }
  const read = readStreamConfig(readFileSync(host.path(config), "utf8"), new Map(), host.name);
  if ("kind" in read) return fail(`Load config file: ${read.why}`);
  const syncers: Syncer[] = [];
  for (const { name, path } of read.lmdbs) {
    const file = openLmdb(host.path(path), "create");
    if (file.kind === "trouble") return fail(`lmdb env open ${path}: ${file.words}`);
    leaveLock(host.path(path));
    const content = file.read();
    setting.say(`level=info msg="Initialised syncer" db=${name}`);
    syncers.push({
      lmdb: name,
      file,
      stores: content.databases.size > 0,
      known: -1,
      loaded: new Map(),
      awaited: undefined,
      started: false,
      seen: -1,
    });
  }
  return { kind: "running", daemon: sync(host, syncers, { ...read, setting }) };
}

function sync(
  { bucket, network, name, pollMs }: StreamHost,
  syncers: readonly Syncer[],
  of: { instance: string; prefix: string; httpPort: number | undefined; setting: DaemonSetting },
): Daemon {
  const { instance, prefix, setting } = of;
  const since = new Date().toISOString();
  let saidTrouble = false;

  const tick = (): void => {
    if (bucket.trouble !== undefined) {
      if (!saidTrouble && bucket.trouble === "refuses") {
        setting.say(
          'level=info msg="Waiting for initial receiver listing" error="list snapshots: connection refused"',
        );
      }
      saidTrouble = true;
      return;
    }
    saidTrouble = false;
    for (const syncer of syncers) advance(syncer);
  };

  const advance = (syncer: Syncer): void => {
    const content = syncer.file.read();
    const isSame = syncer.seen === bucket.version && content.transaction === syncer.known;
    if (syncer.started && isSame) return;
    const names = bucket.list(`${prefix}${syncer.lmdb}__`).map((one) => one.slice(prefix.length));
    const newest = newestByInstance(names);
    if (syncer.awaited === undefined) {
      syncer.awaited = new Set(newest.keys());
      if (newest.size === 0) {
        setting.say(
          syncer.stores
            ? `level=info msg="Performing initial snapshot, because none exists yet" db=${syncer.lmdb}`
            : `level=info msg="LMDB is empty, waiting for data" db=${syncer.lmdb}`,
        );
      }
    }
    for (const [from, object] of newest) load(syncer, from, object);
    store(syncer);
    syncer.seen = bucket.version;
    if (!syncer.started && syncer.awaited.size === 0) {
      syncer.started = true;
      setting.say(
        `level=info msg="startup phase completed successfully" starttracker=${syncer.lmdb}`,
      );
    }
  };

  const load = (syncer: Syncer, from: string, object: string): void => {
    if (syncer.loaded.get(from) === object) return;
    const snapshot = bucket.get(prefix + object);
    if (snapshot === undefined) return;
    const before = syncer.file.read();
    const after = merge(before, snapshot.content);
    if (after !== before) {
      syncer.file.write(after);
      // Its own writing is no reason to store; what others wrote in between still is.
      if (syncer.known === before.transaction || !syncer.stores) syncer.known = after.transaction;
      setting.say(`level=info msg="Loaded snapshot" db=${syncer.lmdb} snapshot=${object}`);
    }
    syncer.loaded.set(from, object);
    syncer.awaited?.delete(from);
  };

  const store = (syncer: Syncer): void => {
    const content = syncer.file.read();
    if (!syncer.stores) {
      if (content.transaction === Math.max(syncer.known, EMPTY.transaction)) return;
      syncer.stores = true;
    }
    if (content.transaction === syncer.known) return;
    const object = snapshotName(syncer.lmdb, instance, nowInNanoseconds());
    bucket.put({ name: prefix + object, content });
    syncer.known = content.transaction;
    syncer.loaded.set(instance, object);
    setting.say(`level=info msg="Stored snapshot" db=${syncer.lmdb} snapshot=${object}`);
  };

  const health = (): string =>
    JSON.stringify({
      ok: true,
      has_warnings: false,
      status: "OK",
      time: new Date().toISOString(),
      since,
      failures: {},
      warnings: {},
      metadata: {
        hostname: name,
        version: "v1.0.0",
        ...Object.fromEntries(syncers.map(({ lmdb, started }) => [`startup_${lmdb}`, started])),
      },
    });

  // As a process does, it looks at its storage some time after its start, never within it.
  const timer = setInterval(tick, pollMs);
  timer.unref();
  const listening =
    of.httpPort === undefined
      ? undefined
      : network.listenHttp(of.httpPort, (request) =>
          request.path === "/healthz"
            ? { status: 200, type: "application/json", body: health() }
            : { status: 404, type: "text/plain", body: "404 page not found\n" },
        );
  return {
    kill: () => {
      clearInterval(timer);
      listening?.close();
      for (const { file } of syncers) file.close();
    },
  };
}
