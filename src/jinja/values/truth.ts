import { WholeFloat } from "../../model/value.ts";
import { UndefinedProblem } from "../problem.ts";
import { Bytes, Dict, List, Nothing, Range, Span, Undefined } from "./datum.ts";
import type { Datum } from "./datum.ts";

/** Python's truth: empty and zero are false. */
export function truthy(datum: Datum): boolean {
  if (typeof datum === "boolean") return datum;
  if (datum === null || datum instanceof Nothing) return false;
  if (typeof datum === "string" || datum instanceof List || datum instanceof Range)
    return datum.length > 0;
  if (typeof datum === "number") return datum !== 0;
  if (typeof datum === "bigint") return datum !== 0n;
  if (datum instanceof WholeFloat) return datum.number !== 0;
  if (datum instanceof Dict) return datum.size > 0;
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  if (datum instanceof Bytes) return datum.bytes.length > 0;
  if (datum instanceof Span) return datum.micros !== 0n;
  return true;
}
