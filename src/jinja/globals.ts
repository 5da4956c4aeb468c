import type { Json } from "../model/json.ts";
import { NoAnswer } from "../model/rendering.ts";
import { bind } from "./arguments.ts";
import { datumOf } from "./variables.ts";
import { flagOr, integerOr, wantText } from "./coerce.ts";
import type { Frame } from "./frame.ts";
import { runLookup } from "./lookups/index.ts";
import type { Machine } from "./machine.ts";
import { dictPairs } from "./methods/containers.ts";
import { failed, PendingProblem, unsupported } from "./problem.ts";
import { jsonOf } from "./to-json.ts";
import { mapKey } from "./values/compare.ts";
import { Callable, Dict, Moment, OMIT, Range, Thing, Undefined } from "./values/datum.ts";
import type { Arguments, Datum } from "./values/datum.ts";
import { print, repr } from "./values/print.ts";
import { formatTime } from "./values/strftime.ts";

type Global = (args: Arguments, machine: Machine) => Datum;

const GLOBALS: Readonly<Record<string, Global>> = {
  dict: (given) => {
    const dict = new Dict();
    for (const [key, value] of dictPairs(given)) dict.set(mapKey(key), key, value);
    return dict;
  },
  range: (given, machine) => range(given, machine),
  namespace: (given) => namespace(given),
  lookup: (given, machine) => runLookup(machine, given, { asList: false }),
  query: (given, machine) => runLookup(machine, given, { asList: true }),
  q: (given, machine) => runLookup(machine, given, { asList: true }),
  now: (given, machine) => now(given, machine),
  undef: (given, machine) => {
    const [hint] = bind("undef()", ["hint?"], given);
    const message = hint === undefined || hint === null ? "value is undefined" : print(hint);
    return new Undefined(message, machine.trail());
  },
  lipsum: () => {
    throw unsupported("lipsum makes up text, and this tool does not", "Write the text yourself");
  },
  cycler: (given) => cycler(given),
  joiner: (given) => joiner(given),
};

const TYPE_NAMES: Readonly<Record<string, string>> = { dict: "type", range: "type" };

export const GLOBAL_NAMES: readonly string[] = [
  ...Object.keys(GLOBALS),
  "omit",
  "vars",
  "hostvars",
];

/** Names that every template knows, unless a variable has the same name. */
export function globalNamed(name: string, frame: Frame): Datum | undefined {
  const { machine } = frame;
  if (name === "omit") return OMIT;
  const found = Object.hasOwn(GLOBALS, name) ? GLOBALS[name] : undefined;
  if (found !== undefined)
    return new Callable(TYPE_NAMES[name] ?? "function", name, (args) => found(args, machine));
  const { functions = {} } = machine.settings;
  const custom = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (custom === undefined) return undefined;
  return new Callable("function", name, ({ positional, named }) => {
    const kwargs = Object.fromEntries([...named].map(([key, value]) => [key, jsonOf(value)]));
    return datumOf(answerOf(name, () => custom(positional.map(jsonOf), kwargs)));
  });
}

function answerOf(name: string, ask: () => Json): Json {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw error.kind === "not-yet" ? new PendingProblem([`${name}()`]) : failed(error.message);
  }
}

function range(given: Arguments, machine: Machine): Range {
  const [first, second, third] = bind("range()", ["start", "stop?", "step?"], given);
  const from = integerOr(first, 0, "range");
  const step = integerOr(third, 1, "the step of range");
  if (step === 0) throw failed("range() arg 3 must not be zero");
  const made =
    second === undefined
      ? new Range(0, from, step)
      : new Range(from, integerOr(second, 0, "range"), step);
  if (made.length > 100_000) throw failed(`range() of ${made.length} elements is too long`);
  machine.spend(made.length);
  return made;
}

function namespace(given: Arguments): Thing {
  const fields = new Map(dictPairs(given).map(([key, value]) => [print(key), value]));
  return new Thing("Namespace", {
    show: () => `<Namespace ${repr(new Dict(fields))}>`,
    read: (name) => fields.get(name),
    write: (name, value) => fields.set(name, value),
  });
}

function now(given: Arguments, machine: Machine): Datum {
  const [utc, format] = bind("now()", ["utc?", "fmt?"], given);
  const date = (machine.settings.now ?? (() => new Date()))();
  const inUtc = flagOr(utc, false);
  const local = inUtc ? 0 : -date.getTimezoneOffset();
  const micros = BigInt(date.getTime() + local * 60_000) * 1000n;
  const moment = new Moment(micros);
  return format === undefined || format === null
    ? moment
    : formatTime(moment, wantText(format, "fmt"));
}

function cycler(given: Arguments): Thing {
  const { positional: items } = given;
  if (items.length === 0) throw failed("at least one item has to be provided");
  let at = 0;
  const callable = (name: string, run: () => Datum) => new Callable("method", name, run);
  return new Thing("Cycler", {
    read: (name) => {
      if (name === "current") return items[at] ?? null;
      if (name === "next")
        return callable("next", () => {
          const current = items[at] ?? null;
          at = (at + 1) % items.length;
          return current;
        });
      if (name !== "reset") return undefined;
      return callable("reset", () => {
        at = 0;
        return null;
      });
    },
  });
}

function joiner(given: Arguments): Thing {
  const [separator] = bind("joiner()", ["sep?"], given);
  let used = false;
  return new Thing("Joiner", {
    read: () => undefined,
    call: () => {
      if (used) return separator ?? ", ";
      used = true;
      return "";
    },
  });
}
