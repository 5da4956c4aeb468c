import { createHash } from "node:crypto";
import type { Json } from "../model/json.ts";
import { stableJson } from "./stable-json.ts";

/** Equal for equal values, whatever the order of their keys. */
export function digestOf(value: Json): string {
  return createHash("sha256").update(stableJson(value)).digest("hex");
}
