import type { Datum } from "./values/datum.ts";

/** Names that a template itself assigns: one link per block that opens a scope. */
export class Locals {
  readonly names = new Map<string, Datum>();
  readonly outer: Locals | undefined;
  constructor(outer?: Locals) {
    this.outer = outer;
  }
  get(name: string): Datum | undefined {
    const own = this.names.get(name);
    return own === undefined ? this.outer?.get(name) : own; // null is none, which hides an outer name
  }
  set(name: string, value: Datum): void {
    this.names.set(name, value);
  }
  /** All names that are visible here. */
  flat(): Map<string, Datum> {
    const all = this.outer?.flat() ?? new Map<string, Datum>();
    for (const [name, value] of this.names) all.set(name, value);
    return all;
  }
}
