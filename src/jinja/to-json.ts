import type { Json } from "../model/json.ts";
import { isMapping, textEntries } from "../lib/mapping.ts";
import { Timestamp, UnsafeText, VaultText, WholeFloat } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { dayText, momentText } from "./values/calendar.ts";
import {
  Bytes,
  Callable,
  Day,
  Dict,
  List,
  Moment,
  Nothing,
  Omit,
  Range,
  Span,
  Thing,
  Undefined,
} from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import { print } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

/** A result on its way out: forces everything, drops `omit` inside containers. */
export function jsonOf(datum: Datum): Json {
  if (datum === null || typeof datum === "string" || typeof datum === "boolean") return datum;
  if (typeof datum === "number") return finite(datum);
  // JSON has no larger integers: the nearest float is what every JSON reader makes of them.
  if (typeof datum === "bigint") return Number(datum);
  if (datum instanceof WholeFloat) return finite(datum.number);
  if (datum instanceof List)
    return datum
      .all()
      .filter((item) => !(item instanceof Omit))
      .map(jsonOf);
  if (datum instanceof Dict) return dictJson(datum);
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  if (datum instanceof Moment) return momentText(datum, " ");
  if (datum instanceof Day) return dayText(datum);
  throw notAValue(datum);
}

/** A problem where something inside is no value that a variable can hold. Forces everything. */
export function refuseUnstorable(datum: Datum): void {
  if (datum instanceof List) for (const item of datum.all()) refuseUnstorable(item);
  else if (datum instanceof Dict) for (const item of datum.values()) refuseUnstorable(item);
  else if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  else if (isNoValue(datum)) throw notAValue(datum);
}

function isNoValue(datum: Datum): boolean {
  return (
    datum instanceof Range ||
    datum instanceof Callable ||
    datum instanceof Thing ||
    datum instanceof Nothing ||
    datum instanceof Span
  );
}

function dictJson(dict: Dict): Json {
  const pairs: [string, Json][] = [];
  for (const [key, value] of dict.pairs())
    if (!(value instanceof Omit)) pairs.push([keyText(key), jsonOf(value)]);
  return Object.fromEntries(pairs);
}

/** Keys of JSON are text: None, numbers and booleans are written as JSON writes them. */
export function keyText(key: Datum): string {
  if (key === null) return "null";
  if (typeof key === "boolean") return key ? "true" : "false";
  return print(key);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw failed(`${print(value)} is not a value that can be passed on`);
  return value;
}

/** A problem for what can be computed with but is no value: ranges, functions, loops. */
export function notAValue(datum: Datum): Error {
  const message = `type '${typeName(datum)}' is no value that can be stored or passed on`;
  if (datum instanceof Nothing)
    return failed("the condition is false and there is no else", "Add `else …`");
  if (datum instanceof Range) return failed(message, "Add `| list`");
  if (datum instanceof Callable) return failed(message, `Call it: ${datum.name}()`);
  if (datum instanceof Span) return failed(message, "Use .days or .total_seconds()");
  if (datum instanceof Bytes) return failed(message, "Decode it: .decode()");
  return failed(message);
}

/**
 * A value without the distinctions that JSON cannot make. Text of `!unsafe` values is taken as it is; an encrypted value
 * cannot be shown and is a bug of the caller.
 */
export function toJson(value: Value): Json {
  if (typeof value === "bigint") return Number(value);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof UnsafeText) return value.text;
  if (value instanceof WholeFloat) return value.number;
  if (value instanceof VaultText) throw new TypeError("a vault value must be decrypted first");
  if (Array.isArray(value)) return value.map((item: Value) => toJson(item));
  if (value instanceof Timestamp) return value.iso.replace("T", " ");
  if (!isMapping(value)) return null;
  return Object.fromEntries(textEntries(value).map(([key, item]) => [key, toJson(item)]));
}
