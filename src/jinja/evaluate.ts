import { VaultText } from "../model/value.ts";
import type { Frame } from "./frame.ts";
import { globalNamed } from "./globals.ts";
import { arithmetic, holds } from "./operators.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import { rawValue } from "./raw-value.ts";
import { sliced } from "./slice.ts";
import { suggestion } from "./suggestion.ts";
import type { CallArguments, Expression } from "./syntax/ast.ts";
import { mapKey } from "./values/compare.ts";
import {
  Dict,
  List,
  NOTHING,
  NO_ARGUMENTS,
  Nothing,
  Omit,
  Tuple,
  Undefined,
} from "./values/datum.ts";
import type { Arguments, Datum } from "./values/datum.ts";
import { elements } from "./values/iterate.ts";
import { calculate, numeric } from "./values/number.ts";
import { print } from "./values/print.ts";
import { truthy } from "./values/truth.ts";
import { typeName } from "./values/type-name.ts";

/** The value of an expression. Names may be undefined; only using them is a problem. */
export function evaluate(node: Expression, frame: Frame): Datum {
  const { machine } = frame;
  machine.spend(1);
  switch (node.kind) {
    case "literal":
      return node.value;
    case "name":
      machine.offset = node.offset;
      return lookUp(node.name, frame);
    case "list":
      return new List(node.items.map((item) => evaluate(item, frame)));
    case "tuple":
      return new Tuple(node.items.map((item) => evaluate(item, frame)));
    case "dict":
      return dict(node.pairs, frame);
    case "attribute": {
      const of = evaluate(node.of, frame);
      machine.offset = node.offset;
      return machine.attribute(of, node.name);
    }
    case "item": {
      const of = evaluate(node.of, frame);
      const key = evaluate(node.key, frame);
      machine.offset = node.offset;
      return machine.item(of, key);
    }
    case "slice": {
      const of = evaluate(node.of, frame);
      const bounds = node.bounds.map((bound) =>
        bound === undefined ? null : evaluate(bound, frame),
      );
      machine.offset = node.offset;
      return sliced(of, bounds);
    }
    case "call": {
      const callee = evaluate(node.callee, frame);
      const args = evaluateArguments(node.args, frame);
      machine.offset = node.offset;
      return machine.call(callee, args);
    }
    case "filter": {
      if (node.input === undefined) throw failed("a filter block without a block");
      return applyFilter(node, evaluate(node.input, frame), frame);
    }
    case "test": {
      const input = testInput(node, frame);
      const args = evaluateArguments(node.args, frame);
      machine.offset = node.offset;
      return machine.test(node.name, input, args);
    }
    case "not":
      return !isTrue(evaluate(node.operand, frame), node.offset, frame);
    case "sign":
      return signed(node.sign, evaluate(node.operand, frame), node.offset, frame);
    case "arithmetic": {
      const left = evaluate(node.left, frame);
      const right = evaluate(node.right, frame);
      machine.offset = node.offset;
      return arithmetic(machine, node.operator, left, right);
    }
    case "join": {
      const parts = node.parts.map((part) => evaluate(part, frame));
      machine.offset = node.offset;
      const text = parts.map(print).join("");
      machine.spend(text.length >> 6);
      return text;
    }
    case "compare":
      return compared(node, frame);
    case "and": {
      const left = evaluate(node.left, frame);
      return isTrue(left, node.offset, frame) ? evaluate(node.right, frame) : left;
    }
    case "or": {
      const left = evaluate(node.left, frame);
      return isTrue(left, node.offset, frame) ? left : evaluate(node.right, frame);
    }
    case "conditional": {
      const condition = evaluate(node.condition, frame);
      if (isTrue(condition, node.condition.offset, frame)) return evaluate(node.then, frame);
      return node.otherwise === undefined ? NOTHING : evaluate(node.otherwise, frame);
    }
  }
}

/** Applies one filter node to an input that is already known; filter blocks start a chain this way. */
export function applyFilter(
  node: Extract<Expression, { kind: "filter" }>,
  input: Datum,
  frame: Frame,
): Datum {
  const args = evaluateArguments(node.args, frame);
  frame.machine.offset = node.offset;
  return frame.machine.filter(node.name, input, args);
}

