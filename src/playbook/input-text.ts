import type { Json } from "../model/json.ts";
import type { JsonSchema } from "./step-schema.ts";

/**
 * A text from the command line in the type that is wanted: `-e count=3` cannot say that 3 is a number. A text that does
 * not fit stays as it is, to be refused with its type.
 */
export function asWanted(value: Json, schema: JsonSchema): Json {
  if (typeof value !== "string") return value;
  switch (schema["type"]) {
    case "integer":
      return /^[-+]?\d+$/.test(value) && Number.isSafeInteger(Number(value))
        ? Number(value)
        : value;
    case "number":
      return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value) ? Number(value) : value;
    case "boolean":
      if (/^(?:true|yes|on)$/i.test(value)) return true;
      return /^(?:false|no|off)$/i.test(value) ? false : value;
    default:
      return value;
  }
}
