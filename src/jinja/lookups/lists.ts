import { randomInt } from "node:crypto";
import { flagOr } from "../coerce.ts";
import { product } from "../filters/combinatorics.ts";
import { subelementsOf } from "../filters/lists.ts";
import { failed } from "../problem.ts";
import { Dict, List, Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { print } from "../values/print.ts";
import { typeName } from "../values/type-name.ts";
import type { Lookup } from "./lookup.ts";

/** Lists inside the terms are taken apart, one level or all the way down. */
function flat(terms: readonly Datum[], depth: number): Datum[] {
  return terms.flatMap((term) =>
    term instanceof List && depth > 0 ? flat(term.all(), depth - 1) : [term],
  );
}

const nested: Lookup = (terms) => {
  const lists = terms.map((term) => (term instanceof List ? flat(term.all(), 1) : [term]));
  if (lists.length === 0)
    throw failed("with_nested requires at least one element in the nested list");
  return product(lists).map((row) => new List(row));
};

function without(row: Datum, [name, ...inside]: readonly string[]): Datum {
  if (!(row instanceof Dict) || name === undefined) return row;
  const copy = row.copy();
  const inner = row.get(name);
  if (inside.length === 0 || inner === undefined) copy.delete(name);
  else copy.set(name, name, without(inner, inside));
  return copy;
}

/** Lookups that turn lists into other lists, as the `with_…` loops do. */
export const LIST_LOOKUPS: Readonly<Record<string, Lookup>> = {
  list: (terms) => terms,
  items: (terms) => flat(terms, 1),
  indexed_items: (terms) => flat(terms, 1).map((item, index) => new Tuple([index, item])),
  dict: (terms) =>
    terms.flatMap((term) => {
      const dicts = term instanceof List ? term.all() : [term];
      return dicts.flatMap((dict) => {
        if (!(dict instanceof Dict))
          throw failed(`with_dict expects a dict, got ${typeName(dict)}`);
        return dict.pairs().map(([key, value]) => {
          return new Dict([
            ["key", key],
            ["value", value],
          ]);
        });
      });
    }),
  nested,
  together: (terms) => {
    const lists = terms.map(elements);
    const length = Math.max(0, ...lists.map((list) => list.length));
    return Array.from({ length }, (_, at) => new List(lists.map((list) => list[at] ?? null)));
  },
  // Each row comes without the list: the filter of that name leaves it in.
  subelements: (terms) => {
    const [rows, path, flags] = terms;
    if (rows === undefined || path === undefined)
      throw failed("subelements needs a list of dicts and the name of a list in each");
    const skip = flags instanceof Dict ? flagOr(flags.get("skip_missing"), false) : false;
    const source = rows instanceof Dict ? rows.values() : elements(rows);
    const names = print(path).split(".");
    return subelementsOf(source, names, skip).map(
      (pair) => new Tuple([without(pair.at(0), names), pair.at(1)]),
    );
  },
  random_choice: (terms) => {
    const chosen = terms[terms.length === 0 ? 0 : randomInt(terms.length)];
    return chosen === undefined ? [] : [chosen];
  },
};