/** A chain of filters whose innermost input is `block`. */
export function applyChain(node: Expression, block: Datum, frame: Frame): Datum {
  if (node.kind !== "filter") return evaluate(node, frame);
  const input = node.input === undefined ? block : applyChain(node.input, block, frame);
  return applyFilter(node, input, frame);
}

export function lookUp(name: string, frame: Frame): Datum {
  const { machine } = frame;
  const local = frame.locals.get(name);
  if (local !== undefined) return local;
  const variable = frame.template.seesVariables ? machine.variable(name) : undefined;
  if (variable !== undefined) return variable;
  const global = globalNamed(name, frame);
  if (global !== undefined) return global;
  const hint = suggestion(name, machine, frame) ?? `Define it, or write ${name} | default(…)`;
  return new Undefined(`'${name}' is undefined`, machine.trail(), { name, hint });
}

/** `vault_encrypted` asks about the value as it stands in its file, which rendering leaves behind. */
function testInput(node: Extract<Expression, { kind: "test" }>, frame: Frame): Datum {
  if (/^(?:ansible\.builtin\.)?vault_encrypted$/.test(node.name)) {
    const raw = rawValue(node.input, frame.machine, frame.locals);
    if (raw?.value instanceof VaultText) return raw.value.ciphertext;
  }
  return evaluate(node.input, frame);
}

function isTrue(datum: Datum, offset: number, frame: Frame): boolean {
  if (typeof datum === "boolean") return datum;
  frame.machine.offset = offset;
  return truthy(datum);
}

function dict(pairs: readonly (readonly [Expression, Expression])[], frame: Frame): Dict {
  const built = new Dict();
  for (const [keyNode, valueNode] of pairs) {
    const key = evaluate(keyNode, frame);
    const value = evaluate(valueNode, frame);
    frame.machine.offset = keyNode.offset;
    if (key instanceof Nothing || key instanceof Omit)
      throw failed(`${typeName(key)} cannot be a key`);
    built.set(mapKey(key), key, value);
  }
  return built;
}

export function evaluateArguments(args: CallArguments, frame: Frame): Arguments {
  const { positional, named, spread, spreadNamed } = args;
  if (
    positional.length === 0 &&
    named.length === 0 &&
    spread === undefined &&
    spreadNamed === undefined
  )
    return NO_ARGUMENTS;
  const values = positional.map((value) => evaluate(value, frame));
  const names = new Map(named.map(([name, value]) => [name, evaluate(value, frame)]));
  if (spread !== undefined) values.push(...elements(evaluate(spread, frame)));
  if (spreadNamed !== undefined) {
    const more = evaluate(spreadNamed, frame);
    if (more instanceof Undefined) throw new UndefinedProblem(more);
    if (!(more instanceof Dict))
      throw failed(`argument after ** must be a mapping, not ${typeName(more)}`);
    for (const [key, value] of more.pairs()) names.set(print(key), value);
  }
  return { positional: values, named: names };
}

function signed(sign: "-" | "+", operand: Datum, offset: number, frame: Frame): Datum {
  frame.machine.offset = offset;
  if (operand instanceof Undefined) throw new UndefinedProblem(operand);
  const number = numeric(operand);
  if (number === undefined)
    throw failed(`bad operand type for unary ${sign}: '${typeName(operand)}'`);
  if (sign === "+") return calculate("+", number, { kind: "int", value: 0 });
  // 0 - x would lose the sign of a zero.
  return calculate("*", number, { kind: "int", value: -1 });
}

function compared(node: Extract<Expression, { kind: "compare" }>, frame: Frame): boolean {
  let left = evaluate(node.first, frame);
  for (const { operator, right: rightNode } of node.rest) {
    const right = evaluate(rightNode, frame);
    frame.machine.offset = node.offset;
    if (!holds(operator, left, right)) return false;
    left = right;
  }
  return true;
}
