import { WholeFloat } from "../../model/value.ts";
import { flagOr } from "../coerce.ts";
import { openPlugin, plugin, undefinedPlugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { contains, holds } from "../operators.ts";
import { failed } from "../problem.ts";
import type { Comparison } from "../syntax/ast.ts";
import { equals, mapKey } from "../values/compare.ts";
import { Callable, Dict, List, Nothing, Range, Thing, Undefined } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { elementsIfAny, elements } from "../values/iterate.ts";
import { calculate, isFloat, numeric } from "../values/number.ts";
import { print } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { typeName } from "../values/type-name.ts";

function comparison(operator: Comparison): Plugin {
  return plugin(["other"], (input, [other]) => holds(operator, input, other ?? null));
}

const equal = comparison("==");
const unequal = comparison("!=");
const less = comparison("<");
const lessEqual = comparison("<=");
const greater = comparison(">");
const greaterEqual = comparison(">=");

function isSubset(small: Datum, large: Datum): boolean {
  const container = new List(elements(large));
  for (const item of [...elements(small), ...container.all()]) mapKey(item);
  return elements(small).every((item) => contains(container, item));
}

const subset = plugin(["other"], (input, [other]) => isSubset(input, other ?? null));
const superset = plugin(["other"], (input, [other]) => isSubset(other ?? null, input));
const isNaNumber = plugin([], (input) => Number.isNaN(numeric(input)?.value));

/** Tests of what a value is. */
export const VALUE_TESTS: Plugins = {
  defined: undefinedPlugin([], (input) => !isMissing(input)),
  undefined: undefinedPlugin([], isMissing),
  none: plugin([], (input) => input === null),
  boolean: plugin([], (input) => typeof input === "boolean"),
  true: plugin([], (input) => input === true),
  false: plugin([], (input) => input === false),
  integer: plugin([], (input) => typeof input !== "boolean" && numeric(input)?.kind === "int"),
  float: plugin([], (input) => isFloat(input)),
  number: plugin([], (input) => numeric(input) !== undefined),
  string: plugin([], (input) => typeof input === "string"),
  mapping: plugin([], (input) => input instanceof Dict),
  iterable: plugin([], (input) => !(input instanceof Thing) && elementsIfAny(input) !== undefined),
  sequence: plugin([], (input) => {
    return (
      typeof input === "string" ||
      input instanceof List ||
      input instanceof Dict ||
      input instanceof Range
    );
  }),
  callable: plugin(
    [],
    (input) => input instanceof Callable || (input instanceof Thing && input.call !== undefined),
  ),
  lower: plugin(
    [],
    (input) => /\p{Ll}/u.test(print(input)) && !/[\p{Lu}\p{Lt}]/u.test(print(input)),
  ),
  upper: plugin(
    [],
    (input) => /\p{Lu}/u.test(print(input)) && !/[\p{Ll}\p{Lt}]/u.test(print(input)),
  ),
  odd: plugin([], (input) => remainder(input, 2) === 1),
  even: plugin([], (input) => remainder(input, 2) === 0),
  divisibleby: plugin(["num"], (input, [by]) => {
    const divisor = numeric(by ?? null);
    if (divisor === undefined) throw failed("divisibleby needs a number");
    return remainder(input, Number(divisor.value)) === 0;
  }),
  escaped: plugin([], () => false),
  sameas: plugin(["other"], (input, [other]) => sameObject(input, other ?? null)),
  in: plugin(["seq"], (input, [container]) => contains(container ?? null, input)),
  contains: plugin(["value"], (input, [value]) => contains(input, value ?? null)),
  truthy: plugin(["convert_bool?"], (input, [convert]) => truthyAfter(input, convert)),
  falsy: plugin(["convert_bool?"], (input, [convert]) => !truthyAfter(input, convert)),
  any: plugin([], (input) => elements(input).some(truthy)),
  all: plugin([], (input) => elements(input).every(truthy)),
  nan: isNaNumber,
  isnan: isNaNumber,
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  filter: plugin([], (input, _, { machine }) => namesA(input, (name) => machine.hasFilter(name))),
  test: plugin([], (input, _, { machine }) => namesA(input, (name) => machine.hasTest(name))),
  // Rendering decrypts values before a test can see them; see evaluate.ts, which answers for variables themselves.
  vault_encrypted: openPlugin(
    (input) => typeof input === "string" && input.startsWith("$ANSIBLE_VAULT;"),
  ),
  eq: equal,
  equalto: equal,
  "==": equal,
  ne: unequal,
  "!=": unequal,
  lt: less,
  lessthan: less,
  "<": less,
  le: lessEqual,
  "<=": lessEqual,
  gt: greater,
  greaterthan: greater,
  ">": greater,
  ge: greaterEqual,
  ">=": greaterEqual,
};

/** What is no text but can be a key passes for a name. */
function namesA(input: Datum, known: (name: string) => boolean): boolean {
  return typeof input === "string" ? known(input) : mapKey(input) !== undefined;
}

function isMissing(input: Datum): boolean {
  return input instanceof Undefined || input instanceof Nothing;
}

function remainder(input: Datum, by: number): number {
  const number = numeric(input);
  if (number === undefined) throw failed(`${typeName(input)} is not a number`);
  const rest = calculate("%", number, numeric(by) ?? { kind: "int", value: 1 });
  return Math.abs(Number(numeric(rest)?.value ?? Number.NaN));
}

/** Small values are the same object in Python when they are equal and of one type; containers never are. */
function sameObject(left: Datum, right: Datum): boolean {
  if (left instanceof WholeFloat || right instanceof WholeFloat) return false;
  if (typeof left !== typeof right) return false;
  return typeof left === "object" ? left === right : equals(left, right);
}

function truthyAfter(input: Datum, convert: Datum | undefined): boolean {
  if (!flagOr(convert, false)) return truthy(input);
  const word = typeof input === "string" ? input.trim().toLowerCase() : "";
  return !/^(?:no|off|0|false|n|f)$/.test(word) && truthy(input);
}
