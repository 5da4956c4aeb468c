import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { contains } from "../operators.ts";
import { List } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";

// ansible-core promises no order for these. Ours is that of the inputs, so that a plan is the same every time.

export const SET_FILTERS: Plugins = {
  union: plugin(
    ["other"],
    (input, [other]) => new List(distinct([...elements(input), ...elements(other ?? null)])),
  ),
  intersect: plugin(["other"], (input, [other]) => {
    const right = new List(elements(other ?? null));
    return new List(distinct(elements(input)).filter((item) => contains(right, item)));
  }),
  difference: plugin(["other"], (input, [other]) => {
    const right = new List(elements(other ?? null));
    return new List(distinct(elements(input)).filter((item) => !contains(right, item)));
  }),
  symmetric_difference: plugin(["other"], (input, [other]) => {
    const left = new List(elements(input));
    const right = new List(elements(other ?? null));
    return new List(
      distinct([
        ...left.all().filter((item) => !contains(right, item)),
        ...right.all().filter((item) => !contains(left, item)),
      ]),
    );
  }),
};

export function distinct(items: readonly Datum[]): Datum[] {
  const kept = new List([]);
  for (const item of items) if (!contains(kept, item)) kept.cells.push(item);
  return kept.all();
}
