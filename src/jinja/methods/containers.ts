import { integerOr } from "../coerce.ts";
import { failed } from "../problem.ts";
import { sortedBy } from "../values/sort.ts";
import { equals, mapKey } from "../values/compare.ts";
import { Dict, List, Tuple } from "../values/datum.ts";
import type { Arguments, Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { wantInteger } from "../values/number.ts";
import { repr } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { method, openMethod } from "./method.ts";
import type { Methods } from "./method.ts";

/** Methods of tuples, and those of lists that change nothing. */
export const TUPLE_METHODS: Methods<List> = {
  count: method(["value"], (self, [value]) => {
    const wanted = value ?? null;
    return self.all().filter((item) => equals(item, wanted)).length;
  }),
  index: method(["value", "start?", "stop?"], (self, [value, start, stop]) => {
    const from = integerOr(start, 0, "start");
    const to = integerOr(stop, self.length, "stop");
    const at = self.all().findIndex((item, index) => {
      return index >= from && index < to && equals(item, value ?? null);
    });
    if (at < 0) throw failed(`${repr(value ?? null)} is not in list`);
    return at;
  }),
};

// Those that change their list change a copy of the variable that lives as long as the rendering.
export const LIST_METHODS: Methods<List> = {
  ...TUPLE_METHODS,
  append: method(["object"], (self, [item]) => {
    self.cells.push(item ?? null);
    return null;
  }),
  clear: method([], (self) => {
    self.cells = [];
    return null;
  }),
  copy: method([], (self) => new List([...self.cells])),
  extend: method(["iterable"], (self, [items]) => {
    self.cells.push(...elements(items ?? null));
    return null;
  }),
  insert: method(["index", "object"], (self, [index, item]) => {
    self.cells.splice(wantInteger(index ?? null, "the index"), 0, item ?? null);
    return null;
  }),
  pop: method(["index?"], (self, [index]) => {
    const given = integerOr(index, -1, "the index");
    const at = given < 0 ? given + self.length : given;
    if (at < 0 || at >= self.length)
      throw failed(self.length === 0 ? "pop from empty list" : "pop index out of range");
    const taken = self.at(at);
    self.cells.splice(at, 1);
    return taken;
  }),
  remove: method(["value"], (self, [value]) => {
    const at = self.all().findIndex((item) => equals(item, value ?? null));
    if (at < 0) throw failed("list.remove(x): x not in list");
    self.cells.splice(at, 1);
    return null;
  }),
  reverse: method([], (self) => {
    self.cells.reverse();
    return null;
  }),
  sort: openMethod((self, _, given) => {
    const reverse = given.named.get("reverse");
    self.cells = sortedBy(self.all(), (item) => item, reverse !== undefined && truthy(reverse));
    return null;
  }),
};

export const DICT_METHODS: Methods<Dict> = {
  clear: method([], (self) => {
    self.entries.clear();
    return null;
  }),
  copy: method([], (self) => self.copy()),
  fromkeys: method(["iterable", "value?"], (_, [keys, value]) => {
    const made = new Dict();
    for (const key of elements(keys ?? null)) made.set(mapKey(key), key, value ?? null);
    return made;
  }),
  get: method(["key", "default?"], (self, [key, fallback]) => {
    const found = self.get(mapKey(key ?? null));
    return found === undefined ? (fallback ?? null) : found;
  }),
  items: method([], (self) => new List(self.pairs().map((pair) => new Tuple(pair)))),
  keys: method([], (self) => new List(self.keys())),
  pop: method(["key", "default?"], (self, [key, fallback]) => {
    const at = mapKey(key ?? null);
    const present = self.get(at);
    const taken = present === undefined ? fallback : present;
    if (taken === undefined) throw failed(`the dict has no key ${repr(key ?? null)}`);
    self.delete(at);
    return taken;
  }),
  popitem: method([], (self) => {
    const last = self.pairs().at(-1);
    if (last === undefined) throw failed("popitem(): dictionary is empty");
    self.delete(mapKey(last[0]));
    return new Tuple(last);
  }),
  setdefault: method(["key", "default?"], (self, [key, fallback]) => {
    const at = mapKey(key ?? null);
    const present = self.get(at);
    if (present !== undefined) return present;
    self.set(at, key ?? null, fallback ?? null);
    return fallback ?? null;
  }),
  update: openMethod((self, _, given) => {
    for (const [key, value] of dictPairs(given)) self.set(mapKey(key), key, value);
    return null;
  }),
  values: method([], (self) => new List(self.values())),
};

/** What `dict(…)` and `update(…)` take: a dict or a list of pairs, and names. */
export function dictPairs(given: Arguments): [Datum, Datum][] {
  const pairs: [Datum, Datum][] = [];
  const [source] = given.positional;
  if (source instanceof Dict) pairs.push(...source.pairs());
  else if (source !== undefined)
    for (const [index, pair] of elements(source).entries()) {
      const both = elements(pair);
      const [key, value] = both;
      if (key === undefined || value === undefined || both.length !== 2)
        throw failed(
          `dictionary update sequence element #${index} has length ${both.length}; 2 is required`,
        );
      pairs.push([key, value]);
    }
  for (const [name, value] of given.named) pairs.push([name, value]);
  return pairs;
}
