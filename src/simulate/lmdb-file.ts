import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { own, writeOwned } from "./ownership.ts";

/**
 * The file that stands for an LMDB. It is text, and it is a real file: copies, renames, hashes and disks that are full work
 * on it as on the real one. Like the real one it belongs to an inode and not to a name, so a daemon whose file was moved
 * away goes on with it for ever.
 */
const MAGIC = "simulated LMDB 1\n";

export type Database = ReadonlyMap<string, string>;

export interface LmdbContent {
  readonly transaction: number;
  readonly databases: ReadonlyMap<string, Database>;
}

export const EMPTY: LmdbContent = { transaction: 0, databases: new Map() };

/** What `mdb_strerror` says. */
export interface LmdbTrouble {
  readonly kind: "trouble";
  readonly number: number;
  readonly words: string;
}

export interface OpenLmdb {
  readonly kind: "open";
  read(): LmdbContent;
  write(content: LmdbContent): void;
  close(): void;
}

interface Cached {
  readonly stamp: string;
  readonly content: LmdbContent;
}

/** Many daemons look at few files, again and again. */
const cache = new Map<string, Cached>();
const MOST_CACHED = 1000;

export function openLmdb(path: string, create: "create" | "must-exist"): OpenLmdb | LmdbTrouble {
  let file: number;
  try {
    file = openSync(path, create === "create" ? "a+" : "r+", 0o600);
    // Append mode would not write at the beginning.
    if (create === "create") {
      closeSync(file);
      own(path);
      file = openSync(path, "r+");
    }
  } catch (error) {
    return troubleOf(error);
  }
  const opened = handle(file);
  if (fstatSync(file).size === 0 && create === "create") opened.write(EMPTY);
  if (contentAt(file) === undefined) {
    closeSync(file);
    return { kind: "trouble", number: -30793, words: "MDB_INVALID: File is not an LMDB file" };
  }
  return opened;
}

/** Whoever opens an LMDB leaves this file beside it. */
export function leaveLock(path: string): void {
  if (!existsSync(`${path}-lock`)) writeOwned(`${path}-lock`, "", 0o600);
}

function handle(file: number): OpenLmdb {
  let isOpen = true;
  return {
    kind: "open",
    read: () => contentAt(file) ?? EMPTY,
    write: (content) => {
      const bytes = Buffer.from(encode(content));
      writeSync(file, bytes, 0, bytes.length, 0);
      ftruncateSync(file, bytes.length);
      remember(file, content);
    },
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function contentAt(file: number): LmdbContent | undefined {
  const { ino, size, mtimeMs } = fstatSync(file);
  const known = cache.get(String(ino));
  if (known?.stamp === `${size} ${mtimeMs}`) return known.content;
  const bytes = Buffer.alloc(size);
  readSync(file, bytes, 0, size, 0);
  const content = decode(bytes.toString());
  if (content !== undefined) remember(file, content);
  return content;
}

function remember(file: number, content: LmdbContent): void {
  const { ino, size, mtimeMs } = fstatSync(file);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(String(ino), { stamp: `${size} ${mtimeMs}`, content });
}

function encode({ transaction, databases }: LmdbContent): string {
  const lines = [`transaction ${transaction}`];
  for (const [name, entries] of databases) {
    lines.push(`database ${name}`);
    for (const [key, value] of entries) lines.push(` ${key} ${value}`);
  }
  return `${MAGIC}${lines.join("\n")}\n`;
}

function decode(text: string): LmdbContent | undefined {
  if (!text.startsWith(MAGIC) || !text.endsWith("\n")) return undefined;
  let transaction = 0;
  const databases = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.slice(MAGIC.length).split("\n")) {
    const [word = "", first = "", second = ""] = line.split(" ");
    if (word === "transaction") transaction = Number(first);
    if (word === "database") databases.set(first, (current = new Map()));
    if (word === "" && first !== "") current?.set(first, second);
  }
  return { transaction, databases };
}

function troubleOf(error: unknown): LmdbTrouble {
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "EIO";
  const known: { readonly [code: string]: readonly [number, string] } = {
    ENOENT: [2, "No such file or directory"],
    EACCES: [13, "Permission denied"],
    ENOSPC: [28, "No space left on device"],
    EISDIR: [21, "Is a directory"],
  };
  const [number, words] = known[code] ?? [5, "Input/output error"];
  return { kind: "trouble", number, words };
}

/** The content with some entries of one database set, in one transaction. */
export function withEntries(
  content: LmdbContent,
  name: string,
  entries: Iterable<readonly [string, string]>,
): LmdbContent {
  const databases = new Map(content.databases);
  databases.set(name, new Map([...(content.databases.get(name) ?? []), ...entries]));
  return { transaction: content.transaction + 1, databases };
}

export function withDatabases(content: LmdbContent, names: readonly string[]): LmdbContent {
  const missing = names.filter((name) => !content.databases.has(name));
  if (missing.length === 0) return content;
  const databases = new Map(content.databases);
  for (const name of missing) databases.set(name, new Map());
  return { transaction: content.transaction + 1, databases };
}
