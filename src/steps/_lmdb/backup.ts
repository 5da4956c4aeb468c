import type { Json } from "../../model/json.ts";
import { taskId } from "../../model/ids.ts";
import type { Resource } from "../../model/resource.ts";
import { StepProblem, type StepTools } from "../../model/step.ts";

/** A verified copy of an LMDB on the same host, as the journal knows it. */
export type Backup = {
  /** The main file that it is a copy of. */
  readonly path: string;
  readonly folder: string;
  readonly schema: number;
  /** Milliseconds since 1970. */
  readonly taken: number;
  /** Shards before the main file. */
  readonly files: readonly BackupFile[];
};

export type BackupFile = {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
};

/** Touched by a backup, read by whatever uses one: until it is made, a plan cannot say anything about it. */
export const BACKUP_RESOURCE: Resource = "lmdb-backup:of-this-run";

/** The backup that a task of this run made on this host. One of another run is never taken for it. */
export function backupOf(task: string, tools: StepTools): Backup {
  const earlier = tools.earlier(taskId(task));
  const backup = asBackup(earlier?.after) ?? asBackup(earlier?.result);
  if (backup !== undefined) return backup;
  throw new StepProblem("failed", {
    code: "step/no-backup",
    severity: "error",
    summary:
      earlier === undefined
        ? `the task "${task}" was never reached on this host, so there is no backup of this run`
        : `the task "${task}" left no backup on this host`,
    hint: "A backup of another run is not trusted: other things were written since. Use the shared storage instead.",
  });
}

function asBackup(value: Json | undefined): Backup | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { path, folder, schema, taken, files } = value as { readonly [key: string]: Json };
  if (typeof path !== "string" || typeof folder !== "string" || typeof schema !== "number") {
    return undefined;
  }
  if (!Array.isArray(files) || typeof taken !== "number") return undefined;
  const known = (files as readonly Json[]).flatMap((file) => asFile(file) ?? []);
  return known.length === 0 ? undefined : { path, folder, schema, taken, files: known };
}

function asFile(value: Json): BackupFile | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { name, size, sha256 } = value as { readonly [key: string]: Json };
  return typeof name === "string" && typeof size === "number" && typeof sha256 === "string"
    ? { name, size, sha256 }
    : undefined;
}
