import { dirname } from "node:path/posix";
import { sh } from "../../model/command.ts";
import type { Json } from "../../model/json.ts";
import {
  defineChanging,
  type Applied,
  type Change,
  type Check,
  type StepTools,
  type Undone,
} from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { ask, change, commandFailed, demand, type Answer } from "../ask.ts";
import { filesIn, listFiles, orderOf, type LmdbFile } from "../_lmdb/file-set.ts";
import { linesOf, openBy, stillOpen } from "../_lmdb/open-by.ts";
import { LMDB_PATH, lmdbParam } from "../_pdns/places.ts";

export interface Params {
  readonly path?: string;
  readonly move_aside?: boolean;
  readonly to?: string;
  readonly units?: readonly string[];
}

export type Record = {
  readonly path: string;
  /** Folders of this run begin with this. */
  readonly aside: string;
  readonly files: readonly LmdbFile[];
};

export const step = defineChanging<Params, Record>({
  name: "lmdb.remove",
  summary: "Takes the local LMDB away, all of its files, so that it can be made anew",
  description: `
An LMDB is the main file, its shards, and a lock file of each: it is gone when all of them are. They are taken away shards
first and the main file last, each by a rename into a folder of this run on the same disk, so that a power cut in the
middle leaves a server without its LMDB rather than one with half of it.

Refused while any process still has one of the files open.`.trim(),
  params: {
    path: lmdbParam,
    move_aside: {
      type: "boolean",
      description:
        "Keep the files in a folder of their own. Without it they are deleted, which cannot be taken back.",
      default: true,
    },
    to: {
      type: "string",
      description:
        "Folder for the files, on the same disk. By default `runbook-removed` beside the LMDB.",
    },
    units: {
      type: "array",
      items: { type: "string" },
      description:
        "The units that use the LMDB: a plan asks about the files after they are stopped.",
      default: ["pdns", "lightningstream"],
    },
  },
  examples: [
    {
      title: "Before it is recreated from the shared storage",
      yaml: "lmdb.remove: { path: /var/lib/powerdns/pdns.lmdb, move_aside: true }",
    },
  ],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [
    `lmdb:${params.path ?? LMDB_PATH}`,
    ...(params.units ?? []).map((unit) => `unit:${unit}` as const),
  ],
  touches: (params) => [`lmdb:${params.path ?? LMDB_PATH}`],
  check,
  apply,
  undo,
});

function asideFor(params: Params, tools: StepTools): string {
  const folder = params.to ?? `${dirname(params.path ?? LMDB_PATH)}/runbook-removed`;
  return `${folder}/${tools.run ?? "run"}`;
}

async function check(host: HostReader, params: Params, tools: StepTools): Promise<Check<Record>> {
  const path = params.path ?? LMDB_PATH;
  const [listed, holders] = await Promise.all([
    demand(host, listFiles(path)),
    ask(host, openBy(path)),
  ]);
  const files = filesIn(listed.out);
  if (files.length === 0) return { kind: "satisfied" };
  const processes = linesOf(holders.out);
  if (processes.length > 0) return { kind: "blocked", diagnostic: stillOpen(path, processes) };
  const aside = asideFor(params, tools);
  const moved = params.move_aside !== false;
  return {
    kind: "pending",
    changes: [
      { what: path, before: files.map(({ name }) => name), after: moved ? `in ${aside}` : null },
    ],
    undo: moved
      ? { kind: "reversible", record: { path, aside, files } }
      : { kind: "irreversible", reason: "the LMDB is deleted" },
  };
}

const OPEN = 5;

/** Goes on in the folder of an attempt that was cut short; takes another one when that holds a file of the same name. */
async function apply(host: HostSession, params: Params, tools: StepTools): Promise<Applied> {
  const path = params.path ?? LMDB_PATH;
  const aside = asideFor(params, tools);
  const moved = params.move_aside !== false;
  const take = moved
    ? sh`aside=${aside}; count=1
taken() { for file in "$@"; do [ ! -e "$aside/\${file##*/}" ] || return 0; done; return 1; }
while taken "$@"; do count=$((count + 1)); aside=${aside}.$count; done
mkdir -p -m 0700 -- "$aside"
for file in "$@"; do mv -n -- "$file" "$aside/"; sync -- "$aside" "$(dirname -- "$file")"; done
echo "folder $aside"`
    : sh`for file in "$@"; do rm -f -- "$file"; sync -- "$(dirname -- "$file")"; done`;
  const script = sh`( set -eu
open=$(${openBy(path)})
[ -z "$open" ] || { printf '%s\\n' "$open"; exit ${OPEN}; }
set --
for file in ${orderOf(path)}; do [ ! -e "$file" ] || set -- "$@" "$file"; done
${take}
)`;
  const answer = await change(host, script, { timeoutMs: 300_000 });
  if (answer.code === OPEN) {
    return { kind: "failed", diagnostic: stillOpen(path, linesOf(answer.out)) };
  }
  if (answer.code !== 0) {
    return {
      kind: "failed",
      diagnostic: commandFailed(script, answer, "the LMDB was not taken away completely"),
    };
  }
  const folder = /^folder (.*)$/m.exec(answer.out)?.[1] ?? null;
  return { kind: "done", changed: true, after: { path, folder }, result: { path, folder } };
}

/** Puts the files back, the main file last. A file that somebody made in their place since is not overwritten. */
async function undo(host: HostSession, record: Record, left: Json | undefined): Promise<Undone> {
  const { path } = record;
  const [listed, holders] = await Promise.all([
    demand(host, listFiles(path)),
    ask(host, openBy(path)),
  ]);
  const present = filesIn(listed.out);
  const wasThere = (file: LmdbFile) =>
    record.files.some(({ name, identity }) => name === file.name && identity === file.identity);
  const foreign = present.filter((file) => !wasThere(file));
  if (foreign.length > 0) return { kind: "drifted", changes: [made(path, foreign)] };
  if (present.length === record.files.length) return { kind: "already" };
  const processes = linesOf(holders.out);
  if (processes.length > 0) return { kind: "failed", diagnostic: stillOpen(path, processes) };
  const script = sh`( set -eu
folder=${folderIn(left) ?? ""}
if [ -z "$folder" ]; then for one in ${record.aside} ${record.aside}.[0-9]*; do [ ! -d "$one" ] || folder=$one; done; fi
for name in ${record.files.map(({ name }) => name)}; do
file=${dirname(path)}/$name
[ -e "$file" ] || mv -n -- "$folder/$name" "$file"
sync -- ${dirname(path)}
done
rmdir -- "$folder" 2>/dev/null && rmdir -- "$(dirname -- "$folder")" 2>/dev/null || :
)`;
  const answer = await change(host, script, { timeoutMs: 300_000 });
  return answer.code === 0 ? { kind: "done" } : notBack(script, answer);
}

function notBack(script: ReturnType<typeof sh>, answer: Answer): Undone {
  return {
    kind: "failed",
    diagnostic: {
      ...commandFailed(script, answer, "the LMDB could not be put back"),
      hint: "Its files were moved away by somebody else, or the disk is full. Nothing was overwritten.",
    },
  };
}

function made(path: string, foreign: readonly LmdbFile[]): Change {
  return { what: path, before: null, after: foreign.map(({ name }) => name) };
}

function folderIn(left: Json | undefined): string | undefined {
  if (typeof left !== "object" || left === null || !("folder" in left)) return undefined;
  const { folder } = left as { readonly [key: string]: Json };
  return typeof folder === "string" ? folder : undefined;
}
