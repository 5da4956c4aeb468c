import { defineReading, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { mainLmdb } from "../_lightningstream/config.ts";
import { lookAtLightningStream } from "../_lightningstream/look.ts";
import { newestOf, parseSnapshotName } from "../_lightningstream/object-name.ts";
import { schemasOnce } from "../_lightningstream/schemas-once.ts";
import { sharingSilence } from "../_lightningstream/shared-silence.ts";
import { listObjects, schemasInside, viewOf } from "../_lightningstream/storage.ts";
import * as place from "../_pdns/places.ts";
import { judgeSnapshots } from "./judge.ts";

export interface Params {
  readonly prefix?: string | null;
  readonly schema?: number;
  readonly every_instance?: boolean;
  readonly only_from?: "goal";
  readonly non_empty?: boolean;
  readonly config?: string;
  readonly unit?: string;
}

/** What `register:` keeps. */
export type Seen = {
  readonly prefix: string;
  readonly bucket: string;
  /** Who this host is among the writers; a receiver never writes. */
  readonly instance: string;
  readonly receiver: boolean;
  readonly lmdbs: readonly string[];
  /** The newest snapshot of every instance and LMDB. */
  readonly newest: readonly NewestSnapshot[];
  /** How many objects the prefix holds, old snapshots included. */
  readonly objects: number;
};

export type NewestSnapshot = {
  readonly name: string;
  readonly lmdb: string;
  readonly instance: string;
  readonly taken: string;
  /** Of the main LMDB and only when it was asked for; null where it could not be read. */
  readonly schema?: number | null;
};

export const step = defineReading<Params, Seen>({
  name: "lightningstream.snapshots",
  summary: "What a prefix of the shared storage holds: whose snapshots, and of which schema",
  description: `
Lists a prefix with the host's own program and credentials, and looks into the newest snapshot of every instance: that is
what Lightning Stream loads. An object of the new schema in the old prefix takes every server down that reads it, and an
old object in the new prefix brings back what a rollback took away; both are named here, with what to do.

A prefix is used as it stands: \`v6\` and \`v6/\` are different places. The configuration of the host is not changed; it
travels through a pipe with the other prefix in it. Every command has a time limit, because a storage that drops packets
would hold it for ever.`.trim(),
  params: {
    prefix: {
      type: ["string", "null"],
      description:
        "`current` for the one that the host is configured with, else the prefix itself; empty or null for the root.",
      default: "current",
    },
    schema: {
      type: "integer",
      minimum: 1,
      description: "The newest snapshot of every instance must have this schema version inside.",
    },
    every_instance: {
      type: "boolean",
      description:
        "Every host must have a snapshot of its own there; hosts that only receive are exempt.",
      default: false,
    },
    only_from: {
      type: "string",
      enum: ["goal"],
      description: "`goal`: whoever has written there must be a host that has reached its goal.",
    },
    non_empty: {
      type: "boolean",
      description: "There must be at least one snapshot of every LMDB.",
      default: false,
    },
    config: place.configParam,
    unit: place.lightningStreamUnitParam,
  },
  examples: [
    {
      title: "The way back exists",
      yaml: "lightningstream.snapshots: { prefix: current, schema: 5, every_instance: true }",
    },
    {
      title: "The new prefix holds nothing but what finished hosts wrote",
      yaml: "lightningstream.snapshots: { prefix: v6, only_from: goal }",
    },
    {
      title: "Never join a poisoned prefix",
      yaml: "lightningstream.snapshots: { prefix: v5, schema: 5, non_empty: true }",
    },
  ],
  where: "host",
  // Of the unit only its command line and environment, which no start or stop changes.
  reads: (params) => [`file:${params.config ?? place.CONFIG_PATH}`],
  observe,
  judge: judgeSnapshots,
});

async function observe(host: HostReader, params: Params, tools: StepTools): Promise<Seen> {
  const file = params.config ?? place.CONFIG_PATH;
  const stream = await lookAtLightningStream(host, {
    config: file,
    unit: params.unit ?? place.LIGHTNINGSTREAM_UNIT,
  });
  const view = viewOf(stream, file, params.prefix === undefined ? "current" : params.prefix);
  const objects = await sharingSilence(tools.files, `${host.id}\n${stream.config.bucket}`, () =>
    listObjects(host, view),
  );
  // A prefix is no folder: what is listed may belong to a longer prefix, and then its LMDB has an unknown name.
  const known = new Set(stream.config.lmdbs.map(({ name }) => name));
  const snapshots = objects
    .flatMap((name) => parseSnapshotName(name) ?? [])
    .filter(({ lmdb }) => known.has(lmdb));
  const newest = newestOf(snapshots);
  const main = mainLmdb(stream.config.lmdbs)?.name;
  const looked = newest
    .filter(({ lmdb }) => params.schema !== undefined && lmdb === main)
    .toSorted(
      (one, other) =>
        Number(other.instance === stream.instance) - Number(one.instance === stream.instance),
    );
  const where = `${stream.config.bucket}\n${view.prefix}`;
  const schemas = await schemasOnce(
    tools.files,
    where,
    looked.map(({ name }) => name),
    (names) => schemasInside(host, view, names),
  );
  return {
    prefix: view.prefix,
    bucket: stream.config.bucket,
    instance: stream.instance,
    receiver: stream.receiver,
    lmdbs: [...known],
    newest: newest.map((snapshot) => {
      const schema = schemas.get(snapshot.name);
      return schema === undefined ? { ...snapshot } : { ...snapshot, schema };
    }),
    objects: snapshots.length,
  };
}
