import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { FileBytes } from "../model/files.ts";

/** The file system as an inventory needs it. Paths may be relative to where the program was started. */
export interface InventoryFiles {
  /** Follows symbolic links. */
  kind(path: string): Promise<"file" | "folder" | "absent">;
  /** The names in a folder, in no particular order. */
  list(path: string): Promise<readonly string[]>;
  read(path: string): Promise<FileBytes>;
  /** The absolute path. */
  resolve(path: string): string;
  /** Runs an executable inventory. */
  run(path: string, args: readonly string[]): Promise<ScriptOutput>;
}

export type ScriptOutput =
  | {
      readonly kind: "exited";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "not-started"; readonly reason: string };

const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** The real file system, seen from a folder. */
export function inventoryFiles(folder: string): InventoryFiles {
  const absolute = (path: string) => {
    const home = path === "~" || path.startsWith("~/") ? process.env["HOME"] : undefined;
    const expanded = home === undefined ? path : home + path.slice(1);
    return isAbsolute(expanded) ? expanded : resolve(folder, expanded);
  };
  return {
    resolve: absolute,
    async kind(path) {
      try {
        const found = await stat(absolute(path));
        return found.isDirectory() ? "folder" : "file";
      } catch {
        return "absent";
      }
    },
    list: (path) => readdir(absolute(path)),
    async read(path) {
      const full = absolute(path);
      try {
        const { mode } = await stat(full);
        return { kind: "bytes", path: full, bytes: await readFile(full), mode };
      } catch (thrown) {
        const code = errorCode(thrown);
        if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent", path: full };
        return { kind: "unreadable", path: full, reason: REASONS.get(code) ?? code };
      }
    },
    run: (path, args) =>
      new Promise((done) => {
        const options = { cwd: folder, maxBuffer: LONGEST_OUTPUT, encoding: "utf8" } as const;
        execFile(absolute(path), [...args], options, (failure, stdout, stderr) => {
          const code = failure === null ? 0 : failure.code;
          if (typeof code === "number") done({ kind: "exited", code, stdout, stderr });
          else done({ kind: "not-started", reason: failure?.message ?? "it was killed" });
        });
      }),
  };
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "is a folder"],
  ["ELOOP", "too many symbolic links"],
]);

function errorCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : "unknown error";
}
