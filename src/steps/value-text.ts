import type { Json } from "../model/json.ts";

/** A value for people: text as it is, anything else as JSON with two spaces. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
