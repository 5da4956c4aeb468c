/** The controller's file system behind `ControllerFiles`: relative paths are looked up in folders, replaced by rename. */
import { existsSync } from "node:fs";
import { chmod, chown, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { ControllerFiles, FileBytes, FileWritten } from "../model/files.ts";
import type { FilesSeen } from "./files-seen.ts";

export function createControllerFiles(
  folders: readonly string[],
  seen?: FilesSeen,
): ControllerFiles {
  const find = (path: string): string => {
    if (isAbsolute(path)) return path;
    const candidates = folders.map((folder) => resolve(folder, path));
    return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? resolve(path);
  };
  return {
    resolve: find,
    async read(path): Promise<FileBytes> {
      const absolute = find(path);
      try {
        const [bytes, { mode }] = await Promise.all([readFile(absolute), stat(absolute)]);
        seen?.note(absolute, bytes);
        return { kind: "bytes", path: absolute, bytes, mode: mode & 0o7777 };
      } catch (error) {
        seen?.note(absolute, undefined);
        if (errorCode(error) === "ENOENT") return { kind: "absent", path: absolute };
        return { kind: "unreadable", path: absolute, reason: errorText(error) };
      }
    },
    async replace(path, bytes): Promise<FileWritten> {
      const absolute = find(path);
      const folder = dirname(absolute);
      const temporary = join(folder, `.runbook-${process.pid}-${Date.now()}`);
      try {
        const before = await stat(absolute).catch(() => undefined);
        const file = await open(temporary, "wx", 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        if (before) {
          await chown(temporary, before.uid, before.gid).catch(() => undefined);
          await chmod(temporary, before.mode & 0o7777);
        } else {
          await chmod(temporary, 0o644);
        }
        await rename(temporary, absolute);
        const holder = await open(folder, "r");
        try {
          await holder.sync();
        } finally {
          await holder.close();
        }
        return { kind: "written" };
      } catch (error) {
        await rm(temporary, { force: true });
        return { kind: "failed", reason: errorText(error) };
      }
    },
  };
}
