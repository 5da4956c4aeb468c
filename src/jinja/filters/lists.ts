import { flagOr, textOr } from "../coerce.ts";
import type { Machine } from "../machine.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { equals } from "../values/compare.ts";
import { Dict, List, Tuple, Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements, elementsIfAny, lengthOf, units } from "../values/iterate.ts";
import { wantInteger } from "../values/number.ts";
import { print } from "../values/print.ts";
import { arithmetic } from "../operators.ts";
import { fold, strictReader } from "./attribute-path.ts";
import { sortedBy } from "../values/sort.ts";

const counting = plugin([], (input) => lengthOf(input));

/** Filters of lists. */
export const LIST_FILTERS: Plugins = {
  list: plugin([], (input) => new List(elements(input))),
  length: counting,
  count: counting,
  first: plugin([], (input, _, { machine }) =>
    orUndefined(oneOf(input, 0), "No first item, sequence was empty.", machine),
  ),
  last: plugin([], (input, _, { machine }) =>
    orUndefined(oneOf(input, -1), "No last item, sequence was empty.", machine),
  ),
  join: plugin(["d?", "attribute?"], (input, [separator, attribute], { machine }) => {
    const read = strictReader(attribute, machine);
    return elements(input)
      .map((item) => print(read(item)))
      .join(textOr(separator, ""));
  }),
  reverse: plugin([], (input) => {
    if (typeof input !== "string") return new List(elements(input).toReversed());
    return [...units(input)].toReversed().join("");
  }),
  sort: plugin(
    ["reverse?", "case_sensitive?", "attribute?"],
    (input, [reverse, sensitive, attribute], { machine }) => {
      const keys = attribute === undefined || attribute === null ? [] : print(attribute).split(",");
      const readers =
        keys.length === 0
          ? [strictReader(undefined, machine)]
          : keys.map((key) => strictReader(key, machine));
      const folded = fold(flagOr(sensitive, false));
      const keyOf = (item: Datum) => new List(readers.map((read) => folded(read(item))));
      const [only] = readers;
      const single = readers.length === 1 && only !== undefined;
      const key = single ? (item: Datum) => folded(only(item)) : keyOf;
      return new List(sortedBy(elements(input), key, flagOr(reverse, false)));
    },
  ),
  unique: plugin(
    ["case_sensitive?", "attribute?"],
    (input, [sensitive, attribute], { machine }) => {
      const read = strictReader(attribute, machine);
      const folded = fold(flagOr(sensitive, false));
      const seen: Datum[] = [];
      return new List(
        elements(input).filter((item) => {
          const key = folded(read(item));
          machine.spend(seen.length >> 4);
          if (seen.some((one) => equals(one, key))) return false;
          seen.push(key);
          return true;
        }),
      );
    },
  ),
  min: aggregate("min"),
  max: aggregate("max"),
  sum: plugin(["attribute?", "start?"], (input, [attribute, start], { machine }) => {
    const read = strictReader(attribute, machine);
    let total: Datum = start ?? 0;
    for (const item of elements(input)) total = arithmetic(machine, "+", total, read(item));
    return total;
  }),
  batch: plugin(["linecount", "fill_with?"], (input, [size, fill]) => {
    const count = wantInteger(size ?? null, "linecount");
    const rows: Datum[][] = [];
    let row: Datum[] = [];
    // A row is given away when it is full and another element comes: with a size of 0 the empty one, too.
    for (const item of elements(input)) {
      if (row.length === count) {
        rows.push(row);
        row = [];
      }
      row.push(item);
    }
    if (fill !== undefined && fill !== null)
      while (row.length > 0 && row.length < count) row.push(fill);
    if (row.length > 0) rows.push(row);
    return new List(rows.map((one) => new List(one)));
  }),
  slice: plugin(["slices", "fill_with?"], (input, [slices, fill]) => {
    const count = wantInteger(slices ?? null, "slices");
    if (count < 1) throw failed("slice needs a positive number");
    const items = elements(input);
    const each = Math.floor(items.length / count);
    const extra = items.length % count;
    let at = 0;
    const rows = Array.from({ length: count }, (_, index) => {
      const size = each + (index < extra ? 1 : 0);
      const row = items.slice(at, at + size);
      at += size;
      if (fill !== undefined && fill !== null && index >= extra && extra > 0) row.push(fill);
      return new List(row);
    });
    return new List(rows);
  }),
  groupby: plugin(
    ["attribute", "default?", "case_sensitive?"],
    (input, [attribute, , sensitive], { machine }) => {
      // The default of Jinja is for its own undefined values; ansible-core has others.
      const read = strictReader(attribute, machine);
      const folded = fold(flagOr(sensitive, false));
      const sorted = sortedBy(elements(input), (item) => folded(read(item)), false);
      const groups: { key: Datum; shown: Datum; items: Datum[] }[] = [];
      for (const item of sorted) {
        const key = folded(read(item));
        const last = groups.at(-1);
        if (last !== undefined && equals(last.key, key)) last.items.push(item);
        else groups.push({ key, shown: read(item), items: [item] });
      }
      return new List(
        groups.map((group) => new Tuple([group.shown, new List(group.items)], ["grouper", "list"])),
      );
    },
  ),
  flatten: plugin(["levels?", "skip_nulls?"], (input, [levels, skip]) => {
    const depth =
      levels === undefined || levels === null ? undefined : wantInteger(levels, "levels");
    return new List(flattened(elements(input), depth, flagOr(skip, true)));
  }),
  subelements: plugin(["subelements", "skip_missing?"], (input, [path, skip]) => {
    const rows = input instanceof Dict ? input.values() : elements(input);
    return new List(subelementsOf(rows, pathOf(path ?? null), flagOr(skip, false)));
  }),
};

