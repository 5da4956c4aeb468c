import { posix } from "node:path";
import { sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { StepProblem } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask, commandFailed, type Answer } from "../ask.ts";
import type { Attributes, Standing } from "./standing.ts";

/** What is asked about a path; all of it is one command. */
export interface LookFor {
  /** Absolute. */
  readonly path: string;
  /** Whether a symbolic link at the path is followed. */
  readonly follow?: boolean;
  /** The name to look at inside the path where that is a folder. */
  readonly into?: string;
  readonly owner?: string | number;
  readonly group?: string | number;
  /** Hash a file. */
  readonly hash?: boolean;
  /** Send the bytes of a file of at most this size, unless it has this hash already. */
  readonly bytes?: { readonly upTo: number; readonly unless?: string };
  /** Sum up everything below a folder. */
  readonly digest?: boolean;
}

export interface Looked {
  /** Where it really is: links followed, `into` added. */
  readonly path: string;
  /** Its folder without any links, also where that folder is yet to be made. */
  readonly folder: string;
  readonly now: Standing;
  /** Device and inode, to tell whether two paths are one file. */
  readonly inode?: string;
  /** Who we are on the host. */
  readonly me: number;
  readonly umask: number;
  /** Of the wanted owner and group; null where the host does not know that name. */
  readonly owner?: number | null;
  readonly group?: number | null;
  /** Folders above it that do not exist, outermost first. */
  readonly missing: readonly string[];
  /** Why nothing can be done there: a link that somebody else could turn, a file where a folder should be. */
  readonly obstacle?: Diagnostic;
}

/** Small enough to travel with a record in the journal. */
export const INLINE = 64 * 1024;

export async function look(host: HostReader, question: LookFor): Promise<Looked> {
  const command = lookCommand(question);
  const answer = await ask(host, command);
  if (answer.code !== 0) throw new StepProblem("failed", commandFailed(command, answer));
  return parseLook(answer, question);
}

export function lookCommand(question: LookFor): Command {
  const { path, into, owner, group, bytes } = question;
  const parts = [
    sh`p=${cleanPath(path)}; me=$(id -u); echo "me $me"; echo "umask $(umask)"; `,
    typeof owner === "string" && !isNumeric(owner)
      ? sh`echo "owner $(id -u -- ${owner} 2>/dev/null)"; `
      : sh``,
    typeof group === "string" && !isNumeric(group)
      ? sh`echo "group $(awk -F: -v g=${group} '$1 == g { print $3; exit }' /etc/group)" "$(getent group -- ${group} 2>/dev/null | cut -d: -f3)"; `
      : sh``,
    TRUST,
    question.follow === true ? FOLLOW : sh``,
    into === undefined ? sh`` : sh`if [ -d "$p" ]; then p=\${p%/}/${into}; fi; `,
    ABOVE,
    sh`if [ -h "$p" ]; then ${STAT}; printf 'target '; readlink -- "$p"; elif [ ! -e "$p" ]; then echo absent -; elif [ -f "$p" ]; then ${STAT}; ${question.hash === true || bytes !== undefined ? HASH : sh`:`}; ${bytes === undefined ? sh`:` : sendBytes(bytes)}; elif [ -d "$p" ]; then ${STAT}; ${question.digest === true ? DIGEST : sh`:`}; else ${STAT}; fi`,
  ];
  return sh`( ${parts.reduce((all, part) => sh`${all}${part}`)} )`;
}

// S21: a link that somebody else owns is never followed by root: its owner could turn it to any file at any moment.
const TRUST = sh`ours() { [ "$me" != 0 ] || [ "$(stat -c %u -- "$1")" = 0 ]; }; `;

const FOLLOW = sh`n=0; while [ -h "$p" ] && [ $n -lt 40 ]; do n=$((n + 1)); ours "$p" || echo "turnable $p"; t=$(readlink -- "$p"); case $t in /*) p=$t ;; *) p=\${p%/*}/$t ;; esac; done; [ $n -lt 40 ] || echo "loop $p"; `;

const ABOVE = sh`echo "path $p"; d=$p; a=; while d=\${d%/*}; [ -n "$d" ]; do if [ -h "$d" ]; then ours "$d" || echo "turnable $d"; fi; if [ -d "$d" ]; then [ -x "$d" ] || echo "closed $d"; [ -n "$a" ] || a=$d; elif [ -e "$d" ]; then echo "nofolder $d"; else echo "missing $d"; fi; done; (cd -P -- "\${a:-/}" && echo "folder $(pwd -P)"); `;

const STAT = sh`stat -c 'stat %f %u %g %s %d:%i' -- "$p" || exit 9`;

