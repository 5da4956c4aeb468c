import type { Json } from "../model/json.ts";
import { isMapping, textEntries } from "../lib/mapping.ts";
import { Timestamp, UnsafeText, VaultText, WholeFloat, type Value } from "../model/value.ts";

/**
 * A value as JSON Schema sees it, part by part at the same paths. A vault value is not decrypted for this: it passes
 * as a template, so that whatever it turns out to be is judged once it is rendered.
 */
export function plain(value: Value): Json {
  if (value instanceof UnsafeText) return value.text;
  if (value instanceof VaultText) return "{{ vault }}";
  if (value instanceof WholeFloat) return value.number;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Timestamp) return value.iso;
  if (isMapping(value)) {
    return Object.fromEntries(textEntries(value).map(([key, part]) => [key, plain(part)]));
  }
  if (typeof value === "object" && value !== null) return value.map(plain);
  return value;
}
