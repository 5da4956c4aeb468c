import type { Machine } from "../machine.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import { Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { typeName } from "../values/type-name.ts";

/** Reads `a.b.0` from an item, as `attribute=` arguments have it; without an attribute, the item itself. */
export function reader(
  attribute: Datum | undefined,
  machine: Machine,
  fallback?: Datum,
): (item: Datum) => Datum {
  if (attribute === undefined || attribute === null) return (item) => item;
  if (typeof attribute !== "string" && typeof attribute !== "number")
    throw failed(`an attribute is named by text or a number, not ${typeName(attribute)}`);
  const path =
    typeof attribute === "number"
      ? [attribute]
      : attribute.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return (item) => {
    machine.spend(1);
    let current = item;
    for (const part of path) current = machine.item(current, part);
    return current instanceof Undefined && fallback !== undefined ? fallback : current;
  };
}

/** The same for filters that compare: an item without the attribute is a problem. */
export function strictReader(
  attribute: Datum | undefined,
  machine: Machine,
  fallback?: Datum,
): (item: Datum) => Datum {
  const read = reader(attribute, machine, fallback);
  return (item) => {
    const value = read(item);
    if (value instanceof Undefined) throw new UndefinedProblem(value);
    return value;
  };
}

/** What sorting and comparing filters look at: text without its case, unless that is asked for. */
export function fold(caseSensitive: boolean): (value: Datum) => Datum {
  return (value) => (typeof value === "string" && !caseSensitive ? value.toLowerCase() : value);
}
