import type { Lookup } from "./lookup.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { wantText } from "../coerce.ts";
import { UndefinedProblem } from "../problem.ts";
import { regexOf } from "../regex/regex.ts";
import { Undefined } from "../values/datum.ts";
import { print } from "../values/print.ts";

/** Lookups of variables and of the environment of the controller. */
export const VARIABLE_LOOKUPS: Readonly<Record<string, Lookup>> = {
  env: (terms, options, machine) =>
    terms.map((term) => {
      const environment = machine.settings.environment ?? {};
      const name = print(term).split(/\s/)[0] ?? "";
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      // A default of None counts as none given, here and below.
      return value ?? options.get("default") ?? "";
    }),
  vars: (terms, options, machine) =>
    terms.map((term) => {
      const name = wantText(term, "the name of a variable");
      const value = machine.variable(name);
      if (value instanceof Undefined) throw new UndefinedProblem(value);
      if (value !== undefined) return value;
      const fallback = options.get("default");
      if (fallback !== undefined && fallback !== null) return fallback;
      const near = didYouMean(name, machine.variableNames());
      const hint = near === undefined ? {} : { hint: `Did you mean "${near}"?` };
      const message = `No variable named '${name}' was found.`;
      throw new UndefinedProblem(new Undefined(message, machine.trail(), { name, ...hint }));
    }),
  varnames: (terms, _, machine) =>
    terms.flatMap((term) => {
      const regex = regexOf(wantText(term, "the pattern"));
      return machine.variableNames().filter((name) => regex.match(name, "search") !== undefined);
    }),
};
