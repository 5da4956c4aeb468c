import { sh, type Command } from "../../model/command.ts";

/** One file of an LMDB. An inode and a size tell it apart from another file of that name. */
export type LmdbFile = { readonly name: string; readonly identity: string };

/**
 * Every file that an LMDB can have, in the order in which they are taken away: shards first, the main file last. With the
 * main file gone and a shard left, a server would start on a new main file and old records.
 */
export function orderOf(path: string): Command {
  const shards = sh`${path}-[0-9] ${path}-[0-9][0-9]`;
  const locks = sh`${path}-[0-9]-lock ${path}-[0-9][0-9]-lock ${path}-lock`;
  return sh`${shards} ${locks} ${path}`;
}

/** Prints the files that are there, in that order. */
export function listFiles(path: string): Command {
  return sh`for file in ${orderOf(path)}; do [ ! -e "$file" ] || stat -c 'lmdb %i/%s %n' -- "$file"; done`;
}

export function filesIn(printed: string): readonly LmdbFile[] {
  return [...printed.matchAll(/^lmdb (\d+\/\d+) (.*)$/gm)].map((line) => ({
    identity: line[1] ?? "",
    name: (line[2] ?? "").replace(/^.*\//, ""),
  }));
}
