import { reasonOf } from "../../lib/reason.ts";
import { readFile } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import { utils } from "./ssh2.ts";

/** What a private key file holds. */
export type KeyFile =
  | { readonly kind: "key"; readonly file: string; readonly key: ParsedKey }
  /** `publicKey`: from the .pub file beside it, so that an agent can be asked for exactly this key. */
  | { readonly kind: "encrypted"; readonly file: string; readonly publicKey?: Buffer }
  | { readonly kind: "missing"; readonly file: string }
  | { readonly kind: "unusable"; readonly file: string; readonly reason: string };

/** Reads private keys once per run: decoding some of them costs more than a login. */
export class KeyFiles {
  readonly #read = new Map<string, Promise<KeyFile>>();

  load(file: string): Promise<KeyFile> {
    const before = this.#read.get(file);
    if (before !== undefined) return before;
    const loading = loadKey(file);
    this.#read.set(file, loading);
    return loading;
  }
}

async function loadKey(file: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (problem) {
    const reason = reasonOf(problem);
    return reason.includes("ENOENT")
      ? { kind: "missing", file }
      : { kind: "unusable", file, reason };
  }
  const parsed = utils.parseKey(text);
  if (!(parsed instanceof Error)) {
    return parsed.isPrivateKey()
      ? { kind: "key", file, key: parsed }
      : { kind: "unusable", file, reason: "it is a public key" };
  }
  if (/passphrase/i.test(parsed.message) || text.includes("ENCRYPTED")) {
    const publicKey = await loadPublic(`${file}.pub`);
    return { kind: "encrypted", file, ...(publicKey === undefined ? {} : { publicKey }) };
  }
  const hint = text.includes("BEGIN PRIVATE KEY") ? "; convert it with ssh-keygen -p -f" : "";
  return { kind: "unusable", file, reason: `${parsed.message}${hint}` };
}

async function loadPublic(file: string): Promise<Buffer | undefined> {
  try {
    const parsed = utils.parseKey(await readFile(file, "utf8"));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    return undefined;
  }
}
