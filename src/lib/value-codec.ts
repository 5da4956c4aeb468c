/** Values as JSON and back: what JSON cannot tell apart travels as an object with one `$` key. */
import type { Json } from "../model/json.ts";
import {
  KeyedMap,
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
  type Value,
  type ValueKey,
} from "../model/value.ts";

export function encodeValue(value: unknown): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : { $number: String(value) };
  }
  if (typeof value === "bigint") return { $integer: value.toString() };
  if (value instanceof UnsafeText) return { $unsafe: value.text };
  if (value instanceof VaultText) return { $vault: value.ciphertext };
  if (value instanceof WholeFloat) return { $float: value.number };
  if (value instanceof Timestamp) return { $time: value.iso };
  if (value instanceof KeyedMap) {
    return { $pairs: value.entries.map(([key, one]) => [encodeValue(key), encodeValue(one)]) };
  }
  if (Array.isArray(value)) return value.map(encodeValue);
  const encoded: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
    if (inner === undefined) continue;
    encoded[key.startsWith("$") ? `$${key}` : key] = encodeValue(inner);
  }
  return encoded;
}

export function decodeValue(json: Json): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map(decodeValue);
  const entries = Object.entries(json);
  const [only] = entries;
  if (only && entries.length === 1) {
    const special = decodeSpecial(only[0], only[1]);
    if (special !== undefined) return special;
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key.startsWith("$$") ? key.slice(1) : key, decodeValue(inner)]),
  );
}

function decodeSpecial(key: string, inner: Json): unknown {
  if (key === "$number" && typeof inner === "string") return Number(inner);
  if (key === "$integer" && typeof inner === "string") return BigInt(inner);
  if (key === "$unsafe" && typeof inner === "string") return new UnsafeText(inner);
  if (key === "$vault" && typeof inner === "string") return new VaultText(inner);
  if (key === "$float" && typeof inner === "number") return new WholeFloat(inner);
  if (key === "$time" && typeof inner === "string") return new Timestamp(inner);
  if (key === "$pairs" && Array.isArray(inner)) {
    // Written by `encodeValue`, from a `KeyedMap`.
    return new KeyedMap((inner as readonly Json[]).map(decodeValue) as [ValueKey, Value][]);
  }
  return undefined;
}