const HASH = sh`s=$(sha256sum <"$p") || exit 9; s=\${s%% *}; echo "sha256 $s"`;

function sendBytes(bytes: NonNullable<LookFor["bytes"]>): Command {
  return sh`if [ "$(stat -c %s -- "$p")" -le ${bytes.upTo} ] && [ "$s" != ${bytes.unless ?? ""} ]; then printf 'bytes '; base64 <"$p" | tr -d '\\n'; echo; fi`;
}

/** One hash over names, types, owners, modes, contents and link targets below `$p`. */
export const DIGEST = sh`echo "digest $(cd -P -- "$p" && { find . -exec stat -c '%f %u %g %n' {} +; find . -type f -exec sha256sum {} +; find . -type l -exec sh -c 'for l; do printf "%s -> %s\\n" "$l" "$(readlink -- "$l")"; done' - {} +; } | sort | sha256sum | cut -d' ' -f1)"`;

const TYPES: Readonly<Record<number, string>> = {
  0o010000: "FIFO",
  0o020000: "character device",
  0o060000: "block device",
  0o140000: "socket",
};

/** Reads the output of `lookCommand`; also at the end of the output of a change that looks again. */
export function parseLook(answer: Pick<Answer, "out">, question: LookFor): Looked {
  const lines = answer.out.split("\n").map((line): [string, string] => {
    const space = line.indexOf(" ");
    return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
  });
  const all = (key: string) => lines.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string) => all(key)[0];
  const obstacle = obstacleOf(one);
  const [raw = "0", uid = "", gid = "", size = "", inode] = one("stat")?.split(" ") ?? [];
  const who = { uid: Number(uid), gid: Number(gid) };
  const bits = Number.parseInt(raw, 16);
  return {
    path: one("path") ?? question.path,
    folder: realFolder(),
    now: standingOf(),
    ...given("inode", inode),
    me: Number(one("me")),
    umask: Number.parseInt(one("umask") ?? "022", 8),
    ...given("owner", numberOf(question.owner, one("owner"))),
    ...given("group", numberOf(question.group, one("group"))),
    missing: all("missing").toReversed(),
    ...given("obstacle", obstacle),
  };

  /** The nearest folder that exists, and below it what is missing. */
  function realFolder(): string {
    const existing = one("folder") ?? "/";
    const [innermost] = all("missing");
    const outermost = all("missing").at(-1);
    if (innermost === undefined || outermost === undefined) return existing;
    return posix.join(existing, innermost.slice(posix.dirname(outermost).length));
  }

  function standingOf(): Standing {
    if (one("stat") === undefined) return { kind: "absent" };
    const attributes: Attributes = { mode: bits & 0o7777, ...who };
    const target = one("target");
    if (target !== undefined) return { kind: "link", target, ...who };
    switch (bits & 0o170000) {
      case 0o100000: {
        const contents = { ...given("sha256", one("sha256")), ...given("bytes", one("bytes")) };
        return { kind: "file", ...attributes, size: Number(size), ...contents };
      }
      case 0o040000:
        return { kind: "directory", ...attributes, ...given("digest", one("digest")) };
      default:
        return { kind: "other", ...attributes, what: TYPES[bits & 0o170000] ?? "special file" };
    }
  }
}

function obstacleOf(one: (key: string) => string | undefined): Diagnostic | undefined {
  const turnable = one("turnable");
  if (turnable !== undefined) {
    return {
      code: "step/untrusted-link",
      severity: "error",
      summary: `${turnable} is a symbolic link that does not belong to root`,
      hint: "Its owner could turn it to any file. Name the path it leads to, or give the link to root with `chown -h`.",
    };
  }
  const nofolder = one("nofolder");
  if (nofolder !== undefined) return plain("not-a-folder", `${nofolder} is not a folder`);
  const closed = one("closed");
  if (closed !== undefined) {
    const hint = "Become a user who may: `become: true`.";
    return { ...plain("no-access", `the folder ${closed} may not be entered`), hint };
  }
  const loop = one("loop");
  if (loop !== undefined) return plain("link-loop", `${loop} leads through too many links`);
  return undefined;
}

function plain(word: string, summary: string): Diagnostic {
  return { code: `step/${word}`, severity: "error", summary };
}

function numberOf(wanted: string | number | undefined, said: string | undefined) {
  if (wanted === undefined) return undefined;
  if (isNumeric(wanted)) return Number(wanted);
  const found = /\d+/.exec(said ?? "")?.[0];
  return found === undefined ? null : Number(found);
}

export function isNumeric(name: string | number): boolean {
  return /^\d+$/.test(String(name));
}

/** Without doubled or trailing slashes and dots, so that parents can be walked by cutting. */
export function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 ? clean.replace(/\/$/, "") : clean;
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
