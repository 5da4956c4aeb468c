/**
 * PowerDNS Authoritative Server with its LMDB backend. A server of release 5 upgrades the file by opening it, without a
 * word; an older one refuses the new file at its start, and fails in its own ways when the file changes under it.
 */
import { existsSync, readFileSync } from "node:fs";
import type { Daemon, DaemonSetting, Started } from "./daemon.ts";
import { readQuestion, TYPES, writeReply, type DnsReply } from "./dns-wire.ts";
import type { HostNetwork, HttpAsked, HttpSaid } from "./host-network.ts";
import {
  leaveLock,
  openLmdb,
  withDatabases,
  type LmdbTrouble,
  type OpenLmdb,
} from "./lmdb-file.ts";
import {
  freshMain,
  MAIN_ADDED,
  recordsIn,
  schemaIn,
  SHARD_ADDED,
  SHARD_DATABASES,
  withSchema,
  zonesIn,
  type StoredZone,
} from "./zones.ts";

export interface ServerHost {
  readonly network: HostNetwork;
  readonly path: (path: string) => string;
  /** What is installed, without a package revision; undefined where nothing is. */
  readonly serverVersion: string | undefined;
}

/** A running server, as `pdns_control` reaches it. */
export interface RunningServer extends Daemon {
  readonly version: string;
  zones(): readonly StoredZone[] | "std::bad_alloc";
  rediscover(): void;
  purge(): number;
}

export const SERVER_CONFIG = "/etc/powerdns/pdns.conf";

export const nativeSchema = (version: string): number =>
  Number.parseInt(version, 10) >= 5 ? 6 : 5;

export interface ServerFiles {
  readonly main: OpenLmdb;
  readonly shard: OpenLmdb;
}

/** Opens the files as a program of this release does, and upgrades them by it. */
export function openAs(
  version: string,
  settings: ReadonlyMap<string, string>,
  path: (path: string) => string,
): ServerFiles | { readonly kind: "refused"; readonly why: string } {
  const native = nativeSchema(version);
  const demanded = settings.get("lmdb-schema-version");
  if (demanded !== undefined && Number(demanded) !== native) {
    return {
      kind: "refused",
      why: `This version of the lmdbbackend only supports schema version ${native}. Configuration demands a lower version. Not starting up.`,
    };
  }
  const lmdb = settings.get("lmdb-filename") ?? "/var/lib/powerdns/pdns.lmdb";
  const main = openLmdb(path(lmdb), "create");
  if (main.kind === "trouble") return cannotOpen(lmdb, main);
  const content = main.read();
  const schema = schemaIn(content);
  if (schema === undefined) main.write(freshMain(content, native));
  else if (schema > native) {
    main.close();
    return {
      kind: "refused",
      why: `Somehow, we are not at schema version ${native}. Giving up`,
    };
  } else if (schema < native) main.write(withSchema(content, native));
  const shard = openLmdb(path(`${lmdb}-0`), "create");
  if (shard.kind === "trouble") {
    main.close();
    return cannotOpen(`${lmdb}-0`, shard);
  }
  for (const one of [lmdb, `${lmdb}-0`]) leaveLock(path(one));
  const [mainNames, shardNames] = native >= 6 ? [MAIN_ADDED, SHARD_ADDED] : [[], []];
  rewrite(main, mainNames);
  rewrite(shard, [...SHARD_DATABASES, ...shardNames]);
  return { main, shard };
}

function rewrite(file: OpenLmdb, names: readonly string[]): void {
  const content = file.read();
  const changed = withDatabases(content, names);
  if (changed !== content) file.write(changed);
}

function cannotOpen(path: string, { words }: LmdbTrouble) {
  return { kind: "refused" as const, why: `Unable to open database file ${path}: ${words}` };
}

export function readSettings(path: (path: string) => string): ReadonlyMap<string, string> {
  const file = path(SERVER_CONFIG);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return new Map(
    lines
      .filter((line) => line.includes("=") && !line.startsWith("#"))
      .map((line) => [
        line.slice(0, line.indexOf("=")).trim(),
        line.slice(line.indexOf("=") + 1).trim(),
      ]),
  );
}

