import { randomInt } from "node:crypto";
import { integerOr } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed, unsupported } from "../problem.ts";
import { PythonRandom } from "../random/python-random.ts";
import { Dict, List } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements, elementsIfAny, lengthOf } from "../values/iterate.ts";
import { numeric } from "../values/number.ts";

/** Filters of chance. With a seed they choose as Python would; without one, differently each time. */
export const RANDOM_FILTERS: Plugins = {
  random: plugin(["start?", "step?", "seed?"], (input, [start, step, seed]) => {
    const below = chooser(seed);
    const end = numeric(input);
    if (end?.kind === "int") {
      const from = integerOr(start, 0, "start");
      const stride = integerOr(step, 1, "step");
      const count = Math.ceil((Number(end.value) - from) / stride);
      if (count < 1) throw failed(`empty range for random: ${from} up to ${String(end.value)}`);
      return from + stride * below(count);
    }
    if (start !== undefined && start !== null)
      throw failed("start and step can only be used with integer values");
    if (input instanceof Dict)
      throw failed("a dict has no random element", "Choose from its keys: d.keys() | random");
    if (lengthOf(input) === 0) throw failed("Cannot choose from an empty sequence");
    const items = elements(input);
    return items[below(items.length)] ?? null;
  }),
  shuffle: plugin(["seed?"], (input, [seed]) => {
    const below = chooser(seed);
    // What is no list is handed on as it is.
    const items = elementsIfAny(input);
    if (items === undefined) return input;
    for (let index = items.length - 1; index > 0; index--) {
      const other = below(index + 1);
      [items[index], items[other]] = [items[other] ?? null, items[index] ?? null];
    }
    return new List(items);
  }),
  random_mac: plugin(["prefix?", "seed?"], () => {
    throw unsupported("the filter random_mac is not supported", "Keep the address in a variable");
  }),
};

function chooser(seed: Datum | undefined): (limit: number) => number {
  if (seed === undefined || seed === null) return (limit) => randomInt(limit);
  const number = numeric(seed);
  if (typeof seed === "string") return PythonRandom.ofText(seed).below;
  if (number?.kind === "int") return PythonRandom.ofInteger(BigInt(number.value)).below;
  throw failed("a seed is text or an integer");
}
