import { existsSync } from "node:fs";
import { leaveLock, openLmdb, type LmdbContent, type LmdbTrouble } from "./lmdb-file.ts";
import type { Program, Said } from "./program.ts";

/** lmdb-utils, as far as `-n` goes. Words and numbers are those of version 0.9.24. */

export const mdbDump: Program = ({ words, path }) => {
  const options = optionsIn(words, "s");
  const file = openLmdb(path(options.rest[0] ?? ""), "must-exist");
  if (file.kind === "trouble") return failed("mdb_env_open", file);
  const content = file.read();
  file.close();
  leaveLock(path(options.rest[0] ?? ""));
  if (options.flags.has("l")) {
    return {
      out: [...content.databases.keys()]
        .toSorted()
        .map((name) => `${name}\n`)
        .join(""),
    };
  }
  const name = options.values.get("s") ?? "";
  const database = content.databases.get(name);
  if (database === undefined) return notFound;
  const pairs = [...database].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    out: `VERSION=3
format=bytevalue
database=${name}
type=btree
mapsize=104857600
maxreaders=126
db_pagesize=4096
HEADER=END
${pairs.map(([key, value]) => ` ${key}\n ${value}\n`).join("")}DATA=END
`,
  };
};

export const mdbStat: Program = ({ words, path }) => {
  const options = optionsIn(words, "s");
  const file = openLmdb(path(options.rest[0] ?? ""), "must-exist");
  if (file.kind === "trouble") return failed("mdb_env_open", file);
  const content = file.read();
  file.close();
  leaveLock(path(options.rest[0] ?? ""));
  const parts = [
    ...(options.flags.has("e") ? [environment(content)] : []),
    status("Main DB", content.databases.size),
    ...(options.flags.has("a")
      ? [...content.databases].map(([name, entries]) => status(name, entries.size))
      : []),
  ];
  return { out: parts.join("") };
};

export const mdbCopy: Program = ({ words, path }) => {
  const [from = "", to = ""] = optionsIn(words, "").rest;
  const file = openLmdb(path(from), "must-exist");
  if (file.kind === "trouble") return failed("mdb_copy: opening environment", file);
  const content = file.read();
  file.close();
  leaveLock(path(from));
  if (existsSync(path(to)))
    return { code: 1, err: "mdb_copy: copying failed, error 17 (File exists)\n" };
  const copy = openLmdb(path(to), "create");
  if (copy.kind === "trouble") return failed("mdb_copy: copying", copy);
  copy.write(content);
  copy.close();
  return {};
};

function optionsIn(words: readonly string[], withValue: string) {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const letter = word.slice(1);
    if (!word.startsWith("-")) rest.push(word);
    else if (withValue !== "" && letter === withValue) values.set(letter, words[++at] ?? "");
    else flags.add(letter);
  }
  return { flags, values, rest };
}

function failed(what: string, { number, words }: LmdbTrouble): Said {
  const err = what.startsWith("mdb_copy")
    ? `${what} failed, error ${number} (${words})\n`
    : `${what} failed, error ${number} ${words}\n`;
  return { code: 1, err };
}

const notFound: Said = {
  code: 1,
  err: "mdb_open failed, error -30798 MDB_NOTFOUND: No matching key/data pair found\n",
};

function status(name: string, entries: number): string {
  return `Status of ${name}\n  Tree depth: 1\n  Branch pages: 0\n  Leaf pages: 1\n  Overflow pages: 0\n  Entries: ${entries}\n`;
}

function environment({ transaction }: LmdbContent): string {
  return `Environment Info\n  Map address: (nil)\n  Map size: 104857600\n  Page size: 4096\n  Max pages: 25600\n  Number of pages used: 64\n  Last transaction ID: ${transaction}\n  Max readers: 126\n  Number of readers used: 0\n`;
}
