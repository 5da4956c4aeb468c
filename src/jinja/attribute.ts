import { FLOAT_METHODS, INTEGER_METHODS, numberField } from "./methods/numbers.ts";
import { bind } from "./arguments.ts";
import type { Machine } from "./machine.ts";
import { DICT_METHODS, LIST_METHODS, TUPLE_METHODS } from "./methods/containers.ts";
import type { Method } from "./methods/method.ts";
import { TEXT_METHODS } from "./methods/text.ts";
import {
  BYTES_METHODS,
  DAY_METHODS,
  MOMENT_METHODS,
  SPAN_METHODS,
  timeField,
} from "./methods/times.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import { isHashable, mapKey } from "./values/compare.ts";
import {
  Bytes,
  Callable,
  Day,
  Dict,
  List,
  Moment,
  Nothing,
  Range,
  Span,
  Thing,
  Tuple,
  Undefined,
} from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { units } from "./values/iterate.ts";
import { numeric } from "./values/number.ts";
import { print } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

// The only two ways into a value. Both go through explicit tables and own keys: there is no path from a template to a
// JavaScript property, a constructor or a prototype.

/** `of.name`: a method first, then a key, as Jinja has it. */
export function attributeOf(machine: Machine, of: Datum, name: string): Datum {
  if (of instanceof Undefined) return of;
  if (of instanceof Nothing) throw noElse();
  // None is null and is there; only undefined is missing.
  const member = memberOf(of, name);
  if (member !== undefined) return member;
  const element = elementOf(of, name);
  return element === undefined ? missing(machine, of, name) : element;
}

/** The filter `attr`: a method or field, and never a key. */
export function memberOnly(machine: Machine, of: Datum, name: string): Datum {
  const member = memberOf(of, name);
  return member === undefined ? missing(machine, of, name) : member;
}

/** `of[key]`: an element first, then an attribute if the key is text. */
export function itemOf(machine: Machine, of: Datum, key: Datum): Datum {
  if (of instanceof Undefined) return of;
  if (of instanceof Nothing) throw noElse();
  if (key instanceof Undefined) throw new UndefinedProblem(key);
  const found = elementOf(of, key);
  if (found !== undefined) return found;
  const member = typeof key === "string" ? memberOf(of, key) : undefined;
  return member === undefined ? missing(machine, of, key) : member;
}

function noElse(): Error {
  return failed("the condition is false and there is no else", "Write `a if condition else b`");
}

function missing(machine: Machine, of: Datum, key: Datum): Undefined {
  const shown = typeof key === "string" ? `'${key}'` : print(key);
  if (typeof key === "string" && key.startsWith("__"))
    return new Undefined(
      `access to attribute ${shown} of '${typeName(of)}' object is unsafe`,
      machine.trail(),
    );
  const message = `object of type '${typeName(of)}' has no attribute ${shown}`;
  const hint = keyHint(of, key);
  return new Undefined(message, machine.trail(), hint === undefined ? {} : { hint });
}

function keyHint(of: Datum, key: Datum): string | undefined {
  if (!(of instanceof Dict)) return undefined;
  if (typeof key === "number" && of.has(String(key))) return `The key is text: ['${key}']`;
  const keys = of.keys().filter((one) => typeof one === "string");
  if (keys.length === 0) return "It is empty";
  const shown = keys.slice(0, 12).join(", ");
  return `It has: ${shown}${keys.length > 12 ? ", …" : ""}`;
}

function elementOf(of: Datum, key: Datum): Datum | undefined {
  if (of instanceof Dict) return isHashable(key) ? of.get(mapKey(key)) : undefined;
  const index = numeric(key);
  if (index?.kind !== "int") return undefined;
  const position = Number(index.value);
  if (of instanceof List) {
    const at = position < 0 ? position + of.length : position;
    return at >= 0 && at < of.length ? of.at(at) : undefined;
  }
  if (typeof of === "string") {
    const letters = units(of);
    return letters.at(position);
  }
  if (of instanceof Range) {
    const at = position < 0 ? position + of.length : position;
    return at >= 0 && at < of.length ? of.start + at * of.step : undefined;
  }
  return undefined;
}

function memberOf(of: Datum, name: string): Datum | undefined {
  const number = numeric(of);
  if (number !== undefined) {
    const methods = number.kind === "int" ? INTEGER_METHODS : FLOAT_METHODS;
    return (
      numberField(number, name) ?? methodIn(methods, number, name, "builtin_function_or_method")
    );
  }
  if (typeof of === "string") return methodIn(TEXT_METHODS, of, name, "builtin_function_or_method");
  if (of instanceof Dict) return methodIn(DICT_METHODS, of, name, "method");
  if (of instanceof Tuple) {
    const at = of.names.indexOf(name);
    if (at >= 0) return of.at(at);
    return methodIn(TUPLE_METHODS, of, name, "builtin_function_or_method");
  }
  if (of instanceof List) return methodIn(LIST_METHODS, of, name, "builtin_function_or_method");
  if (of instanceof Thing) return of.read(name);
  if (of instanceof Moment)
    return fieldOr(timeField(of, name), () =>
      methodIn(MOMENT_METHODS, of, name, "builtin_function_or_method"),
    );
  if (of instanceof Day)
    return timeField(of, name) ?? methodIn(DAY_METHODS, of, name, "builtin_function_or_method");
  if (of instanceof Span)
    return timeField(of, name) ?? methodIn(SPAN_METHODS, of, name, "builtin_function_or_method");
  if (of instanceof Bytes) return methodIn(BYTES_METHODS, of, name, "builtin_function_or_method");
  return undefined;
}

/** None is a field like any other. */
function fieldOr(field: Datum | undefined, method: () => Datum | undefined): Datum | undefined {
  return field === undefined ? method() : field;
}

function methodIn<T>(
  table: Readonly<Record<string, Method<T>>>,
  self: T,
  name: string,
  typeOfMethod: string,
): Callable | undefined {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) return undefined;
  return new Callable(typeOfMethod, name, (args) => {
    const bound = found.params === undefined ? [] : bind(`${name}()`, found.params, args);
    return found.run(self, bound, args);
  });
}

export function notCallable(callee: Datum): Error {
  return failed(`'${typeName(callee)}' object is not callable`);
}
