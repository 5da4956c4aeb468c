import { WholeFloat } from "../../model/value.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import {
  Bytes,
  Day,
  Dict,
  List,
  Moment,
  Range,
  Span,
  Tuple,
  Undefined,
  readsStrictly,
} from "./datum.ts";
import type { Datum, MapKey } from "./datum.ts";
import { numeric } from "./number.ts";
import { repr } from "./print.ts";
import { typeName } from "./type-name.ts";

/** Python's `==`: numbers by value whatever their type, lists never equal to tuples. */
export function equals(left: Datum, right: Datum): boolean {
  refuseUndefined(left);
  refuseUndefined(right);
  if (left === right) return true;
  if (readsStrictly()) readThrough(left);
  if (readsStrictly()) readThrough(right);
  if (typeof left === "string" || typeof right === "string") return false;
  const a = numeric(left);
  if (a !== undefined) {
    const b = numeric(right);
    return b !== undefined && sameNumber(a.value, b.value);
  }
  if (left instanceof List)
    return (
      right instanceof List &&
      left instanceof Tuple === right instanceof Tuple &&
      left.length === right.length &&
      left.cells.every((_, index) => equals(left.at(index), right.at(index)))
    );
  if (left instanceof Dict)
    return (
      right instanceof Dict &&
      left.size === right.size &&
      [...left.entries.keys()].every((key) => {
        const other = right.get(key);
        return other !== undefined && equals(left.get(key) ?? null, other);
      })
    );
  if (left instanceof Moment) return right instanceof Moment && utc(left) === utc(right);
  if (left instanceof Span) return right instanceof Span && left.micros === right.micros;
  if (left instanceof Day) return right instanceof Day && left.days === right.days;
  if (left instanceof Bytes)
    return right instanceof Bytes && Buffer.compare(left.bytes, right.bytes) === 0;
  if (left instanceof Range) return right instanceof Range && repr(left) === repr(right);
  return false;
}

/** A container is compared whole, also with what it can never equal. */
function readThrough(datum: Datum): void {
  if (datum instanceof List) datum.all();
  if (datum instanceof Dict) datum.values();
}

/** Exact also where one of them is beyond 2^53. */
function sameNumber(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === "bigint") return typeof b === "bigint" ? a === b : sameNumber(b, a);
  return typeof b === "number" ? a === b : Number.isInteger(a) && BigInt(a) === b;
}

function utc(moment: Moment): bigint {
  return moment.micros - BigInt(moment.zone ?? 0) * 60_000_000n;
}

function refuseUndefined(datum: Datum): void {
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
}

/** -1, 0 or 1; a problem where Python has no order. `sign` is the operator that the message names. */
export function compare(left: Datum, right: Datum, sign = "<"): number {
  refuseUndefined(left);
  refuseUndefined(right);
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  const a = numeric(left);
  const b = numeric(right);
  if (a !== undefined && b !== undefined) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (
    left instanceof List &&
    right instanceof List &&
    left instanceof Tuple === right instanceof Tuple
  )
    return compareLists(left, right, sign);
  if (left instanceof Moment && right instanceof Moment) return order(utc(left), utc(right));
  if (left instanceof Span && right instanceof Span) return order(left.micros, right.micros);
  if (left instanceof Day && right instanceof Day) return order(left.days, right.days);
  throw failed(
    `'${sign}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    orderHint(left, right),
  );
}

function orderHint(left: Datum, right: Datum): string | undefined {
  const mixed = (typeof left === "string") !== (typeof right === "string");
  const withNumber = numeric(left) !== undefined || numeric(right) !== undefined;
  return mixed && withNumber
    ? "Turn the text into a number first: `| int` or `| float`"
    : undefined;
}

function order<T extends bigint | number>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** By code point, where JavaScript's `<` goes by UTF-16 unit. */
export function compareText(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const surrogates = (a >= 0xd800 && a < 0xe000) !== (b >= 0xd800 && b < 0xe000);
    return a < b !== (surrogates && Math.max(a, b) >= 0xe000) ? -1 : 1;
  }
  return order(left.length, right.length);
}

function compareLists(left: List, right: List, sign: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const a = left.at(index);
    const b = right.at(index);
    if (!equals(a, b)) return compare(a, b, sign);
  }
  return order(left.length, right.length);
}

/** The key under which a dict keeps a datum: `1`, `1.0` and `true` are one key. */
export function mapKey(datum: Datum): MapKey {
  if (typeof datum === "string" || datum === null) return datum;
  refuseUndefined(datum);
  if (datum instanceof WholeFloat) return datum.number;
  const number = numeric(datum);
  if (number !== undefined) return number.value;
  if (datum instanceof Tuple)
    return `\0(${datum
      .all()
      .map((cell) => tupleKey(mapKey(cell)))
      .join()})`;
  if (datum instanceof List || datum instanceof Dict)
    throw failed(
      `unhashable type: '${typeName(datum)}'`,
      "Only text, numbers and the like can be keys",
    );
  return `\0${typeName(datum)}:${repr(datum)}`;
}

function tupleKey(key: MapKey): string {
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}

export function isHashable(datum: Datum): boolean {
  if (datum instanceof Tuple) return datum.all().every(isHashable);
  return !(datum instanceof List) && !(datum instanceof Dict);
}