/** Reads that element and no other: the rest may be undefined. */
function oneOf(input: Datum, at: 0 | -1): Datum | undefined {
  if (!(input instanceof List)) return elements(input).at(at);
  return input.length === 0 ? undefined : input.at(at === 0 ? 0 : input.length - 1);
}

/** None is an element like any other; only no element at all is undefined. */
function orUndefined(item: Datum | undefined, message: string, machine: Machine): Datum {
  return item === undefined ? new Undefined(message, machine.trail()) : item;
}

function aggregate(which: "min" | "max"): Plugin {
  return plugin(["case_sensitive?", "attribute?"], (input, [sensitive, attribute], { machine }) => {
    const read = strictReader(attribute, machine);
    const best = extreme(elements(input), fold(flagOr(sensitive, false)), read, which);
    return orUndefined(best, "No aggregated item, sequence was empty.", machine);
  });
}

function extreme(
  items: readonly Datum[],
  folded: (value: Datum) => Datum,
  read: (item: Datum) => Datum,
  which: "min" | "max",
): Datum | undefined {
  const [first, ...rest] = items;
  if (first !== undefined) read(first);
  let best = first;
  for (const item of rest) {
    if (best === undefined) break;
    const pair = [folded(read(item)), folded(read(best))] as const;
    const ordered = which === "min" ? lessThan(pair[0], pair[1]) : lessThan(pair[1], pair[0]);
    if (ordered) best = item;
  }
  return best;
}

function lessThan(left: Datum, right: Datum): boolean {
  return sortedBy([right, left], (item) => item, false)[0] === left && !equals(left, right);
}

function flattened(items: readonly Datum[], depth: number | undefined, skip: boolean): Datum[] {
  return items.flatMap((item) => {
    if (skip && (item === null || item === "None" || item === "null")) return [];
    if (!(item instanceof List) || depth === 0) return [item];
    return flattened(item.all(), depth === undefined ? undefined : depth - 1, skip);
  });
}

function pathOf(path: Datum): string[] {
  if (typeof path === "string") return path.split(".");
  const parts = elementsIfAny(path);
  if (parts === undefined) throw failed("subelements needs a path: text with dots, or a list");
  return parts.map(print);
}

/** Pairs every row with every element of the list at a path inside it. */
export function subelementsOf(
  rows: readonly Datum[],
  path: readonly string[],
  skipMissing: boolean,
): Tuple[] {
  return rows.flatMap((row) => {
    let current: Datum = row;
    for (const part of path) {
      const next: Datum | undefined = current instanceof Dict ? current.get(part) : undefined;
      if (!(current instanceof Dict))
        throw failed(`the dict key '${part}' was expected in ${print(current)}`);
      if (next === undefined) {
        if (skipMissing) return [];
        throw failed(`could not find '${part}' key in iterated item ${print(row)}`);
      }
      current = next;
    }
    if (!(current instanceof List)) {
      throw failed(`the key '${path.join(".")}' should point to a list, got ${print(current)}`);
    }
    return current.all().map((item) => new Tuple([row, item]));
  });
}
