import type { Machine } from "../machine.ts";
import type { Datum } from "../values/datum.ts";

/** A lookup answers a list: one element for each thing that it was asked for. */
export type Lookup = (
  terms: readonly Datum[],
  options: ReadonlyMap<string, Datum>,
  machine: Machine,
) => readonly Datum[];
