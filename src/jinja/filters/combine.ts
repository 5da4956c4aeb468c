import { failed, UndefinedProblem } from "../problem.ts";
import { contains } from "../operators.ts";
import { Dict, List, Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { typeName } from "../values/type-name.ts";

const LIST_MERGES = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"] as const;
type ListMerge = (typeof LIST_MERGES)[number];

export interface Merging {
  readonly recursive: boolean;
  readonly listMerge: ListMerge;
}

export function listMergeOf(name: string): ListMerge {
  const found = LIST_MERGES.find((one) => one === name);
  if (found === undefined)
    throw failed(`list_merge must be one of ${LIST_MERGES.join(", ")}, not '${name}'`);
  return found;
}

/** Later dicts win; lists of dicts are taken apart, empty values are skipped. */
export function combined(parts: readonly Datum[], merging: Merging): Dict {
  const dicts = parts.flatMap(dictsOf);
  const [first, ...rest] = dicts;
  if (first === undefined) return new Dict();
  // All of it is read, also what a later dict replaces: a value that is undefined is found here.
  for (const dict of dicts) dict.values();
  return rest.reduce((done, next) => merged(done, next, merging), first.copy());
}

function dictsOf(part: Datum): Dict[] {
  if (part instanceof Undefined) throw new UndefinedProblem(part);
  if (part instanceof List) return part.all().flatMap(dictsOf);
  if (part === null) return [];
  if (!(part instanceof Dict)) throw failed(`combine needs dicts, got ${typeName(part)}`);
  return [part];
}

function merged(low: Dict, high: Dict, merging: Merging): Dict {
  const done = low.copy();
  for (const [mapKey, { key }] of high.entries) {
    const fresh = high.get(mapKey) ?? null;
    const old = low.get(mapKey);
    done.set(mapKey, key, old === undefined ? fresh : mergedValue(old, fresh, merging));
  }
  return done;
}

function mergedValue(old: Datum, fresh: Datum, merging: Merging): Datum {
  if (merging.recursive && old instanceof Dict && fresh instanceof Dict)
    return merged(old, fresh, merging);
  if (!(old instanceof List) || !(fresh instanceof List)) return fresh;
  switch (merging.listMerge) {
    case "replace":
      return fresh;
    case "keep":
      return old;
    case "append":
      return new List([...old.all(), ...fresh.all()]);
    case "prepend":
      return new List([...fresh.all(), ...old.all()]);
    case "append_rp":
      return new List([...old.all().filter((item) => !contains(fresh, item)), ...fresh.all()]);
    case "prepend_rp":
      return new List([...fresh.all(), ...old.all().filter((item) => !contains(fresh, item))]);
  }
}
