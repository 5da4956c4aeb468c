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
      readonly seq: number;
      readonly at: number;
      /** Without what is sealed. */
      readonly open: JsonObject;
      readonly hash: string;
      readonly wrappedKey: string | undefined;
      /** Where in the line its sealed part is, counted in bytes from the line's end. */
      readonly sealed: { readonly fromEnd: number; readonly bytes: number } | undefined;
    }
  /** Not JSON, or not a line of ours. */
  | { readonly kind: "garbage" }
  /** The chain is broken here: this line, or the one before it, is not what was written. */
  | { readonly kind: "altered" };

const HASH = ',"hash":"';
const SEAL = ',"sealed":"';
/** Of the hash with its name, its quotes, and the brace that ends the line. */
const TAIL = HASH.length + FIRST_HASH.length + 2;

/** What is sealed stays where it is; it is neither parsed nor copied. */
export function decodeLine(text: string, previous: string): Decoded {
  const end = text.length - TAIL;
  if (end < 0 || !text.startsWith(HASH, end) || !text.endsWith('"}')) return { kind: "garbage" };
  const said = text.slice(end + HASH.length, -2);
  const sealed = sealedAt(text, end);
  const raw = parsed(`${text.slice(0, sealed?.begin ?? end)}}`);
  if (!raw || typeof raw["seq"] !== "number" || typeof raw["at"] !== "number")
    return { kind: "garbage" };
  // It would be taken for a line without one.
  if (raw["sealed"] !== undefined) return { kind: "garbage" };
  const own = chain(previous, `${text.slice(0, end)}}`);
  if (own !== said) return { kind: /^[0-9a-f]{64}$/.test(said) ? "altered" : "garbage" };
  const { seq, at, entry: open, key } = raw;
  return {
    kind: "line",
    seq,
    at,
    // Few lines have a value that JSON alone cannot hold.
    open: (text.includes('"$') ? decodeValue(open as Json) : open) as JsonObject,
    // Computed here, and so not a piece of the text, which would be kept with it.
    hash: own,
    wrappedKey: typeof key === "string" ? key : undefined,
    sealed: sealed && { fromEnd: text.length - sealed.text, bytes: end - 1 - sealed.text },
  };
}

/**
 * A seal is the last field before the hash. Nothing else looks like one there: base64 has no quotes, and inside a JSON
 * string a quote has a backslash before it.
 */
function sealedAt(text: string, end: number): { begin: number; text: number } | undefined {
  if (text[end - 1] !== '"') return undefined;
  const begin = text.lastIndexOf(SEAL, end - 1);
  const from = begin + SEAL.length;
  return begin >= 0 && text.indexOf('"', from) === end - 1 ? { begin, text: from } : undefined;
}

/** The fields that `encodeLine` sealed. Undefined: the key is another one, or they were changed. */
export function openSeal(key: RunKey, sealed: string, seq: number): JsonObject | undefined {
  const plain = unseal(key, sealed, `line ${seq}`);
  if (plain === undefined) return undefined;
  const fields = JSON.parse(plain) as JsonObject;
  return (plain.includes('"$') ? decodeValue(fields) : fields) as JsonObject;
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
