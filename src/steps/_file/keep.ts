// What is too large for a record stays on the host: copied before anything changes, named by what it holds, so that
// copying again is harmless and a damaged copy is noticed.
import { sh, type Command } from "../../model/command.ts";
import { DIGEST } from "./look.ts";
import { chain, SYNC_TREE } from "./write.ts";

/** Sets `$k`, where kept things are. */
export const ROOM = sh`if [ "$(id -u)" = 0 ]; then k=/var/lib/runbook/records; else k=$HOME/.runbook/records; fi; k=\${RUNBOOK_RECORDS:-$k}`;

const OWN_ROOM = [
  ROOM,
  sh`umask 077`,
  sh`mkdir -p -- "$k"`,
  sh`{ [ ! -h "$k" ] && [ "$(stat -c %u -- "$k")" = "$(id -u)" ] || { echo "$k does not belong to us" >&2; exit 1; }; }`,
  sh`chmod 700 "$k"`,
];

const MOVED = sh`{ echo "it changes while it is being kept" >&2; exit 1; }`;

/** Keeps a copy of a file that has this hash. */
export function keepFile(path: string, sha256: string): Command {
  const right = (file: Command) => sh`[ "$(sha256sum <${file} | cut -d' ' -f1)" = ${sha256} ]`;
  return keep(sha256, {
    right,
    there: sh`[ -f "$f" ]`,
    copy: [sh`cp -- ${path} "$t"`, sh`sync "$t"`],
  });
}

/** Keeps a copy of a folder that has this digest. */
export function keepTree(path: string, digest: string): Command {
  return keep(digest, {
    right: (folder) => sh`[ "$(p=${folder}; ${DIGEST})" = ${`digest ${digest}`} ]`,
    there: sh`[ -d "$f" ]`,
    copy: [sh`rm -rf -- "$f"`, sh`cp -a -- ${path} "$t"`, SYNC_TREE],
  });
}

interface Keeping {
  readonly right: (what: Command) => Command;
  readonly there: Command;
  readonly copy: readonly Command[];
}

function keep(name: string, { right, there, copy }: Keeping): Command {
  const fresh = chain([
    sh`t=$f.$$`,
    sh`trap 'rm -rf -- "$t"' EXIT`,
    ...copy,
    sh`{ ${right(sh`"$t"`)} || ${MOVED}; }`,
    sh`mv -fT -- "$t" "$f"`,
    sh`sync "$k"`,
  ]);
  // Whoever cleans up sees by the change time for which run it was kept last.
  const once = sh`{ { ${there} && ${right(sh`"$f"`)} && { touch -a -- "$f" 2>/dev/null || true; }; } || { ${fresh}; }; }`;
  return sh`( ${chain([...OWN_ROOM, sh`f="$k"/${name}`, once])} )`;
}

/** A command that reads what is kept under a name; it gets the path as a word. */
export function withKept(name: string, use: (kept: Command) => Command): Command {
  return sh`( ${ROOM}; ${use(sh`"$k"/${name}`)} )`;
}
