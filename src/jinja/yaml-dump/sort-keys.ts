import { failed } from "../problem.ts";
import { compare } from "../values/compare.ts";
import type { Datum } from "../values/datum.ts";

/** Pairs in the order of their keys; left as they are where the keys have no common order, as PyYAML leaves them. */
export function sortedKeys(pairs: [Datum, Datum][]): [Datum, Datum][] {
  const comparable = pairs.every(([key]) => typeof key === "string") || sameOrder(pairs);
  return comparable ? pairs.toSorted(([a], [b]) => compare(a, b)) : pairs;
}

function sameOrder(pairs: readonly [Datum, Datum][]): boolean {
  const [first] = pairs;
  if (first === undefined) return true;
  return pairs.every(([key]) => key !== null && typeof key !== "string" && isNumber(key));
}

function isNumber(key: Datum): boolean {
  if (key === null) throw failed("a key is missing");
  return typeof key !== "object" || "number" in key;
}
