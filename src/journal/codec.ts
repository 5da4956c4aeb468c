/**
 * One line of a journal: `{"seq":1,"at":1764000000000,"entry":{…},"sealed":"…","hash":"…"}`.
 * `hash` is sha256 over the previous line's hash and this line without its hash, so an edit anywhere is seen. Fields named
 * in `SEALED` are taken out of the entry and travel encrypted in `sealed`.
 */
import { hash } from "node:crypto";
import { decodeValue, encodeValue } from "../lib/value-codec.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import { SEALED } from "../model/journal-entry.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { RunKey } from "./seal.ts";
import { seal, unseal } from "./seal.ts";

export const FIRST_HASH = "0".repeat(64);

export interface Encoded {
  /** With its newline. */
  readonly text: string;
  readonly hash: string;
}

export function encodeLine(
  line: JournalLine,
  previous: string,
  key: RunKey,
  wrappedKey?: string,
): Encoded {
  const { open, secret } = split(encodeValue(line.entry) as JsonObject);
  const body = JSON.stringify({
    seq: line.seq,
    at: line.at,
    entry: open,
    ...(wrappedKey !== undefined && { key: wrappedKey }),
    ...(secret !== undefined && { sealed: seal(key, JSON.stringify(secret), `line ${line.seq}`) }),
  });
  const hash = chain(previous, body);
  return { text: `${body.slice(0, -1)},"hash":"${hash}"}\n`, hash };
}

function chain(previous: string, body: string): string {
  return hash("sha256", previous + body);
}

function split(entry: JsonObject): { open: JsonObject; secret: JsonObject | undefined } {
  const names = SEALED[entry["type"] as JournalEntry["type"]] ?? [];
  const hidden = names.filter((name) => entry[name] !== undefined);
  if (hidden.length === 0) return { open: entry, secret: undefined };
  const open = Object.fromEntries(Object.entries(entry).filter(([name]) => !hidden.includes(name)));
  return { open, secret: Object.fromEntries(hidden.map((name) => [name, entry[name] as Json])) };
}

export type Decoded =
  | {
      readonly kind: "line";
      readonly line: JournalLine;
      readonly hash: string;
      readonly wrappedKey?: string;
    }
  /** Not JSON, or not a line of ours. */
  | { readonly kind: "garbage" }
  /** The chain is broken here: this line, or the one before it, is not what was written. */
  | { readonly kind: "altered" }
  /** Its sealed part cannot be opened with this key. */
  | { readonly kind: "locked" };

/** `keyOf` is asked for the run's key: with the wrapped key on the first line, with undefined on later ones. */
export function decodeLine(
  text: string,
  previous: string,
  keyOf: (wrapped: string | undefined) => RunKey | undefined,
): Decoded {
  const end = /,"hash":"([0-9a-f]{64})"\}$/.exec(text);
  const raw = end ? parsed(text) : undefined;
  if (!end || !raw || typeof raw["seq"] !== "number" || typeof raw["at"] !== "number")
    return { kind: "garbage" };
  const body = `${text.slice(0, end.index)}}`;
  const hash = end[1] ?? "";
  if (chain(previous, body) !== hash) return { kind: "altered" };
  const wrappedKey = typeof raw["key"] === "string" ? raw["key"] : undefined;
  if (wrappedKey !== undefined) keyOf(wrappedKey);
  let entry = raw["entry"] as JsonObject;
  if (typeof raw["sealed"] === "string") {
    const key = keyOf(undefined);
    const plain = key && unseal(key, raw["sealed"], `line ${raw["seq"]}`);
    if (plain === undefined) return { kind: "locked" };
    entry = { ...entry, ...(JSON.parse(plain) as JsonObject) };
  }
  const line: JournalLine = {
    seq: raw["seq"],
    at: raw["at"],
    entry: decodeValue(entry) as unknown as JournalEntry,
  };
  return { kind: "line", line, hash, ...(wrappedKey !== undefined && { wrappedKey }) };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
