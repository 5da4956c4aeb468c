import { compare } from "./compare.ts";
import type { Datum } from "./datum.ts";

/** A stable sort by Python's order; reversed, equal elements still keep their order. */
export function sortedBy(
  items: readonly Datum[],
  key: (item: Datum) => Datum,
  reverse: boolean,
): Datum[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  // Elements are compared as Python does it, later against earlier, so that messages name the types in its order.
  keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : -compare(b.key, a.key)));
  return keyed.map((entry) => entry.item);
}
