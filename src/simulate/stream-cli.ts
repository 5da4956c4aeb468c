import { readFileSync } from "node:fs";
import { newestByInstance, type Bucket } from "./bucket.ts";
import { contentOf } from "./entry.ts";
import { openLmdb, type LmdbContent } from "./lmdb-file.ts";
import { merge } from "./merge.ts";
import type { Asked, Program, Said } from "./program.ts";
import { readStreamConfig, type StreamConfig } from "./stream-config.ts";

export interface StreamPrograms {
  readonly name: string;
  readonly bucket: Bucket;
}

const failed = (why: string, code = 1): Said => ({ code, err: `Error: ${why}\n` });

/** The program's commands beside the daemon. */
export function lightningstream(host: StreamPrograms): Program {
  return async (asked) => {
    const { file, rest } = wordsIn(asked.words);
    if (rest[0] === "version") return { out: "v1.0.0\n" };
    const text = file === "/dev/stdin" ? asked.stdin : textOf(asked.path(file));
    if (text === undefined) {
      return failed(`Load config file: open ${file}: no such file or directory`);
    }
    const config = readStreamConfig(text, asked.environment, host.name);
    if ("kind" in config) return failed(`Load config file: ${config.why}`);
    return await act(host, asked, config, rest);
  };
}

async function act(
  { bucket }: StreamPrograms,
  asked: Asked,
  config: StreamConfig,
  [command = "", verb = "", ...rest]: readonly string[],
): Promise<Said> {
  if (command === "dump") return dumped(readLocal(asked, config, rest), "pdns");
  if (bucket.trouble === "hangs") return failed("context deadline exceeded", 75);
  if (bucket.trouble === "refuses") return failed("list snapshots: connection refused");
  if (command === "receive") return receive(bucket, asked, config);
  if (command !== "snapshots")
    return failed(`unknown command "${command}" (this one is simulated)`);
  const [object = ""] = rest.filter((word) => !word.startsWith("-")).slice(-1);
  switch (verb) {
    case "list":
      return {
        out: bucket
          .list(config.prefix)
          .map((name) => `${name.slice(config.prefix.length)}\n`)
          .join(""),
      };
    case "dump": {
      const snapshot = bucket.get(config.prefix + object);
      if (snapshot === undefined) return failed(`open ${object}: file does not exist`);
      const at = rest.indexOf("-d");
      return dumped(snapshot.content, at === -1 ? undefined : rest[at + 1]);
    }
    case "remove":
      return bucket.remove(config.prefix + object) ? {} : failed("file does not exist");
    default:
      return failed(`unknown command "snapshots ${verb}" (this one is simulated)`);
  }
}

/** Loads the newest snapshot of everybody once. On an empty prefix there is nothing to wait for, and it says so by 0. */
function receive(bucket: Bucket, asked: Asked, config: StreamConfig): Said {
  for (const { name, path } of config.lmdbs) {
    const file = openLmdb(asked.path(path), "create");
    if (file.kind === "trouble") return failed(`lmdb env open ${path}: ${file.words}`);
    const names = bucket.list(`${config.prefix}${name}__`);
    const newest = newestByInstance(names.map((one) => one.slice(config.prefix.length)));
    for (const object of newest.values()) {
      const snapshot = bucket.get(config.prefix + object);
      if (snapshot !== undefined) file.write(merge(file.read(), snapshot.content));
    }
    file.close();
  }
  return {};
}

function readLocal(
  asked: Asked,
  config: StreamConfig,
  words: readonly string[],
): LmdbContent | undefined {
  const name = words.at(-1) ?? "main";
  const path = config.lmdbs.find((one) => one.name === name)?.path;
  const file = openLmdb(asked.path(path ?? ""), "must-exist");
  if (file.kind === "trouble") return undefined;
  const content = file.read();
  file.close();
  return content;
}

function dumped(content: LmdbContent | undefined, only: string | undefined): Said {
  if (content === undefined) return failed("the LMDB cannot be read");
  const lines: string[] = [];
  for (const [name, entries] of content.databases) {
    if (only !== undefined && only !== name) continue;
    lines.push(`### ${name}`);
    for (const [key, entry] of entries)
      lines.push(shownEntry(Buffer.from(key, "hex"), contentOf(entry)));
  }
  return { out: lines.map((line) => `${line}\n`).join("") };
}

function shownEntry(key: Buffer, content: Buffer): string {
  const printable = (bytes: Buffer): string => bytes.toString("latin1").replace(/[^ -~]/g, ".");
  const hex = content.toString("hex").match(/../g)?.join(" ") ?? "";
  return `${printable(key)}  =  ${printable(content)} [${hex}]  (flags=00)`;
}

function wordsIn(words: readonly string[]): {
  readonly file: string;
  readonly rest: readonly string[];
} {
  const rest: string[] = [];
  let file = "/etc/lightningstream.yml";
  let isCommand = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (isCommand) rest.push(word);
    else if (word === "-c" || word === "--config") file = words[++at] ?? "";
    else if (["--timeout", "--instance", "-i", "--log-format", "--minimum-pid"].includes(word))
      at++;
    else if (!word.startsWith("-")) {
      isCommand = true;
      rest.push(word);
    }
  }
  return { file, rest };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
