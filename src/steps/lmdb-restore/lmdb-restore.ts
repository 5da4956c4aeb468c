import { dirname } from "node:path/posix";
import { sh } from "../../model/command.ts";
import type { Json } from "../../model/json.ts";
import {
  defineChanging,
  type Applied,
  type Check,
  type StepTools,
  type Undone,
} from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { ask, change, commandFailed, demand, runJob } from "../ask.ts";
import { BACKUP_RESOURCE, backupOf, type Backup, type BackupFile } from "../_lmdb/backup.ts";
import { linesOf, openBy, stillOpen } from "../_lmdb/open-by.ts";
import { sumsIn, sumsOf } from "../_lmdb/sums.ts";
import { LMDB_PATH, PDNS_USER, userParam } from "../_pdns/places.ts";

export interface Params {
  readonly of: string;
  readonly units?: readonly string[];
  readonly user?: string;
}

export type Record = {
  /** The main file; the others lie beside it. */
  readonly path: string;
  readonly files: readonly BackupFile[];
};

export const step = defineChanging<Params, Record>({
  name: "lmdb.restore",
  summary: "Puts this run's backup of the LMDB into its place",
  description: `
Copies each file of the backup that the named task made in this run, compares it with the SHA-256 that the journal has,
flushes it to disk and renames it into place: shards first, the main file last, owned by the server's user and readable by
it alone. A server that starts in between finds no main file and cannot take half a copy for the whole.

Never writes over an LMDB: where there is one, \`lmdb.remove\` comes first.`.trim(),
  params: {
    of: {
      type: "string",
      required: true,
      names: "task",
      description: "The `id:` of the `lmdb.backup` task.",
    },
    units: {
      type: "array",
      items: { type: "string" },
      description:
        "The units that use the LMDB: a plan asks about the files after they are stopped.",
      default: ["pdns", "lightningstream"],
    },
    user: userParam,
  },
  examples: [{ title: "After the LMDB was taken away", yaml: "lmdb.restore: { of: backup }" }],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [
    BACKUP_RESOURCE,
    `lmdb:${LMDB_PATH}`,
    ...(params.units ?? []).map((unit) => `unit:${unit}` as const),
  ],
  touches: () => [`lmdb:${LMDB_PATH}`],
  check,
  apply,
  undo,
});

async function check(host: HostReader, params: Params, tools: StepTools): Promise<Check<Record>> {
  const backup = backupOf(params.of, tools);
  const { path, folder, files } = backup;
  const [answer, holders] = await Promise.all([
    demand(
      host,
      sumsOf([...placesOf(path, files), ...files.map(({ name }) => `${folder}/${name}`)]),
      { timeoutMs: 600_000 },
    ),
    ask(host, openBy(path)),
  ]);
  const sums = sumsIn(answer.out);
  const fitting = files.filter((file, index) => sums[index] === file.sha256);
  if (fitting.length === files.length) return { kind: "satisfied" };
  const processes = linesOf(holders.out);
  if (processes.length > 0) return { kind: "blocked", diagnostic: stillOpen(path, processes) };
  const inTheWay = files.filter(
    (file, index) => sums[index] !== undefined && !fitting.includes(file),
  );
  if (inTheWay.length > 0) {
    return blocked(
      `${path} exists already, and is not this backup`,
      "Take it away first with `lmdb.remove`; nothing is written over an LMDB.",
    );
  }
  const bad = files.filter((file, index) => sums[files.length + index] !== file.sha256);
  if (bad.length > 0) {
    return blocked(
      `the backup in ${folder} is not as it was made: ${bad.map(({ name }) => name).join(", ")}`,
      "Leave the LMDB away and let Lightning Stream fill it from the old prefix.",
    );
  }
  return {
    kind: "pending",
    changes: [{ what: path, before: null, after: `schema ${backup.schema}, from ${folder}` }],
    undo: { kind: "reversible", record: { path, files } },
  };
}

function blocked(summary: string, hint: string): Check<Record> {
  return {
    kind: "blocked",
    diagnostic: { code: "step/lmdb-restore", severity: "error", summary, hint },
  };
}

/** Where the files belong. */
function placesOf(path: string, files: readonly BackupFile[]): readonly string[] {
  return files.map(({ name }) => `${dirname(path)}/${name}`);
}

async function apply(host: HostSession, params: Params, tools: StepTools): Promise<Applied> {
  const backup = backupOf(params.of, tools);
  const script = sh`( set -eu; umask 077
from=${backup.folder}; to=${dirname(backup.path)}; user=${params.user ?? PDNS_USER}
place() {
new=$to/.$1.restored
trap 'rm -f -- "$new"' EXIT
if [ -e "$to/$1" ]; then [ "$(sha256sum < "$to/$1")" = "$2  -" ]; return; fi
cp -- "$from/$1" "$new"
[ "$(sha256sum < "$new")" = "$2  -" ]
chmod 0600 -- "$new"
[ "$(id -u)" != 0 ] || chown -- "$user:$(id -gn -- "$user")" "$new"
sync -- "$new"
mv -n -- "$new" "$to/$1"
sync -- "$to"
}
${placeEach(backup)})`;
  const answer = await runJob(host, script, {
    name: "restore",
    cancel: "safe",
    timeoutMs: tools.timeoutMs,
  });
  if (answer.code !== 0) {
    return {
      kind: "failed",
      diagnostic: {
        ...commandFailed(script, answer, "the backup was not put into its place"),
        hint: "The disk may be full, or a file of the backup is damaged. No server was started on it.",
      },
    };
  }
  const { path, folder, schema } = backup;
  return { kind: "done", changed: true, after: { path, schema, folder } };
}

function placeEach({ files }: Backup) {
  return files.reduce((all, { name, sha256 }) => sh`${all}place ${name} ${sha256}\n`, sh``);
}

/** Takes the files away again as long as nobody has written to them. */
async function undo(host: HostSession, record: Record, _left: Json | undefined): Promise<Undone> {
  const { path, files } = record;
  const places = placesOf(path, files);
  const [answer, holders] = await Promise.all([
    demand(host, sumsOf(places), { timeoutMs: 600_000 }),
    ask(host, openBy(path)),
  ]);
  const sums = sumsIn(answer.out);
  const there = files.filter((_, index) => sums[index] !== undefined);
  if (there.length === 0) return { kind: "already" };
  const changed = files.filter(
    (file, index) => sums[index] !== undefined && sums[index] !== file.sha256,
  );
  if (changed.length > 0) {
    const names = changed.map(({ name }) => name);
    return { kind: "drifted", changes: [{ what: path, before: "the backup", after: names }] };
  }
  const processes = linesOf(holders.out);
  if (processes.length > 0) return { kind: "failed", diagnostic: stillOpen(path, processes) };
  const script = sh`rm -f -- ${places} ${places.map((file) => `${file}-lock`)} && sync -- ${dirname(path)}`;
  const removed = await change(host, script);
  return removed.code === 0
    ? { kind: "done" }
    : { kind: "failed", diagnostic: commandFailed(script, removed) };
}
