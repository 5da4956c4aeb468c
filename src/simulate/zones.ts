import { randomBytes } from "node:crypto";
import { contentOf, entryOf, isDeleted, keyOf, nowInNanoseconds, uint32 } from "./entry.ts";
import { withDatabases, withEntries, type LmdbContent } from "./lmdb-file.ts";

/** What a name server stores of itself and of its zones, and how the two schemas differ in it. */

export const MAIN_DATABASES = [
  "domains_v5",
  "domains_v5_0",
  "keydata_v5",
  "metadata_v5",
  "pdns",
  "tsig_v5",
];
export const SHARD_DATABASES = ["records_v5"];
/** What a server of release 5 adds as soon as it opens the file. */
export const MAIN_ADDED = ["networks_v6", "views_v6"];
export const SHARD_ADDED = ["comments_v7"];

export interface StoredRecord {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface StoredZone {
  readonly id: string;
  readonly zone: string;
}

/** Both files of a server. */
export interface Stored {
  readonly main: LmdbContent;
  readonly shard: LmdbContent;
}

const SCHEMA_KEY = keyOf("schemaversion");

export function schemaIn(main: LmdbContent): number | undefined {
  const entry = main.databases.get("pdns")?.get(SCHEMA_KEY);
  if (entry === undefined) return undefined;
  const content = contentOf(entry);
  return content.length < 4 ? undefined : content.readUInt32BE(content.length - 4);
}

export function withSchema(main: LmdbContent, schema: number): LmdbContent {
  const head = { time: nowInNanoseconds(), transaction: main.transaction + 1 };
  return withEntries(main, "pdns", [[SCHEMA_KEY, entryOf(head, uint32(schema))]]);
}

/** What a server writes into a file that has nothing yet. */
export function freshMain(content: LmdbContent, schema: number): LmdbContent {
  const prepared = withDatabases(content, MAIN_DATABASES);
  const head = { time: nowInNanoseconds(), transaction: prepared.transaction + 1 };
  const uuid = withEntries(prepared, "pdns", [
    [keyOf("shards"), entryOf(head, uint32(1))],
    [keyOf("uuid"), entryOf(head, randomBytes(16))],
  ]);
  return withSchema(uuid, schema);
}

/**
 * Zones that every server sees, or the way in which the old release fails on what the new one wrote: a domain is stored
 * with the version of its class, and a later one cannot be read.
 */
export function zonesIn(
  main: LmdbContent,
  schema: number,
): readonly StoredZone[] | "std::bad_alloc" {
  const zones: StoredZone[] = [];
  for (const [id, entry] of main.databases.get("domains_v5") ?? []) {
    if (isDeleted(entry)) continue;
    const content = contentOf(entry);
    if ((content[0] ?? 0) > classVersion(schema)) return "std::bad_alloc";
    zones.push({ id, zone: content.subarray(1).toString() });
  }
  return zones.toSorted((one, other) => (one.zone < other.zone ? -1 : 1));
}

const classVersion = (schema: number): number => (schema >= 6 ? 2 : 1);

export function recordsIn(shard: LmdbContent, zone: StoredZone): readonly StoredRecord[] {
  const records: StoredRecord[] = [];
  for (const [key, entry] of shard.databases.get("records_v5") ?? []) {
    if (isDeleted(entry) || !key.startsWith(zone.id)) continue;
    const [name = "", type = ""] = Buffer.from(key.slice(zone.id.length), "hex")
      .toString()
      .split(" ");
    records.push({ name, type, content: contentOf(entry).toString() });
  }
  return records;
}

export function createZone(stored: Stored, zone: string, schema: number): Stored {
  const id = Buffer.from(uint32(randomBytes(4).readUInt32BE() >>> 1)).toString("hex");
  const head = { time: nowInNanoseconds(), transaction: stored.main.transaction + 1 };
  const domain = Buffer.concat([Buffer.from([classVersion(schema)]), Buffer.from(zone)]);
  const indexed = withEntries(stored.main, "domains_v5", [[id, entryOf(head, domain)]]);
  const main = withEntries(indexed, "domains_v5_0", [
    [keyOf(zone), entryOf(head, Buffer.from(id, "hex"))],
  ]);
  const soa = `ns1.${zone} hostmaster.${zone} 1 10800 3600 604800 3600`;
  const records = [
    { name: zone, type: "SOA", content: soa },
    { name: zone, type: "NS", content: `ns1.${zone}` },
  ];
  return records.reduce((sofar, record) => setRecord(sofar, { id, zone }, record), {
    main,
    shard: withDatabases(stored.shard, SHARD_DATABASES),
  });
}

export function setRecord(stored: Stored, zone: StoredZone, record: StoredRecord): Stored {
  const head = { time: nowInNanoseconds(), transaction: stored.shard.transaction + 1 };
  const entry = [recordKey(zone, record), entryOf(head, Buffer.from(record.content))] as const;
  return { main: stored.main, shard: withEntries(stored.shard, "records_v5", [entry]) };
}

/** Deleted entries stay, so that the others hear of it. */
export function deleteZone(stored: Stored, zone: StoredZone): Stored {
  const head = {
    time: nowInNanoseconds(),
    transaction: stored.main.transaction + 1,
    deleted: true,
  };
  const gone = entryOf(head, Buffer.alloc(0));
  const main = withEntries(
    withEntries(stored.main, "domains_v5", [[zone.id, gone]]),
    "domains_v5_0",
    [[keyOf(zone.zone), gone]],
  );
  const keys = [...(stored.shard.databases.get("records_v5") ?? [])]
    .filter(([key]) => key.startsWith(zone.id))
    .map(([key]) => [key, gone] as const);
  return { main, shard: withEntries(stored.shard, "records_v5", keys) };
}

function recordKey(zone: StoredZone, { name, type }: StoredRecord): string {
  return zone.id + keyOf(`${name} ${type}`);
}

/** What a fleet begins with: some zones, one of them signed, a TSIG key and a metadata entry. */
export function seed(zones: number): Stored {
  let stored: Stored = {
    main: freshMain({ transaction: 0, databases: new Map() }, 5),
    shard: { transaction: 0, databases: new Map([["records_v5", new Map()]]) },
  };
  for (let count = 1; count <= zones; count++) {
    const zone = `z${count}.example`;
    stored = createZone(stored, zone, 5);
    const made = zoneNamed(stored.main, zone, 5);
    if (made === undefined) throw new Error(`${zone} is not there`);
    stored = setRecord(stored, made, {
      name: `www.${zone}`,
      type: "A",
      content: `192.0.2.${count % 250}`,
    });
  }
  const head = { time: nowInNanoseconds(), transaction: stored.main.transaction + 1 };
  const put = (main: LmdbContent, name: string, key: string, value: string): LmdbContent =>
    withEntries(main, name, [[keyOf(key), entryOf(head, Buffer.from(value))]]);
  const main = [
    ["keydata_v5", "z1.example 1", "257 active published ecdsa256"],
    ["metadata_v5", "z2.example ALLOW-AXFR-FROM", "192.0.2.0/24"],
    ["tsig_v5", "transfer", "hmac-sha256 c2ltdWxhdGVk"],
  ].reduce((sofar, [name = "", key = "", value = ""]) => put(sofar, name, key, value), stored.main);
  return { main, shard: stored.shard };
}

export function zoneNamed(main: LmdbContent, zone: string, schema: number): StoredZone | undefined {
  const zones = zonesIn(main, schema);
  return zones === "std::bad_alloc" ? undefined : zones.find((one) => one.zone === zone);
}
