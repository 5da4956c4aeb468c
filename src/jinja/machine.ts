import type { Value } from "../model/value.ts";
import type { RenderSettings } from "./settings.ts";
import type { Arguments, Datum, Trail } from "./values/datum.ts";

/** What evaluation may ask of the rendering that it is part of. Filters, tests and lookups see no more than this. */
export interface Machine {
  readonly settings: RenderSettings;
  /** Pays for work out of the budget of the rendering; a problem when it is used up. */
  spend(steps: number): void;
  /** Where evaluation stands in the source at hand; problems and undefined values point there. */
  offset: number;
  trail(): Trail;
  /** A variable, rendered; undefined where there is none of that name. */
  variable(name: string): Datum | undefined;
  /** The same before rendering, with whether it may be a template. */
  rawVariable(name: string): { readonly value: Value; readonly trusted: boolean } | undefined;
  variableNames(): readonly string[];
  filter(name: string, input: Datum, args: Arguments): Datum;
  test(name: string, input: Datum, args: Arguments): Datum;
  hasFilter(name: string): boolean;
  hasTest(name: string): boolean;
  attribute(of: Datum, name: string): Datum;
  /** A method or field, and never a key. */
  member(of: Datum, name: string): Datum;
  item(of: Datum, key: Datum): Datum;
  call(callee: Datum, args: Arguments): Datum;
  /** Runs `inside` one level deeper; a problem when templates, macros or includes nest beyond reason. */
  deeper<T>(inside: () => T): T;
  /** Reads a file from the search path; undefined when it is nowhere. */
  file(path: string): string | undefined;
  /** Where on the search path a file is; undefined when it is nowhere. */
  locate(path: string): string | undefined;
  /** Renders a string as a template, with everything that the rendering knows. */
  renderText(source: string, more?: ReadonlyMap<string, Datum>): string;
}
