import { sh } from "../../model/command.ts";
import { defineReading, StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask } from "../ask.ts";
import { contentIn, contentSum, printContent, type ContentPart } from "../_lmdb/content.ts";
import { readSchema } from "../_lmdb/schema-on-disk.ts";
import * as place from "../_pdns/places.ts";
import { judgeContent } from "./judge.ts";

/** What an earlier `lmdb.content` registered. */
export type KnownContent = { readonly [key: string]: unknown };

export interface Params {
  readonly equal_everywhere?: boolean;
  readonly same_as?: KnownContent;
  readonly path?: string;
  readonly user?: string;
}

/** What `register:` keeps. */
export type Seen = {
  readonly schema: number;
  readonly sha256: string;
  /** Zones, records, keys, metadata …; nothing that is empty. */
  readonly parts: readonly ContentPart[];
};

export const step = defineReading<Params, Seen>({
  name: "lmdb.content",
  summary:
    "Everything that is stored, in one sum that can be compared: zones, records, keys, metadata",
  description: `
Counts and serials are blind: a record can be missing under identical serials. This sums up every entry of the LMDB, and
of each only what is the same wherever Lightning Stream brought it: the transaction number, which is each host's own, is cut out, and
so are entries that are marked as deleted. The sum is the same on every host that has converged, and before and after a
schema change from 5 to 6. Where sums differ, the parts that differ are named with their counts.

The files are read while both daemons run. Writes in that moment make a difference that goes away: give the task a \`wait:\`.`.trim(),
  params: {
    equal_everywhere: {
      type: "boolean",
      description: "All hosts must store the same.",
      default: false,
    },
    same_as: {
      type: "object",
      description: "It must be what an earlier `lmdb.content` registered.",
    },
    path: place.lmdbParam,
    user: place.userParam,
  },
  examples: [
    {
      title: "The fleet has converged",
      yaml: "lmdb.content: { equal_everywhere: true }\nwait: 2m",
    },
    { title: "Nothing was lost", yaml: 'lmdb.content: { same_as: "{{ content_before }}" }' },
  ],
  where: "host",
  reads: (params) => [
    `lmdb:${params.path ?? place.LMDB_PATH}`,
    `unit:${place.PDNS_UNIT}`,
    `unit:${place.LIGHTNINGSTREAM_UNIT}`,
  ],
  observe,
  judge: judgeContent,
});

/** A large LMDB takes seconds; a disk that is busy may make it minutes. */
const PATIENCE = { timeoutMs: 600_000 };
const COMPARABLE_FROM = 5;

async function observe(host: HostReader, params: Params): Promise<Seen> {
  const lmdb = params.path ?? place.LMDB_PATH;
  const user = params.user ?? place.PDNS_USER;
  const [schema, printed, program] = await Promise.all([
    readSchema(host, { lmdb, user, config: place.CONFIG_PATH }),
    ask(host, printContent(lmdb, user), PATIENCE),
    ask(host, sh`command -v mdb_dump`),
  ]);
  if (program.code !== 0) {
    throw unreadable(
      "mdb_dump is not installed on this host",
      "Install lmdb-utils (Debian) or lmdb (EL).",
    );
  }
  if (schema.kind !== "schema") {
    const why = schema.kind === "unreadable" ? schema.reason : `it is ${schema.kind}`;
    throw unreadable(`the content of ${lmdb} cannot be read: ${why}`, "`pdns.state` says more.");
  }
  if (schema.version < COMPARABLE_FROM) {
    throw unreadable(
      `${lmdb} is at schema ${schema.version}, whose entries cannot be compared between hosts`,
      "Entries have a time that all hosts agree on from schema 5 on.",
    );
  }
  const content = contentIn(printed.out);
  if (content.kind === "unreadable") {
    throw unreadable(
      `the content of ${lmdb} cannot be read: ${content.reason}`,
      "`pdns.state` says more.",
    );
  }
  const { parts } = content;
  return { schema: schema.version, sha256: contentSum(parts), parts };
}

function unreadable(summary: string, hint: string): StepProblem {
  return new StepProblem("failed", {
    code: "step/content-unreadable",
    severity: "error",
    summary,
    hint,
  });
}
