import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { InventoryFiles, ScriptOutput } from "../../src/inventory/files.ts";
import { loadInventory, type InventoryRequest } from "../../src/inventory/load.ts";

/** Files in memory, by path; a path that is the beginning of others is a folder. */
export interface MemoryFile {
  readonly text: string | Uint8Array;
  readonly mode?: number;
}

export function memoryFiles(
  files: { readonly [path: string]: string | MemoryFile },
  run: (path: string, args: readonly string[]) => ScriptOutput = () => ({
    kind: "not-started",
    reason: "there are no programs here",
  }),
): InventoryFiles {
  const clean = (path: string) => path.replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
  const paths = Object.keys(files);
  return {
    resolve: (path) =>
      path === "." ? "/work" : path.startsWith("/") ? path : `/work/${clean(path)}`,
    kind(path) {
      const name = clean(path);
      if (Object.hasOwn(files, name)) return Promise.resolve("file");
      const folder = name === "." || paths.some((one) => one.startsWith(`${name}/`));
      return Promise.resolve(folder ? "folder" : "absent");
    },
    list(path) {
      const prefix = clean(path) === "." ? "" : `${clean(path)}/`;
      const inside = paths.filter((one) => one.startsWith(prefix));
      const names = inside.map((one) => one.slice(prefix.length).split("/")[0] ?? "");
      return Promise.resolve([...new Set(names)]);
    },
    read(path) {
      const file = files[clean(path)];
      const full = `/work/${clean(path)}`;
      if (file === undefined) return Promise.resolve({ kind: "absent", path: full });
      const { text, mode = 0o644 } = typeof file === "string" ? { text: file } : file;
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      return Promise.resolve({ kind: "bytes", path: full, bytes, mode });
    },
    run: (path, args) => Promise.resolve(run(path, args)),
  };
}

/** Loads from files in memory; the source is `hosts` where none is named. */
export function load(
  files: { readonly [path: string]: string | MemoryFile },
  request: Partial<InventoryRequest> = {},
) {
  return loadInventory({
    sources: ["hosts"],
    extraVars: [],
    vaultSecrets: [],
    files: memoryFiles(files),
    ...request,
  });
}

/** `code file:line:column` of each problem. */
export function said(problems: readonly Diagnostic[]): readonly string[] {
  return problems.map(({ code, at }) =>
    at === undefined ? code : `${code} ${at.file}:${String(at.line)}:${String(at.column)}`,
  );
}
