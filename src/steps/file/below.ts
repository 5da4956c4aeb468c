// Owner, group and mode of everything below a folder: `recurse`.
import { sh, withStdin, type Command } from "../../model/command.ts";
import { StepProblem, type Change, type Undone } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { change, commandFailed, demand } from "../ask.ts";
import { octal, parseMode } from "../_file/mode.ts";
import type { OwnerParams } from "../_file/params.ts";
import { wrong } from "../_file/put.ts";

/** One entry below the folder. */
export type Below = {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly type: "file" | "folder" | "link" | "other";
};

/** Everything below a folder, given by its real path. */
export async function listBelow(host: HostReader, folder: string): Promise<readonly Below[]> {
  const { out } = await demand(
    host,
    sh`( p=${folder}; if [ ! -d "$p" ]; then :; elif [ -n "$(find "$p" -name '*${NEWLINE}*' | head -n 1)" ]; then echo newline; else find "$p" -mindepth 1 -exec stat -c '%f %u %g %n' {} +; fi )`,
  );
  if (out === "newline\n") {
    throw new StepProblem("failed", wrong("odd-name", `a name below ${folder} holds a newline`));
  }
  return out.split("\n").flatMap((line): Below[] => {
    const found = /^([0-9a-f]+) (\d+) (\d+) (.+)$/.exec(line);
    if (found === null) return [];
    const [, raw = "", uid, gid, path = ""] = found;
    const bits = Number.parseInt(raw, 16);
    return [
      {
        path,
        mode: bits & 0o7777,
        uid: Number(uid),
        gid: Number(gid),
        type: TYPES[bits & 0o170000] ?? "other",
      },
    ];
  });
}

const TYPES: Readonly<Record<number, Below["type"]>> = {
  0o100000: "file",
  0o040000: "folder",
  0o120000: "link",
};

const NEWLINE: Command = { pieces: [{ kind: "raw", text: "\n" }] };

export interface WantedBelow extends OwnerParams {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly umask: number;
}

/** Those that have to change, as they are and as they have to be. Links have an owner of their own and no mode. */
export function differing(
  entries: readonly Below[],
  wanted: WantedBelow,
): readonly { readonly before: Below; readonly after: Below }[] {
  const parsed = wanted.mode === undefined ? undefined : parseMode(wanted.mode);
  return entries.flatMap((before) => {
    const { mode: current, type } = before;
    const of = { current, directory: type === "folder", umask: wanted.umask };
    const mode = parsed?.kind === "mode" && type !== "link" ? parsed.on(of) : current;
    const after = { ...before, mode, uid: wanted.uid ?? before.uid, gid: wanted.gid ?? before.gid };
    return sameBelow(before, after) ? [] : [{ before, after }];
  });
}

export function sameBelow(one: Below, other: Below): boolean {
  return (
    one.uid === other.uid &&
    one.gid === other.gid &&
    (one.type === "link" || one.mode === other.mode)
  );
}

/** Puts owners and modes back, unless somebody changed them since. What is gone is left gone. */
export async function undoBelow(
  host: HostSession,
  folder: string,
  before: readonly Below[],
  left: readonly Below[] | undefined,
): Promise<Undone> {
  if (before.length === 0) return { kind: "already" };
  const now = new Map((await listBelow(host, folder)).map((one) => [one.path, one]));
  const found = before.flatMap((one, index) => {
    const current = now.get(one.path);
    if (current === undefined || sameBelow(current, one)) return [];
    return [{ before: one, current, left: left?.[index] }];
  });
  if (found.length === 0) return { kind: "already" };
  const drifted = found.filter(
    (one) => one.left !== undefined && !sameBelow(one.current, one.left),
  );
  if (drifted.length > 0) {
    const changes = drifted.map((one) => changeOf(one.left ?? one.before, one.current));
    return { kind: "drifted", changes };
  }
  const { out: me } = await demand(host, sh`id -u`);
  const command = setBelow(
    found.map((one) => one.before),
    Number(me),
  );
  const answer = await change(host, command);
  if (answer.code === 0) return { kind: "done" };
  const summary = `not everything below ${folder} could be put back`;
  return { kind: "failed", diagnostic: commandFailed(command, answer, summary) };
}

export function changeOf(before: Below, after: Below): Change {
  const words = ({ uid, gid, mode }: Below) => `${uid}:${gid} ${octal(mode)}`;
  return { what: before.path, before: words(before), after: words(after) };
}

/**
 * Gives entries their owners and modes. The list goes by standard input; what can be opened is changed through its
 * descriptor, so that a name that is turned into a link meanwhile leads nowhere.
 */
export function setBelow(entries: readonly Below[], me: number): Command {
  const lines = entries.map(({ type, uid, gid, mode, path }) => {
    const owner = me === 0 ? `${uid}:${gid}` : `:${gid}`;
    return `${type} ${owner} ${mode.toString(8).padStart(5, "0")}\n${path}\n`;
  });
  const opened =
    me === 0
      ? sh`( exec 3<"$p" && [ "$(readlink /proc/self/fd/3)" = "$p" ] && chown "$o" /proc/self/fd/3 && chmod "$m" /proc/self/fd/3 )`
      : sh`chown "$o" -- "$p" && chmod "$m" -- "$p"`;
  return withStdin(
    sh`( while IFS=' ' read -r t o m && IFS= read -r p; do case $t in link) chown -h "$o" -- "$p" ;; file | folder) ${opened} ;; *) [ ! -h "$p" ] && chown -h "$o" -- "$p" && chmod "$m" -- "$p" ;; esac || exit 1; done )`,
    lines.join(""),
  );
}
