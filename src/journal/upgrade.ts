/**
 * Journals of older releases are upgraded when they are read, one format at a time, for ever (J4). The file stays as it was
 * written. A run that a younger release goes on with has lines of both: `run-resumed` says from where the younger are.
 */
import { FORMAT } from "../model/journal-entry.ts";
import type { JsonObject } from "../model/json.ts";

/** Makes an entry of one format into one of the next. */
type Step = (entry: JsonObject) => JsonObject;

/** The first makes format 1 into 2, and so on. None is ever removed. */
const STEPS: readonly Step[] = [sayFormatWhenResumed];

/** Format 2: whoever goes on with a run says in which format. */
function sayFormatWhenResumed(entry: JsonObject): JsonObject {
  switch (entry["type"]) {
    case "run-started":
      return { ...entry, format: 2 };
    case "run-resumed":
      return { ...entry, format: 2 };
    default:
      return entry;
  }
}

/**
 * Makes entry after entry of one journal into today's format: what is open of them, which is all that any format changed so
 * far. What is of a format that is not known stays as it is.
 */
export function upgrader(): (open: JsonObject) => JsonObject {
  let format: number = FORMAT;
  return (open) => {
    format = formatOf(open, format);
    if (format >= FORMAT || typeof open !== "object") return open;
    return STEPS.slice(Math.max(0, format - 1)).reduce((one, step) => step(one), open);
  };
}

function formatOf(entry: JsonObject | undefined, before: number): number {
  const { type, format } = entry ?? {};
  if (type !== "run-started" && type !== "run-resumed") return before;
  return typeof format === "number" ? format : before;
}
