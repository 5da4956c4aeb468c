import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
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

const MIB = 1024 * 1024;
const LONGEST_OUTPUT = 64 * MIB;
const SMALL = 64 * 1024;
const DEFAULT_SECONDS = 30;

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
        return statSync(absolute(path)).isDirectory() ? "folder" : "file";
      } catch {
        return "absent";
      }
    },
    list: (path) => readdir(absolute(path)),
    async read(path) {
      const full = absolute(path);
      try {
        const { mode, size } = statSync(full);
        // Hundreds of small files cost less than as many turns of the thread pool.
        const bytes = size > SMALL ? await readFile(full) : readFileSync(full);
        return { kind: "bytes", path: full, bytes, mode };
      } catch (thrown) {
        const code = errorCode(thrown);
        if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent", path: full };
        return { kind: "unreadable", path: full, reason: REASONS.get(code) ?? code };
      }
    },
    run: (path, args) => runProgram(absolute(path), args, folder),
  };
}

/** Its output is wanted whole, and soon; what it has started itself ends with it. */
function runProgram(path: string, args: readonly string[], cwd: string): Promise<ScriptOutput> {
  const seconds = Number(process.env["RUNBOOK_INVENTORY_TIMEOUT"] ?? DEFAULT_SECONDS);
  return new Promise((done) => {
    const child = spawn(path, [...args], {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out = { stdout: [] as Buffer[], stderr: [] as Buffer[], size: 0 };
    const end = (reason: string): void => {
      clearTimeout(deadline);
      done({ kind: "not-started", reason });
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended in this very moment.
      }
    };
    const deadline = setTimeout(() => {
      end(`no answer within ${String(seconds)} s (RUNBOOK_INVENTORY_TIMEOUT is another number)`);
    }, seconds * 1000);
    const keep = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
      out.size += chunk.length;
      if (out.size > LONGEST_OUTPUT) end(`more than ${String(LONGEST_OUTPUT / MIB)} MiB of output`);
      else out[stream].push(chunk);
    };
    child.stdout.on("data", keep("stdout"));
    child.stderr.on("data", keep("stderr"));
    child.on("error", (error) => {
      clearTimeout(deadline);
      const code = errorCode(error);
      // The script itself is there: it has been looked at.
      const reason =
        code === "ENOENT" ? "the program in its first line does not exist" : REASONS.get(code);
      done({ kind: "not-started", reason: reason ?? error.message });
    });
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      if (code === null) done({ kind: "not-started", reason: `it was ended by ${String(signal)}` });
      else {
        const [stdout, stderr] = [out.stdout, out.stderr].map((parts) => Buffer.concat(parts));
        done({ kind: "exited", code, stdout: String(stdout), stderr: String(stderr) });
      }
    });
  });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "is a folder"],
  ["ELOOP", "too many symbolic links"],
]);

function errorCode(thrown: unknown): string {
  return typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    typeof thrown.code === "string"
    ? thrown.code
    : "unknown error";
}
