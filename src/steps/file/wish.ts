// What a path has to become, decided from what was seen; nothing here talks to a host.
import { posix } from "node:path";
import { sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Looked } from "../_file/look.ts";
import { parseMode } from "../_file/mode.ts";
import type { OwnerParams } from "../_file/params.ts";
import { givenBy, missingFolder, unknownName, wrong } from "../_file/put.ts";
import { isEverywhere } from "../_file/resources.ts";
import { same, type Standing } from "../_file/standing.ts";
import {
  chain,
  makeFolder,
  makeFoldersAbove,
  putBytes,
  putHardLink,
  putLink,
  removeAll,
  setAttributes,
  setLinkOwner,
  spotOf,
  type Given,
} from "../_file/write.ts";

export type State = "file" | "directory" | "absent" | "touch" | "link" | "hard";

export interface Params extends OwnerParams {
  readonly path: string;
  readonly state?: State;
  readonly src?: string;
  readonly recurse: boolean;
  readonly force: boolean;
  readonly follow: boolean;
  readonly access_time: "now" | "preserve";
  readonly modification_time: "now" | "preserve";
}

export type Wish =
  | { readonly kind: "satisfied" }
  | { readonly kind: "blocked"; readonly diagnostic: Diagnostic }
  | {
      readonly kind: "pending";
      readonly after: Standing;
      readonly command: Command;
      /** Device and inode of the file that it becomes another name of. */
      readonly sameAs?: string;
      /** Only times change: shown, and not taken back. */
      readonly timesOnly?: true;
    };

/** `source` is what `src` is on the host, for links. */
export function wishFor(params: Params, looked: Looked, source: Looked | undefined): Wish {
  const diagnostic = obstacle(params, looked);
  if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
  switch (stateOf(params, looked)) {
    case "absent":
      if (looked.now.kind === "absent") return { kind: "satisfied" };
      if (isEverywhere(looked.path)) {
        const hint = "Name what is in it that has to go.";
        return blocked("system-folder", `${looked.path} is never removed`, hint);
      }
      return {
        kind: "pending",
        after: { kind: "absent" },
        command: removeAll(spotOf(looked)),
      };
    case "file":
      return fileWish(params, looked);
    case "directory":
      return folderWish(params, looked);
    case "touch":
      return touchWish(params, looked);
    case "link":
      return linkWish(params, looked, source);
    case "hard":
      return hardLinkWish(params, looked, source);
  }
}

/** Without `state`: what is there stays what it is. */
export function stateOf({ state, recurse }: Params, { now }: Pick<Looked, "now">): State {
  if (state !== undefined) return state;
  if (recurse || now.kind === "directory") return "directory";
  return now.kind === "link" ? "link" : "file";
}

function obstacle({ owner, group, mode }: Params, looked: Looked): Diagnostic | undefined {
  if (looked.obstacle !== undefined) return looked.obstacle;
  if (looked.owner === null) return unknownName("user", String(owner));
  if (looked.group === null) return unknownName("group", String(group));
  const parsed = mode === undefined ? undefined : parseMode(mode);
  return parsed?.kind === "problem" ? parsed.diagnostic : undefined;
}

function fileWish(params: Params, looked: Looked): Wish {
  const { now, path } = looked;
  if (now.kind === "absent") {
    const hint = "Make it with `copy`, or an empty one with `state: touch`.";
    return blocked("no-file", `${path} does not exist`, hint);
  }
  if (now.kind === "directory") {
    return blocked("is-a-folder", `${path} is a folder`, "Say `state: directory`.");
  }
  return attributesWish(params, looked);
}

function folderWish(params: Params, looked: Looked): Wish {
  const { now, path } = looked;
  if (now.kind === "directory") return attributesWish(params, looked);
  if (now.kind !== "absent") {
    const hint = "Remove it first: `state: absent`.";
    return blocked("not-a-folder", `${path} is there and is not a folder`, hint);
  }
  const given = givenBy(looked, params, true);
  const command = chain([...makeFoldersAbove(looked, given), makeFolder(spotOf(looked), given)]);
  return { kind: "pending", after: { kind: "directory", ...owned(looked, given) }, command };
}

function touchWish(params: Params, looked: Looked): Wish {
  const { now } = looked;
  if (now.kind === "absent") {
    const diagnostic = missingFolder(looked);
    if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
    const attributes = givenBy(looked, params);
    const command = putBytes(spotOf(looked), new Uint8Array(), { attributes });
    const after = { kind: "file", ...owned(looked, attributes), size: 0 } as const;
    return { kind: "pending", after, command };
  }
  const wish = attributesWish(params, looked);
  const times = [
    ...(params.access_time === "now" ? ["-a"] : []),
    ...(params.modification_time === "now" ? ["-m"] : []),
  ];
  if (times.length === 0 || wish.kind === "blocked") return wish;
  const { folder, name } = spotOf(looked);
  const touched = sh`( cd -P -- ${folder} && touch -c -h ${times} -- ./${name} )`;
  if (wish.kind === "pending") return { ...wish, command: chain([wish.command, touched]) };
  return { kind: "pending", after: now, command: touched, timesOnly: true };
}

