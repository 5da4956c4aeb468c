/**
 * Where the socket of a run is: in a folder of the state folder that only its owner may enter. The address of a socket has
 * room for about a hundred bytes; where the state folder is deeper than that, a link there leads to a folder among the
 * temporary ones, as private as this one.
 */
import { createHash } from "node:crypto";
import { lstat, mkdir, readlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { errorCode } from "../../lib/error-words.ts";
import type { RunId } from "../../model/ids.ts";

/** 107 on Linux, 103 elsewhere; what is longer is cut off by some systems without a word. */
const LONGEST = 100;

export interface SocketPlace {
  /** Where it is looked for. */
  readonly path: string;
  /** Where it is, when that is elsewhere. */
  readonly target: string;
}

export function socketPlace(stateFolder: string, run: RunId): SocketPlace {
  const path = join(resolve(stateFolder), `control-${userInfo().uid}`, `${run}.sock`);
  if (Buffer.byteLength(path) <= LONGEST) return { path, target: path };
  const name = createHash("sha256").update(path).digest("hex").slice(0, 20);
  return { path, target: join(tmpdir(), `runbook-${userInfo().uid}`, `${name}.sock`) };
}

/** Undefined: it is this user's, and nobody else may enter it. */
export async function makePrivate(folder: string): Promise<string | undefined> {
  const made = await mkdir(folder, { mode: 0o700 }).catch(errorCode);
  if (made !== undefined && made !== "EEXIST") return `${folder} cannot be made: ${made}`;
  return notPrivate(folder);
}

/** Where a run's socket is, as its controller left it; a string says why it is not asked. */
export async function findSocket(
  stateFolder: string,
  run: RunId,
): Promise<{ readonly target: string } | "absent" | { readonly refused: string }> {
  const { path } = socketPlace(stateFolder, run);
  const target = await readlink(path).catch(() => path);
  const found = await lstat(target).catch(() => undefined);
  if (!found) return "absent";
  for (const folder of new Set([dirname(path), dirname(target)])) {
    const refused = await notPrivate(folder);
    if (refused !== undefined) return { refused };
  }
  if (!found.isSocket()) return { refused: `${target} is no socket` };
  return found.uid === userInfo().uid
    ? { target }
    : { refused: `${target} belongs to another user` };
}

async function notPrivate(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return `${folder} is no folder`;
  if (found.uid !== userInfo().uid) return `${folder} belongs to another user`;
  return (found.mode & 0o077) === 0 ? undefined : `others may enter ${folder}`;
}
