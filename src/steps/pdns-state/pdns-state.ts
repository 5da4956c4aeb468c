import { sh } from "../../model/command.ts";
import { defineReading } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask } from "../ask.ts";
import { readSchema } from "../_lmdb/schema-on-disk.ts";
import { lookAtLightningStream } from "../_lightningstream/look.ts";
import { showUnits, unitsIn } from "../_lightningstream/unit.ts";
import * as place from "../_pdns/places.ts";
import { demandedSchema, type DemandedSchema } from "../_pdns/demanded-schema.ts";
import { versionIn } from "../_pdns/versions.ts";
import { judgeStates } from "./judge.ts";

export interface Params {
  readonly schema?: number;
  readonly version?: string;
  readonly binary?: string;
  readonly prefix?: string | null;
  readonly same_prefix_everywhere?: boolean;
  readonly can_start_at?: number;
  readonly lmdb?: string;
  readonly config?: string;
  readonly pdns_unit?: string;
  readonly lightningstream_unit?: string;
  readonly user?: string;
  readonly control?: readonly string[];
}

/** What `register:` keeps. */
export type Seen = {
  /** Of the file on disk; null where there is none. */
  readonly schema: number | null;
  /** Why there is no schema version. */
  readonly lmdb: "present" | "absent" | "empty" | "unreadable";
  readonly reason: string | null;
  /** The program on disk, and the one that runs. */
  readonly binary: string | null;
  readonly running: string | null;
  /** Null: the configuration has no prefix, which means the root of the bucket. */
  readonly prefix: string | null;
  readonly bucket: string;
  readonly pdns: string;
  readonly lightningstream: string;
  /** Lightning Stream was started before its configuration was last changed. */
  readonly outdated: boolean;
  /** Where `can_start_at` asked for it: what `lmdb-schema-version` demands, null where it is not set. */
  readonly demanded?: DemandedSchema | null;
};

export const step = defineReading<Params, Seen>({
  name: "pdns.state",
  summary: "Where a name server stands in a schema migration: LMDB, programs, prefix",
  description: `
Reads, without changing anything, the schema version in the LMDB file, the version of the installed program and of the
running one, the prefix that Lightning Stream is configured with, and the state of both units. What is stated must hold.

Some combinations are never allowed, whatever is stated: an LMDB that is newer than the program, a program that is newer
than the LMDB while Lightning Stream runs, and two schema versions behind one prefix. Each is reported with what to do.

The schema version is read with \`mdb_dump\` as the server's user, never with \`pdnsutil\`: its 5.x releases upgrade the
file by opening it. Versions are exact (\`5.1.5\`), a beginning (\`5.1\`), or have a star (\`5.1.*\`); a whole package
version fits too, its epoch and revision do not count.`.trim(),
  params: {
    schema: {
      type: "integer",
      minimum: 1,
      description: "Schema version that the file on disk must have.",
    },
    version: {
      type: "string",
      description: "Version that both the installed program and the running server must have.",
      examples: ["5.1.*"],
    },
    binary: {
      type: "string",
      description: "Version that the installed program must have; the server may be stopped.",
      examples: ["5.1.*"],
    },
    prefix: {
      type: ["string", "null"],
      description:
        "`global_prefix` that Lightning Stream must be configured with; empty or null for the root of the bucket.",
    },
    same_prefix_everywhere: {
      type: "boolean",
      description: "All hosts must have the same prefix in the same bucket.",
      default: false,
    },
    can_start_at: {
      type: "integer",
      minimum: 1,
      description:
        "The server's configuration must let a release of this schema start: `lmdb-schema-version` is not set, or is this.",
    },
    lmdb: place.lmdbParam,
    config: place.configParam,
    pdns_unit: place.pdnsUnitParam,
    lightningstream_unit: place.lightningStreamUnitParam,
    user: place.userParam,
    control: place.controlParam,
  },
  examples: [
    {
      title: "A host is done when all three are new",
      yaml: 'pdns.state: { schema: 6, version: "5.1.*", prefix: v6 }',
    },
    {
      title: "Before anything changes",
      yaml: "pdns.state: { schema: 5, same_prefix_everywhere: true, can_start_at: 6 }",
    },
    {
      title: "New program, old file: nothing has started it yet",
      yaml: 'pdns.state: { schema: 5, binary: "5.1.*" }',
    },
  ],
  where: "host",
  reads: (params) => [
    `lmdb:${params.lmdb ?? place.LMDB_PATH}`,
    `file:${params.config ?? place.CONFIG_PATH}`,
    `unit:${params.pdns_unit ?? place.PDNS_UNIT}`,
    `unit:${params.lightningstream_unit ?? place.LIGHTNINGSTREAM_UNIT}`,
    "package:pdns-server",
    "package:pdns",
  ],
  observe,
  judge: judgeStates,
});

async function observe(host: HostReader, params: Params): Promise<Seen> {
  const config = params.config ?? place.CONFIG_PATH;
  const unit = params.pdns_unit ?? place.PDNS_UNIT;
  const [onDisk, installed, running, units, stream] = await Promise.all([
    readSchema(host, {
      lmdb: params.lmdb ?? place.LMDB_PATH,
      user: params.user ?? place.PDNS_USER,
      config,
    }),
    ask(host, sh`PATH=$PATH:/usr/sbin:/usr/local/sbin pdns_server --version 2>&1`),
    ask(host, sh`${params.control ?? place.PDNS_CONTROL} version`),
    ask(host, showUnits([unit])),
    lookAtLightningStream(host, {
      config,
      unit: params.lightningstream_unit ?? place.LIGHTNINGSTREAM_UNIT,
    }),
  ]);
  const [server] = unitsIn(units.out, [unit]);
  const command = server?.command ?? [];
  return {
    schema: onDisk.kind === "schema" ? onDisk.version : null,
    lmdb: onDisk.kind === "schema" ? "present" : onDisk.kind,
    reason:
      onDisk.kind === "unreadable" ? [onDisk.reason, onDisk.hint ?? ""].join(". ").trim() : null,
    binary: versionIn(installed.out) ?? null,
    running: running.code === 0 ? (/^\d\S*/m.exec(running.out)?.[0] ?? null) : null,
    prefix: stream.config.prefix ?? null,
    bucket: stream.config.bucket,
    pdns: server?.activity ?? "absent",
    lightningstream: stream.unit.activity,
    outdated:
      stream.unit.activity === "active" && stream.configChanged > (stream.unit.activeSince ?? 0),
    ...(params.can_start_at !== undefined && {
      demanded: await demandedSchema(host, { name: unit, command }),
    }),
  };
}
