import { failed, UndefinedProblem } from "../problem.ts";
import { Bytes, Dict, List, Nothing, Range, Undefined } from "./datum.ts";
import type { Datum } from "./datum.ts";
import { typeName } from "./type-name.ts";

/** The elements of anything that can be looped over; a problem for anything else. */
export function elements(datum: Datum): Datum[] {
  const found = elementsIfAny(datum);
  if (found === undefined) throw failed(`'${typeName(datum)}' object is not iterable`);
  return found;
}

export function elementsIfAny(datum: Datum): Datum[] | undefined {
  if (datum instanceof List) return datum.all();
  if (typeof datum === "string") return [...datum];
  if (datum instanceof Dict) return datum.keys();
  if (datum instanceof Range)
    return Array.from({ length: datum.length }, (_, index) => datum.start + index * datum.step);
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  if (datum instanceof Nothing) return [];
  if (datum instanceof Bytes) return [...datum.bytes];
  return undefined;
}

export function lengthOf(datum: Datum): number {
  if (typeof datum === "string") return codePoints(datum);
  if (datum instanceof List || datum instanceof Range) return datum.length;
  if (datum instanceof Dict) return datum.size;
  if (datum instanceof Bytes) return datum.bytes.length;
  if (datum instanceof Nothing) return 0;
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  throw failed(`object of type '${typeName(datum)}' has no len()`);
}

const HAS_SURROGATE = /[\ud800-\udfff]/;

export function codePoints(text: string): number {
  return HAS_SURROGATE.test(text) ? [...text].length : text.length;
}

/** An array of code points, or the text itself where each of its units is one: both have `length`, `[i]` and `slice`. */
export function units(text: string): string | string[] {
  return HAS_SURROGATE.test(text) ? [...text] : text;
}