export function startServer(
  host: ServerHost,
  setting: DaemonSetting,
  running: (server: RunningServer) => void,
): Started {
  const { serverVersion: version } = host;
  if (version === undefined) {
    setting.say("Failed to execute /usr/sbin/pdns_server: No such file or directory");
    return { kind: "failed", code: 203 };
  }
  setting.say(`PowerDNS Authoritative Server ${version} (C) PowerDNS.COM BV`);
  const settings = readSettings((path) => host.path(path));
  const files = openAs(version, settings, (path) => host.path(path));
  if ("kind" in files) {
    setting.say(files.why);
    return { kind: "failed", code: 1 };
  }
  const server = serve(host, { version, settings, files, setting });
  running(server);
  return { kind: "running", daemon: server };
}

function serve(
  host: ServerHost,
  of: {
    version: string;
    settings: ReadonlyMap<string, string>;
    files: ServerFiles;
    setting: DaemonSetting;
  },
): RunningServer {
  const { version, settings, files, setting } = of;
  const schema = nativeSchema(version);
  /** The zone cache: what it does not have is refused, whatever the file says. */
  let cached = new Map<string, StoredZone>();
  const packets = new Map<string, DnsReply>();
  const zones = () => zonesIn(files.main.read(), schema);
  const refresh = (): void => {
    const found = zones();
    if (found === "std::bad_alloc") {
      setting.say("STL Exception while updating zone cache: std::bad_alloc");
    } else cached = new Map(found.map((zone) => [zone.zone, zone]));
  };
  refresh();

  const look = (name: string, type: number): DnsReply => {
    const labels = name.split(".");
    const zone = labels
      .map((_, index) => cached.get(labels.slice(index).join(".")))
      .find((found) => found !== undefined);
    if (zone === undefined) return { kind: "refused" };
    const records = recordsIn(files.shard.read(), zone).filter((record) => record.name === name);
    if (records.length === 0) return { kind: "no-such-name" };
    return { kind: "answers", records: records.filter((record) => TYPES[record.type] === type) };
  };
  const answer = (packet: Buffer): Buffer | undefined => {
    const question = readQuestion(packet);
    if (question === undefined) return undefined;
    const key = `${question.name} ${question.type}`;
    const reply = packets.get(key) ?? look(question.name, question.type);
    packets.set(key, reply);
    return writeReply(question, reply);
  };
  const dns = host.network.listenDns(53, answer);
  const api = host.network.listenHttp(Number(settings.get("webserver-port") ?? 8081), (asked) =>
    apiAnswer(asked, { version, key: settings.get("api-key"), zones, shard: files.shard }),
  );
  const timer = setInterval(
    refresh,
    Number(settings.get("zone-cache-refresh-interval") ?? 300) * 1000,
  );
  timer.unref();
  return {
    version,
    zones,
    rediscover: refresh,
    purge: () => {
      const { size } = packets;
      packets.clear();
      return size;
    },
    kill: () => {
      clearInterval(timer);
      dns.close();
      api.close();
      files.main.close();
      files.shard.close();
    },
  };
}

function apiAnswer(
  asked: HttpAsked,
  server: {
    version: string;
    key: string | undefined;
    zones: () => readonly StoredZone[] | "std::bad_alloc";
    shard: OpenLmdb;
  },
): HttpSaid {
  const json = (status: number, value: object): HttpSaid => ({
    status,
    type: "application/json",
    body: JSON.stringify(value),
  });
  if (server.key !== undefined && asked.key !== server.key) {
    return { status: 401, type: "text/plain", body: "Unauthorized" };
  }
  const path = asked.path.replace(/\?.*$/, "");
  if (path === "/api/v1/servers/localhost") {
    return json(200, {
      type: "Server",
      id: "localhost",
      daemon_type: "authoritative",
      version: server.version,
    });
  }
  if (path !== "/api/v1/servers/localhost/zones") return json(404, { error: "Not Found" });
  const zones = server.zones();
  if (zones === "std::bad_alloc")
    return { status: 500, type: "text/plain", body: "Internal Server Error" };
  const shard = server.shard.read();
  return json(
    200,
    zones.map((zone) => ({
      name: `${zone.zone}.`,
      id: `${zone.zone}.`,
      kind: "Native",
      serial: Number(
        recordsIn(shard, zone)
          .find(({ type }) => type === "SOA")
          ?.content.split(" ")[2] ?? 0,
      ),
    })),
  );
}
