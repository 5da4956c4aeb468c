// The scripts that change a path. Each is one command, changes the path in one rename or one system call, and is safe
// for root in folders of others (S21): it stands in the real folder, works on an open descriptor that was made with
// O_EXCL, and never follows a link. They are chains of `&&`, because `set -e` is void wherever a status is asked for.
import { posix } from "node:path";
import { sh, withStdin, type Command } from "../../model/command.ts";
import type { Looked } from "./look.ts";

/** Where a change happens. */
export interface Spot {
  readonly folder: string;
  readonly name: string;
  readonly me: number;
}

export function spotOf(looked: Pick<Looked, "path" | "folder" | "me">): Spot {
  return { folder: looked.folder, name: posix.basename(looked.path), me: looked.me };
}

/** What a path is given; an owner or group that is not named is what comes by itself. */
export interface Given {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface PutOptions {
  readonly attributes: Given;
  /** Words of a command that judges the new file; `%s` in them is its path. */
  readonly validate?: readonly string[];
  /** The name for a copy of the old file beside it. */
  readonly backup?: string;
}

/** Status of a put whose `validate` said no. */
export const REFUSED = 70;

/** Puts a file with these bytes in place, by rename, when it and its folder are on disk. */
export function putBytes(spot: Spot, bytes: Uint8Array, options: PutOptions): Command {
  return withStdin(put(spot, sh`cat >&3`, options), bytes);
}

/** Puts a copy of another file on the host in place. */
export function putCopy(spot: Spot, source: Command, options: PutOptions): Command {
  return put(spot, sh`cat <${source} >&3`, options);
}

function put(spot: Spot, fill: Command, { attributes, validate, backup }: PutOptions): Command {
  const here = sh`./${spot.name}`;
  return inFolder(spot, [
    sh`umask 077`,
    TEMPORARY,
    sh`set -C && exec 3>"$t" && set +C && [ -f "$t" ]`,
    fill,
    sh`sync /proc/self/fd/3`,
    ...own(spot, sh`/proc/self/fd/3`, attributes),
    ...(validate === undefined
      ? []
      : [sh`{ { ${validated(validate)}; } >&2 3>&- || exit ${REFUSED}; }`]),
    ...(backup === undefined ? [] : [sh`cp -pf -- ${here} ./${backup}`]),
    // Where SELinux is on, a new file gets the label of the one it replaces.
    sh`if [ -e /sys/fs/selinux/enforce ] && [ -f ${here} ] && command -v chcon >/dev/null; then chcon --reference=${here} -- "$t"; fi`,
    sh`exec 3>&-`,
    ...intoPlace(spot),
  ]);
}

/** Gives an existing path other attributes; `by-name` for what cannot be opened, such as a device. */
export function setAttributes(spot: Spot, wanted: Given, how: "open" | "by-name"): Command {
  const here = sh`./${spot.name}`;
  // Only root can be led astray, and only root can open everything.
  if (how === "by-name" || spot.me !== 0) {
    return inFolder(spot, [sh`[ ! -h ${here} ]`, ...own(spot, here, wanted)]);
  }
  const real = spot.folder === "/" ? `/${spot.name}` : `${spot.folder}/${spot.name}`;
  return inFolder(spot, [
    sh`exec 3<${here}`,
    sh`[ "$(readlink /proc/self/fd/3)" = ${real} ]`,
    ...own(spot, sh`/proc/self/fd/3`, wanted),
  ]);
}

/** Gives a symbolic link itself another owner. */
export function setLinkOwner(spot: Spot, wanted: Omit<Given, "mode">): Command {
  return inFolder(spot, [
    sh`[ -h ./${spot.name} ]`,
    ...owning(spot, sh`-h ./${spot.name}`, wanted),
  ]);
}

/** Makes a folder; its parent exists. */
export function makeFolder(spot: Spot, wanted: Given): Command {
  const here = sh`./${spot.name}`;
  return inFolder(spot, [sh`umask 077`, sh`mkdir -- ${here}`, ...own(spot, here, wanted), SYNC]);
}

/** Makes the folders above a path that are missing, outermost first. */
export function makeFoldersAbove(looked: Looked, wanted: Given): readonly Command[] {
  const depth = looked.missing.length;
  return Array.from({ length: depth }, (_, index) => {
    const above = "../".repeat(depth - 1 - index);
    const real = posix.join(looked.folder, above);
    const spot = { folder: posix.dirname(real), name: posix.basename(real), me: looked.me };
    return makeFolder(spot, wanted);
  });
}

/** Puts a symbolic link in place, over whatever is there but a folder. */
export function putLink(spot: Spot, target: string, who: Omit<Given, "mode">): Command {
  const link = [TEMPORARY, sh`ln -s -- ${target} "$t"`, ...owning(spot, sh`-h "$t"`, who)];
  return inFolder(spot, [...link, ...intoPlace(spot)]);
}

/** Puts a hard link in place, over whatever is there but a folder. */
export function putHardLink(spot: Spot, source: string): Command {
  return inFolder(spot, [TEMPORARY, sh`ln -- ${source} "$t"`, ...intoPlace(spot)]);
}

/** Puts a copy of a folder in place, where nothing is. */
export function putTree(spot: Spot, source: Command): Command {
  const copy = [TEMPORARY, sh`cp -a -- ${source} "$t"`, SYNC_TREE];
  return inFolder(spot, [...copy, sh`[ ! -e ./${spot.name} ]`, ...intoPlace(spot)]);
}

/** Removes a path with everything below it. */
export function removeAll(spot: Spot): Command {
  return inFolder(spot, [sh`rm -rf -- ./${spot.name}`, SYNC]);
}

/** Removes a folder, and only when it is empty. */
export function removeEmptyFolder(spot: Spot): Command {
  return inFolder(spot, [sh`rmdir -- ./${spot.name}`, SYNC]);
}

/** One command after the other, as long as they succeed. */
export function chain(commands: readonly Command[]): Command {
  return commands.reduce((all, next) => sh`${all} && ${next}`);
}

const SYNC = sh`sync .`;

/** Brings everything below `$t` to disk, and nothing else that the host has to write. */
export const SYNC_TREE = sh`find "$t" '(' -type f -o -type d ')' -exec sync {} +`;

/** A name that nobody can know beforehand, and that is gone when the script ends. */
const TEMPORARY = sh`t=$(mktemp -u ./.runbook.XXXXXXXX) && trap 'rm -rf -- "$t"' EXIT`;

/** Stands in the real folder: names in it are then not affected by what is renamed above it. */
function inFolder(spot: Spot, commands: readonly Command[]): Command {
  const enter = [sh`cd -P -- ${spot.folder}`, sh`[ "$(pwd -P)" = ${spot.folder} ]`];
  return sh`( ${chain([...enter, ...commands])} )`;
}

function intoPlace(spot: Spot): readonly Command[] {
  return [sh`mv -fT -- "$t" ./${spot.name}`, SYNC];
}

/** The mode comes after the owner, because a new owner costs set-user-id. Five digits: four keep it on folders. */
function own(spot: Spot, what: Command, wanted: Given): readonly Command[] {
  const mode = wanted.mode.toString(8).padStart(5, "0");
  return [...owning(spot, what, wanted), sh`chmod ${mode} ${what}`];
}

function owning(spot: Spot, what: Command, { uid, gid }: Omit<Given, "mode">): readonly Command[] {
  const owner = uid === spot.me && spot.me !== 0 ? undefined : uid;
  if (owner === undefined && gid === undefined) return [];
  return [sh`chown ${gid === undefined ? `${owner}` : `${owner ?? ""}:${gid}`} ${what}`];
}

function validated(words: readonly string[]): Command {
  return words
    .map((word) =>
      word
        .split("%s")
        .map((part) => (part === "" && word !== "" ? sh`` : sh`${part}`))
        .reduce((line, part) => sh`${line}"$PWD/$t"${part}`),
    )
    .reduce((line, word) => sh`${line} ${word}`);
}
