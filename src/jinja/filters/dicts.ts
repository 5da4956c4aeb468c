import { flagOr, textOr } from "../coerce.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import { mapKey } from "../values/compare.ts";
import { Dict, List, Nothing, Tuple, Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { print } from "../values/print.ts";
import { typeName } from "../values/type-name.ts";
import { sortedBy } from "../values/sort.ts";
import { fold } from "./attribute-path.ts";
import { combined, listMergeOf } from "./combine.ts";

/** Filters of dicts. */
export const DICT_FILTERS: Plugins = {
  combine: openPlugin((input, _, { given }) => {
    const named = new Map(given.named);
    const recursive = flagOr(named.get("recursive"), false);
    const listMerge = listMergeOf(textOr(named.get("list_merge"), "replace"));
    named.delete("recursive");
    named.delete("list_merge");
    const [unknown] = named.keys();
    if (unknown !== undefined)
      throw failed(`combine has no argument '${unknown}'`, "It takes recursive and list_merge");
    return combined([input, ...given.positional], { recursive, listMerge });
  }),
  dict2items: plugin(["key_name?", "value_name?"], (input, [keyName, valueName]) => {
    if (!(input instanceof Dict))
      throw failed(`dict2items requires a dictionary, got ${typeName(input)}`);
    const [key, value] = [textOr(keyName, "key"), textOr(valueName, "value")];
    return new List(
      input.pairs().map(
        ([one, other]) =>
          new Dict([
            [key, one],
            [value, other],
          ]),
      ),
    );
  }),
  items2dict: plugin(["key_name?", "value_name?"], (input, [keyName, valueName], { machine }) => {
    if (!(input instanceof List))
      throw failed(`items2dict requires a list, got ${typeName(input)}`);
    const built = new Dict();
    for (const item of input.all()) {
      const key = machine.item(item, keyName ?? "key");
      const value = machine.item(item, valueName ?? "value");
      if (key instanceof Undefined || value instanceof Undefined)
        throw failed(
          `items2dict requires each dictionary in the list to contain the keys '${textOr(keyName, "key")}' and '${textOr(valueName, "value")}', got ${print(item)}`,
          "Name the keys with key_name= and value_name=",
        );
      built.set(mapKey(key), key, value);
    }
    return built;
  }),
  items: plugin([], (input) => {
    if (input instanceof Nothing) return new List([]);
    if (!(input instanceof Dict))
      throw failed(`can only get item pairs from a mapping, not ${typeName(input)}`);
    return new List(input.pairs().map((pair) => new Tuple(pair)));
  }),
  dictsort: plugin(["case_sensitive?", "by?", "reverse?"], (input, [sensitive, by, reverse]) => {
    if (!(input instanceof Dict)) throw failed(`dictsort needs a dict, got ${typeName(input)}`);
    const which = textOr(by, "key");
    if (which !== "key" && which !== "value") throw failed("dictsort sorts by 'key' or 'value'");
    const folded = fold(flagOr(sensitive, false));
    const at = which === "key" ? 0 : 1;
    const pairs = input.pairs().map((pair) => new Tuple(pair));
    const keyOf = (pair: Datum) => folded(pair instanceof List ? pair.at(at) : pair);
    return new List(sortedBy(pairs, keyOf, flagOr(reverse, false)));
  }),
  extract: plugin(["container", "morekeys?"], (input, [container, more], { machine }) => {
    const further =
      more === undefined || more === null ? [] : more instanceof List ? more.all() : [more];
    let current = container ?? null;
    for (const key of [input, ...further]) current = machine.item(current, key);
    return current;
  }),
  rekey_on_member: plugin(["key", "duplicates?"], (input, [key, duplicates], { machine }) => {
    const onDuplicate = textOr(duplicates, "error");
    if (onDuplicate !== "error" && onDuplicate !== "overwrite")
      throw failed("duplicates must be 'error' or 'overwrite'");
    const rows = input instanceof Dict ? input.values() : elements(input);
    const built = new Dict();
    for (const row of rows) {
      if (!(row instanceof Dict)) throw failed("rekey_on_member: each item must be a dict");
      const value = machine.item(row, key ?? null);
      if (value instanceof Undefined) throw new UndefinedProblem(value);
      if (onDuplicate === "error" && built.has(mapKey(value)))
        throw failed(
          `the key ${print(value)} is not unique, correct the key or use duplicates='overwrite'`,
        );
      built.set(mapKey(value), value, row);
    }
    return built;
  }),
};
