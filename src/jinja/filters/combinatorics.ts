import { integerOr } from "../coerce.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { List, Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { wantInteger } from "../values/number.ts";

/** Filters that put the elements of lists together in new ways. */
export const COMBINATORICS_FILTERS: Plugins = {
  zip: openPlugin((input, _, { given }) => {
    const lists = [input, ...given.positional].map(elements);
    const length = Math.min(...lists.map((list) => list.length));
    return rows(lists, length, null);
  }),
  zip_longest: openPlugin((input, _, { given }) => {
    const lists = [input, ...given.positional].map(elements);
    const length = Math.max(...lists.map((list) => list.length));
    return rows(lists, length, given.named.get("fillvalue") ?? null);
  }),
  product: openPlugin((input, _, { given, machine }) => {
    const lists = [input, ...given.positional].map(elements);
    const repeat = integerOr(given.named.get("repeat"), 1, "repeat");
    const all = Array.from({ length: repeat }, () => lists).flat();
    machine.spend(all.reduce((total, list) => total * list.length, 1));
    return new List(product(all).map((row) => new Tuple(row)));
  }),
  combinations: plugin(["r"], (input, [size], { machine }) => {
    const count = wantInteger(size ?? null, "r");
    if (count < 0) throw failed("r must be non-negative");
    return new List(
      choices(elements(input), count, () => machine.spend(1)).map((row) => new Tuple(row)),
    );
  }),
  permutations: plugin(["r?"], (input, [size], { machine }) => {
    const items = elements(input);
    const count = integerOr(size, items.length, "r");
    return new List(orders(items, count, () => machine.spend(1)).map((row) => new Tuple(row)));
  }),
};

function rows(lists: readonly Datum[][], length: number, fill: Datum): List {
  return new List(
    Array.from(
      { length },
      (_, at) => new Tuple(lists.map((list) => (at < list.length ? (list[at] ?? null) : fill))),
    ),
  );
}

/** Every way to take one element of each list, the last list turning fastest. */
export function product(lists: readonly Datum[][]): Datum[][] {
  return lists.reduce<Datum[][]>(
    (done, list) => done.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  );
}

function choices(items: readonly Datum[], count: number, spend: () => void): Datum[][] {
  spend();
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    choices(items.slice(at + 1), count - 1, spend).map((rest) => [item, ...rest]),
  );
}

function orders(items: readonly Datum[], count: number, spend: () => void): Datum[][] {
  spend();
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    orders(items.toSpliced(at, 1), count - 1, spend).map((rest) => [item, ...rest]),
  );
}
