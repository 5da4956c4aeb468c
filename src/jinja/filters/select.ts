import { lenientPlugin } from "../plugin.ts";
import type { PluginCall, Plugins } from "../plugin.ts";
import { failed, UndefinedProblem } from "../problem.ts";
import { List, Undefined } from "../values/datum.ts";
import type { Arguments, Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { print } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { reader } from "./attribute-path.ts";

/** Filters that apply another filter or test to each element. */
export const SELECT_FILTERS: Plugins = {
  map: lenientPlugin((input, _, call) => {
    const each = mapping(call);
    return new List(itemsOf(input).map(each));
  }),
  select: lenientPlugin((input, _, call) => picked(input, call, { attribute: false, keep: true })),
  reject: lenientPlugin((input, _, call) => picked(input, call, { attribute: false, keep: false })),
  selectattr: lenientPlugin((input, _, call) =>
    picked(input, call, { attribute: true, keep: true }),
  ),
  rejectattr: lenientPlugin((input, _, call) =>
    picked(input, call, { attribute: true, keep: false }),
  ),
};

/** Nothing, zero and false count as empty here, as in Jinja. */
function itemsOf(input: Datum): Datum[] {
  return truthy(input) ? elements(input) : [];
}

function mapping({ machine, given }: PluginCall): (item: Datum) => Datum {
  const { positional, named } = given;
  const [name, ...rest] = positional;
  if (name === undefined) {
    const attribute = named.get("attribute");
    if (attribute === undefined)
      throw failed(
        "map needs the name of a filter, or attribute=",
        "map('upper'), map(attribute='name')",
      );
    for (const key of named.keys())
      if (key !== "attribute" && key !== "default") throw failed(`map has no argument '${key}'`);
    return reader(attribute, machine, named.get("default"));
  }
  const args: Arguments = { positional: rest, named };
  return (item) => {
    machine.spend(1);
    return machine.filter(print(name), item, args);
  };
}

interface Picking {
  readonly attribute: boolean;
  readonly keep: boolean;
}

function picked(input: Datum, { machine, given, name }: PluginCall, picking: Picking): List {
  const rest = [...given.positional];
  let read = (item: Datum) => item;
  if (picking.attribute) {
    const attribute = rest.shift();
    if (attribute === undefined) throw failed(`${name} needs the name of an attribute`);
    read = reader(attribute, machine);
  }
  const test = rest.shift();
  const args: Arguments = { positional: rest, named: given.named };
  const asks = (item: Datum): boolean => {
    machine.spend(1);
    const value = read(item);
    if (test === undefined) return truthy(value);
    const answer = machine.test(print(test), value, args);
    if (answer instanceof Undefined) throw new UndefinedProblem(answer);
    return truthy(answer);
  };
  return new List(itemsOf(input).filter((item) => asks(item) === picking.keep));
}