function attributesWish(params: Params, looked: Looked): Wish {
  const { now } = looked;
  if (now.kind === "absent") return { kind: "satisfied" };
  if (now.kind === "link") return linkOwnerWish(params, looked, now);
  const given = attributesOf(params, looked, now);
  const after: Standing = { ...now, ...given };
  if (same(now, after)) return { kind: "satisfied" };
  const how = now.kind === "other" ? "by-name" : "open";
  return { kind: "pending", after, command: setAttributes(spotOf(looked), given, how) };
}

function attributesOf(
  { mode }: Params,
  { umask, owner, group }: Looked,
  now: Exclude<Standing, { kind: "absent" | "link" }>,
): Required<Given> {
  const parsed = mode === undefined ? undefined : parseMode(mode);
  const of = { current: now.mode, directory: now.kind === "directory", umask };
  return {
    mode: parsed?.kind === "mode" ? parsed.on(of) : now.mode,
    uid: owner ?? now.uid,
    gid: group ?? now.gid,
  };
}

function linkOwnerWish(
  { mode }: Params,
  looked: Looked,
  now: Extract<Standing, { kind: "link" }>,
): Wish {
  if (mode !== undefined) {
    const hint = "Remove `mode`, or name what the link leads to.";
    return blocked("link-mode", "a symbolic link has no mode of its own", hint);
  }
  const who = { uid: looked.owner ?? now.uid, gid: looked.group ?? now.gid };
  const after: Standing = { ...now, ...who };
  if (same(now, after)) return { kind: "satisfied" };
  return { kind: "pending", after, command: setLinkOwner(spotOf(looked), who) };
}

function linkWish(params: Params, looked: Looked, source: Looked | undefined): Wish {
  const { now, path, me } = looked;
  const { src, force } = params;
  if (src === undefined) {
    if (now.kind === "link") return linkOwnerWish(params, looked, now);
    return blocked("no-source", "a link needs `src`", "Say what it has to lead to.");
  }
  if (params.mode !== undefined) return linkOwnerWish(params, looked, noLink(src, me));
  if (source?.now.kind === "absent" && !force) {
    const hint = "Make it first, or set `force: true` for a link that leads nowhere yet.";
    return blocked("no-source", `${src} does not exist on the host`, hint);
  }
  if (now.kind === "link" && now.target === src) return linkOwnerWish(params, looked, now);
  const diagnostic = missingFolder(looked) ?? occupied(now, path, force);
  if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
  const who = {
    ...(looked.owner === undefined || looked.owner === null ? {} : { uid: looked.owner }),
    ...(looked.group === undefined || looked.group === null ? {} : { gid: looked.group }),
  };
  const after = { ...noLink(src, me), ...who };
  return { kind: "pending", after, command: putLink(spotOf(looked), src, who) };
}

function hardLinkWish(params: Params, looked: Looked, source: Looked | undefined): Wish {
  const { now, path, inode } = looked;
  const { src, force, owner, group, mode } = params;
  if (src === undefined || source === undefined) {
    return blocked("no-source", "a hard link needs `src`", "Say which file it is another name of.");
  }
  if (owner !== undefined || group !== undefined || mode !== undefined) {
    const hint = `Set them in a task of their own, for ${src}.`;
    return blocked("hard-link-owner", "owner and mode of a hard link are those of `src`", hint);
  }
  if (source.now.kind !== "file") {
    return blocked("no-source", `${src} is not a file on the host`, "Make it first.");
  }
  if (inode !== undefined && inode === source.inode) return { kind: "satisfied" };
  const diagnostic = missingFolder(looked) ?? occupied(now, path, force);
  if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
  const sameAs = source.inode === undefined ? {} : { sameAs: source.inode };
  const command = putHardLink(spotOf(looked), source.path);
  return { kind: "pending", after: source.now, command, ...sameAs };
}

/** A link replaces a link; anything else only when it is told to, and a folder never. */
function occupied(now: Standing, path: string, force: boolean): Diagnostic | undefined {
  switch (now.kind) {
    case "absent":
    case "link":
      return undefined;
    case "file":
      return force
        ? undefined
        : wrong("occupied", `${path} is a file`, "Set `force: true` to replace it.");
    case "directory":
      return wrong("occupied", `${path} is a folder`, "Remove it first: `state: absent`.");
    case "other":
      return wrong("occupied", `${path} is a ${now.what}`, "Remove it first: `state: absent`.");
  }
}

/** `src` of a link as the host will read it: relative to where the link is. */
export function sourcePath({ src, path, state }: Params): string | undefined {
  if (src === undefined || (state !== "link" && state !== "hard")) return undefined;
  return posix.resolve(posix.dirname(path), src);
}

function noLink(target: string, me: number): Extract<Standing, { kind: "link" }> {
  return { kind: "link", target, uid: me, gid: me };
}

function owned({ me }: Looked, { mode, uid, gid }: Given): Required<Given> {
  return { mode, uid: uid ?? me, gid: gid ?? me };
}

function blocked(word: string, summary: string, hint: string): Wish {
  return { kind: "blocked", diagnostic: wrong(word, summary, hint) };
}
