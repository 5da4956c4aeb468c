import { dirname } from "node:path/posix";
import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { defineChanging, type Applied, type Check, type StepTools } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { ask, commandFailed, runJob } from "../ask.ts";
import { asUser } from "../_lmdb/as-user.ts";
import { BACKUP_RESOURCE, type Backup } from "../_lmdb/backup.ts";
import { openBy, stillOpen } from "../_lmdb/open-by.ts";
import { schemaIn } from "../_lmdb/schema-on-disk.ts";
import { LMDB_PATH, lmdbParam, PDNS_USER, userParam } from "../_pdns/places.ts";

export interface Params {
  readonly path?: string;
  readonly to?: string;
  readonly live?: boolean;
  readonly user?: string;
}

export const step = defineChanging<Params, never>({
  name: "lmdb.backup",
  summary: "Copies the LMDB, all of its files, to a folder beside it, and verifies the copy",
  description: `
Main file and shards are copied with \`mdb_copy\` as the server's user, opened once to prove that they can be, flushed to
disk, and given their final name by one rename: a folder with that name is complete. What is registered and journaled
names every file with its SHA-256, the schema version inside, and when it was taken; \`lmdb.usable\` and \`lmdb.restore\`
trust nothing else, and no copy of another run.

Both daemons must be stopped, because each file is consistent in itself but not with the others; \`live: true\` allows a
copy that is less than that. There is nothing to take back: the copy stays until somebody removes it.`.trim(),
  params: {
    path: lmdbParam,
    to: {
      type: "string",
      description:
        "Folder for copies, on a disk with room for the LMDB. By default `runbook-backup` beside the LMDB.",
      examples: ["/var/backups/powerdns"],
    },
    live: {
      type: "boolean",
      description: "Copy although a daemon has the LMDB open; the files may then not fit together.",
      default: false,
    },
    user: userParam,
  },
  examples: [
    {
      title: "Between the stop of both daemons and the upgrade",
      yaml: "lmdb.backup: { path: /var/lib/powerdns/pdns.lmdb }\nid: backup",
    },
  ],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [`lmdb:${params.path ?? LMDB_PATH}`],
  touches: (params) => [BACKUP_RESOURCE, `file:${folderFor(params)}`],
  check,
  apply,
  undo: async () => ({ kind: "already" }),
});

function folderFor(params: Params): string {
  return params.to ?? `${dirname(params.path ?? LMDB_PATH)}/runbook-backup`;
}

async function check(host: HostReader, params: Params): Promise<Check<never>> {
  const path = params.path ?? LMDB_PATH;
  const [file, program] = await Promise.all([
    ask(host, sh`[ -e ${path} ]`),
    ask(host, sh`command -v mdb_copy`),
  ]);
  if (file.code !== 0) {
    return {
      kind: "blocked",
      diagnostic: problem(
        `there is no LMDB at ${path}`,
        "`path:` must be the server's `lmdb-filename`.",
      ),
    };
  }
  if (program.code !== 0) {
    return {
      kind: "blocked",
      diagnostic: problem(
        "mdb_copy is not installed on this host",
        "Install lmdb-utils (Debian) or lmdb (EL). A plain copy of the files would not be consistent.",
      ),
    };
  }
  return {
    kind: "pending",
    changes: [{ what: `copy of ${path}`, before: null, after: `${folderFor(params)}/…` }],
    undo: { kind: "nothing" },
  };
}

const OPEN = 5;

async function apply(host: HostSession, params: Params, tools: StepTools): Promise<Applied> {
  const path = params.path ?? LMDB_PATH;
  const user = params.user ?? PDNS_USER;
  const name = `${tools.run ?? "run"}-${stamp(tools.clock.now())}`;
  const inUse =
    params.live === true
      ? sh``
      : sh`${openBy(path)} > "$partial/open"
[ ! -s "$partial/open" ] || { cat "$partial/open"; exit ${OPEN}; }`;
  // A half-made copy has the other name; one that lost power is removed by the next attempt.
  const script = sh`( set -eu; umask 077
path=${path}; to=${folderFor(params)}; name=${name}
rm -rf -- "$to"/.*.partial
while [ -e "$to/$name" ]; do name=$name+; done
partial=$to/.$name.partial
trap 'rm -rf -- "$partial"' EXIT
if [ "$(id -u)" = 0 ]; then
[ -d "$to" ] || install -d -m 0700 -o ${user} -- "$to"
install -d -m 0700 -o ${user} -- "$partial"
else mkdir -p -- "$partial"; fi
${inUse}
rm -f -- "$partial/open"
for file in "$path"-[0-9] "$path"-[0-9][0-9] "$path"; do
[ -e "$file" ] || continue
copy=$partial/\${file##*/}
${asUser(user, sh`mdb_copy -n -c "$file" "$copy"`)}
${asUser(user, sh`mdb_stat -n -a "$copy"`)} > /dev/null
rm -f -- "$copy-lock"
sync -- "$copy"
echo "file \${file##*/} $(stat -c %s -- "$copy") $(sha256sum < "$copy")"
done
${asUser(user, sh`mdb_dump -n -s pdns "$partial/\${path##*/}"`)}
rm -f -- "$partial/\${path##*/}-lock"
sync -- "$partial"
mv -- "$partial" "$to/$name"
trap - EXIT
sync -- "$to"
echo "folder $to/$name"
)`;
  const answer = await runJob(host, script, {
    name: "backup",
    cancel: "safe",
    timeoutMs: tools.timeoutMs,
  });
  if (answer.code === OPEN) {
    const processes = answer.out.trim().split("\n");
    return { kind: "failed", diagnostic: stillOpen(path, processes) };
  }
  if (answer.code !== 0) {
    const full = answer.err.includes("No space left") || answer.err.includes("error 28");
    const summary = full
      ? "the disk has no room for a copy of the LMDB"
      : "the LMDB was not copied";
    return {
      kind: "failed",
      diagnostic: {
        ...commandFailed(script, answer, summary),
        hint: "Nothing was changed. `to:` names a folder on another disk.",
      },
    };
  }
  const schema = schemaIn(answer);
  if (schema.kind !== "schema") {
    return {
      kind: "failed",
      diagnostic: problem(
        `the copy of ${path} has no schema version`,
        "Has a server ever used this LMDB?",
      ),
    };
  }
  const backup: Backup = {
    path,
    folder: /^folder (.*)$/m.exec(answer.out)?.[1] ?? "",
    schema: schema.version,
    taken: tools.clock.now(),
    files: filesIn(answer.out),
  };
  return { kind: "done", changed: true, after: backup, result: backup };
}

function filesIn(printed: string): Backup["files"] {
  return [...printed.matchAll(/^file (\S+) (\d+) ([0-9a-f]{64})/gm)].map((line) => ({
    name: line[1] ?? "",
    size: Number(line[2]),
    sha256: line[3] ?? "",
  }));
}

function stamp(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/[-:]/g, "")
    .replace("T", "-");
}

function problem(summary: string, hint: string): Diagnostic {
  return { code: "step/lmdb-backup", severity: "error", summary, hint };
}
