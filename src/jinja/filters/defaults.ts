import { flagOr, wantText } from "../coerce.ts";
import { TemplateProblem } from "../problem.ts";
import { plugin, undefinedPlugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { Undefined } from "../values/datum.ts";
import { print } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { typeName } from "../values/type-name.ts";

const defaulting = undefinedPlugin(["default_value?", "boolean?"], (input, [given, boolean]) => {
  // None is a default like any other.
  const fallback = given === undefined ? "" : given;
  if (input instanceof Undefined) return fallback;
  return flagOr(boolean, false) && !truthy(input) ? fallback : input;
});

/** Filters about whether there is a value at all. */
export const DEFAULT_FILTERS: Plugins = {
  default: defaulting,
  d: defaulting,
  mandatory: undefinedPlugin(["msg?"], (input, [message]) => {
    if (!(input instanceof Undefined)) return input;
    const text =
      message === undefined || message === null
        ? `Mandatory variable ${input.name === undefined ? "" : `'${input.name}' `}not defined`
        : print(message);
    const hint = input.hint === undefined ? {} : { hint: input.hint };
    throw new TemplateProblem("jinja/undefined", text, { ...hint, trail: input.trail });
  }),
  ternary: undefinedPlugin(["true_val", "false_val", "none_val?"], (input, [yes, no, none]) => {
    if (input === null && none !== undefined && none !== null) return none;
    return (truthy(input) ? yes : no) ?? null;
  }),
  attr: plugin(["name"], (input, [name], { machine }) =>
    machine.member(input, wantText(name, "the name of an attribute")),
  ),
  type_debug: undefinedPlugin([], (input) => typeName(input)),
  safe: plugin([], (input) => print(input)),
};
