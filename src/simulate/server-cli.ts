import type { Program, Said } from "./program.ts";
import { nativeSchema, openAs, readSettings, type RunningServer } from "./server-daemon.ts";
import { createZone, deleteZone, recordsIn, setRecord, zonesIn, type StoredZone } from "./zones.ts";

export interface ServerPrograms {
  readonly serverVersion: string | undefined;
  readonly runningServer: RunningServer | undefined;
}

const notInstalled = (program: string): Said => ({
  code: 127,
  err: `sh: 1: ${program}: not found\n`,
});

/** What does not open the backend, and so upgrades nothing. */
export function pdnsServer(host: ServerPrograms): Program {
  return ({ words, path }) => {
    const { serverVersion: version } = host;
    if (version === undefined) return notInstalled("pdns_server");
    if (words.includes("--version")) {
      return { err: `${stamp()} PowerDNS Authoritative Server ${version} (C) PowerDNS.COM BV\n` };
    }
    if (words.includes("--config")) {
      const settings = new Map([
        ["config-dir", "/etc/powerdns"],
        ["include-dir", "/etc/powerdns/pdns.d"],
        ...readSettings(path),
      ]);
      return { out: [...settings].map(([name, value]) => `${name}=${value}\n`).join("") };
    }
    if (words.includes("--config=check")) {
      readSettings(path);
      return {};
    }
    return {
      code: 99,
      err: "Only --version and --config=check are simulated; the unit pdns runs the server.\n",
    };
  };
}

export function pdnsControl(host: ServerPrograms): Program {
  return ({ words }) => {
    if (host.serverVersion === undefined) return notInstalled("pdns_control");
    const server = host.runningServer;
    if (server === undefined) {
      return {
        code: 1,
        err: "Fatal error: Unable to connect to remote '/run/pdns/pdns.controlsocket': No such file or directory\n",
      };
    }
    const [command = ""] = words.filter((word) => !word.startsWith("-"));
    switch (command) {
      case "version":
        return { out: `${server.version}\n` };
      case "rping":
      case "ping":
        return { out: "PONG\n" };
      case "rediscover":
        server.rediscover();
        return { out: "Ok\n" };
      case "purge":
        return { out: `${server.purge()}\n` };
      case "list-zones": {
        const zones = server.zones();
        if (zones === "std::bad_alloc") return { code: 1, out: "STL Exception: std::bad_alloc\n" };
        return {
          out: `${zones.map(({ zone }) => `${zone}\n`).join("")}All zonecount: ${zones.length}\n`,
        };
      }
      default:
        return { code: 1, err: `Unknown command: '${command}' (this pdns_control is simulated)\n` };
    }
  };
}

/** Whatever it is asked about the data, it opens the files first: one of release 5 upgrades them by that. */
export function pdnsUtil(host: ServerPrograms): Program {
  return ({ words, path }) => {
    const { serverVersion: version } = host;
    if (version === undefined) return notInstalled("pdnsutil");
    if (words.includes("--version")) return { out: `pdnsutil ${version}\n` };
    const files = openAs(version, readSettings(path), path);
    if ("kind" in files) return { code: 1, err: `Error: ${files.why}\n` };
    try {
      return act(version, words, files);
    } finally {
      files.main.close();
      files.shard.close();
    }
  };
}

function act(
  version: string,
  [command = "", ...words]: readonly string[],
  { main, shard }: Exclude<ReturnType<typeof openAs>, { kind: "refused" }>,
): Said {
  const schema = nativeSchema(version);
  const stored = { main: main.read(), shard: shard.read() };
  const zones = zonesIn(stored.main, schema);
  if (zones === "std::bad_alloc") return { code: 1, err: "Error: std::bad_alloc\n" };
  const [name = "", label = "", type = "", ...rest] = words;
  const zone: StoredZone | undefined = zones.find((one) => one.zone === name);
  const keep = (changed: typeof stored): Said => {
    main.write(changed.main);
    shard.write(changed.shard);
    return {};
  };
  switch (command) {
    case "list-all-zones":
      return { out: zones.map((one) => `${one.zone}\n`).join("") };
    case "create-zone":
      return zone === undefined
        ? keep(createZone(stored, name, schema))
        : { code: 1, err: `Zone '${name}' exists already\n` };
    case "delete-zone":
      return zone === undefined ? noZone(name) : keep(deleteZone(stored, zone));
    case "list-zone":
      if (zone === undefined) return noZone(name);
      return {
        out: recordsIn(stored.shard, zone)
          .map((record) => `${record.name}\t3600\tIN\t${record.type}\t${record.content}\n`)
          .join(""),
      };
    case "add-record":
    case "replace-rrset":
      if (zone === undefined) return noZone(name);
      return keep(
        setRecord(stored, zone, { name: `${label}.${name}`, type, content: rest.at(-1) ?? "" }),
      );
    case "backend-cmd":
      return { out: `shards: 1\nschemaversion: ${schema}\n` };
    default:
      return { code: 1, err: `Unknown command '${command}' (this pdnsutil is simulated)\n` };
  }
}

const noZone = (zone: string): Said => ({ code: 1, err: `Zone '${zone}' not found!\n` });

function stamp(): string {
  const at = new Date();
  return `${at.toUTCString().slice(8, 11)} ${at.toISOString().slice(8, 10)} ${at.toISOString().slice(11, 19)}`;
}
