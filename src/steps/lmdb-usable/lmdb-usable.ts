import { defineReading, type Sighting, type Verdict } from "../../model/step.ts";
import { demand } from "../ask.ts";
import { BACKUP_RESOURCE, backupOf } from "../_lmdb/backup.ts";
import { sumsIn, sumsOf } from "../_lmdb/sums.ts";

export interface Params {
  readonly of: string;
  readonly schema?: number;
}

/** What `register:` keeps. */
export type Seen = {
  readonly folder: string;
  readonly schema: number;
  /** Milliseconds since 1970. */
  readonly taken: number;
  readonly missing: readonly string[];
  readonly changed: readonly string[];
};

export const step = defineReading<Params, Seen>({
  name: "lmdb.usable",
  summary:
    "The backup that a task of this run made is still there, untouched, and of the wanted schema",
  description: `
Compares every file of the backup with the SHA-256 that the journal has of it. Only the backup that the named task made
in this run, on this host, counts.`.trim(),
  params: {
    of: {
      type: "string",
      required: true,
      names: "task",
      description: "The `id:` of the `lmdb.backup` task.",
    },
    schema: {
      type: "integer",
      minimum: 1,
      description: "Schema version that the backup must have.",
    },
  },
  examples: [{ title: "Before a host goes back", yaml: "lmdb.usable: { of: backup, schema: 5 }" }],
  where: "host",
  reads: () => [BACKUP_RESOURCE],
  async observe(host, params, tools) {
    const { folder, schema, taken, files } = backupOf(params.of, tools);
    const answer = await demand(host, sumsOf(files.map(({ name }) => `${folder}/${name}`)), {
      timeoutMs: 600_000,
    });
    const sums = sumsIn(answer.out);
    const names = (wanted: (sum: string | undefined, expected: string) => boolean) =>
      files.filter((file, index) => wanted(sums[index], file.sha256)).map(({ name }) => name);
    return {
      folder,
      schema,
      taken,
      missing: names((sum) => sum === undefined),
      changed: names((sum, expected) => sum !== undefined && sum !== expected),
    };
  },
  judge: (sightings) => sightings.map(judgeOne),
});

function judgeOne({ params, seen }: Sighting<Params, Seen>): Verdict {
  const summary = problemOf(params, seen);
  if (summary === undefined) return { kind: "holds" };
  return {
    kind: "fails",
    final: true,
    diagnostic: {
      code: "step/backup-unusable",
      severity: "error",
      summary,
      hint: "This host can still be filled from the shared storage, which loses what was written here since its Lightning Stream was stopped.",
    },
  };
}

function problemOf(params: Params, seen: Seen): string | undefined {
  if (seen.missing.length > 0) {
    return `the backup in ${seen.folder} is incomplete: ${seen.missing.join(", ")} cannot be read`;
  }
  if (seen.changed.length > 0) {
    return `the backup in ${seen.folder} was changed since it was made: ${seen.changed.join(", ")}`;
  }
  if (params.schema !== undefined && seen.schema !== params.schema) {
    return `the backup in ${seen.folder} is of schema ${seen.schema}, not ${params.schema}`;
  }
  return undefined;
}
