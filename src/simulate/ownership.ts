import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";

/**
 * Nothing on a simulated host runs as this machine's root: a fleet that root starts gives its hosts to nobody. What this
 * process writes into a host has to belong to the same user as what the host's shells write.
 */
const NOBODY = 65534;

export const hostUser: { readonly uid: number; readonly gid: number } | undefined =
  userInfo().uid === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;

export function own(path: string): void {
  if (hostUser !== undefined) chownSync(path, hostUser.uid, hostUser.gid);
}

export function makeFolder(path: string, mode = 0o755): void {
  const made = mkdirSync(path, { recursive: true, mode });
  if (made === undefined || hostUser === undefined) return;
  // Every folder on the way, from the first that was new.
  for (let at = path; at.length >= made.length; at = at.slice(0, at.lastIndexOf("/"))) own(at);
}

export function writeOwned(path: string, text: string, mode = 0o644): void {
  makeFolder(path.slice(0, path.lastIndexOf("/")));
  writeFileSync(path, text, { mode });
  own(path);
}
