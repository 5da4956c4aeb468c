/**
 * A state folder that a team shares belongs to a group and hands it on (mode 2770). What is made in it is for the group,
 * whatever the umask of whoever makes it; in any other folder it is for its owner alone.
 */
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";

const GROUP_OWNED = 0o2070;

async function isShared(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  return (mode & GROUP_OWNED) === GROUP_OWNED;
}

/** A new file in the folder; rejects with EEXIST where there is one. */
export async function createIn(folder: string, path: string): Promise<FileHandle> {
  const file = await open(path, "wx", 0o600);
  if (await isShared(folder)) await file.chmod(0o660);
  return file;
}
