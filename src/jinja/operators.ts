import { formatPercent } from "./format-percent.ts";
import type { Machine } from "./machine.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import type { Comparison } from "./syntax/ast.ts";
import { compare, equals, mapKey } from "./values/compare.ts";
import {
  Day,
  Dict,
  List,
  Moment,
  Nothing,
  Range,
  readsStrictly,
  Span,
  Tuple,
  Undefined,
} from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { calculate, numeric } from "./values/number.ts";
import type { Operator } from "./values/number.ts";
import { typeName } from "./values/type-name.ts";

export function arithmetic(machine: Machine, operator: Operator, left: Datum, right: Datum): Datum {
  const a = numeric(left);
  const b = numeric(right);
  if (a !== undefined && b !== undefined) return calculate(operator, a, b);
  if (left instanceof Undefined) throw new UndefinedProblem(left);
  if (right instanceof Undefined) throw new UndefinedProblem(right);
  if (operator === "%" && typeof left === "string") return formatPercent(left, right);
  const other =
    operator === "+"
      ? plus(machine, left, right)
      : operator === "*"
        ? repeated(machine, left, right)
        : operator === "-"
          ? minus(left, right)
          : undefined;
  if (other !== undefined) return other;
  throw failed(
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
    arithmeticHint(operator, left, right),
  );
}

function arithmeticHint(operator: Operator, left: Datum, right: Datum): string | undefined {
  const text = typeof left === "string" || typeof right === "string";
  if (text && operator === "+") return "Join text with ~, or turn it into a number with `| int`";
  return text ? "Turn the text into a number first: `| int` or `| float`" : undefined;
}

function plus(machine: Machine, left: Datum, right: Datum): Datum | undefined {
  if (typeof left === "string" && typeof right === "string") {
    machine.spend((left.length + right.length) >> 6);
    return left + right;
  }
  if (left instanceof List && right instanceof List && sameKind(left, right)) {
    machine.spend(left.length + right.length);
    const cells = [...left.cells, ...right.cells];
    return left instanceof Tuple ? new Tuple(cells) : new List(cells);
  }
  if (left instanceof Moment && right instanceof Span)
    return new Moment(left.micros + right.micros, left.zone);
  if (left instanceof Span && right instanceof Moment) return plus(machine, right, left);
  if (left instanceof Span && right instanceof Span) return new Span(left.micros + right.micros);
  return undefined;
}

function sameKind(left: List, right: List): boolean {
  return left instanceof Tuple === right instanceof Tuple;
}

function minus(left: Datum, right: Datum): Datum | undefined {
  if (left instanceof Moment && right instanceof Moment) {
    if ((left.zone === undefined) !== (right.zone === undefined))
      throw failed("cannot subtract a time without a zone and a time with one");
    const shift = BigInt((left.zone ?? 0) - (right.zone ?? 0)) * 60_000_000n;
    return new Span(left.micros - right.micros - shift);
  }
  if (left instanceof Moment && right instanceof Span)
    return new Moment(left.micros - right.micros, left.zone);
  if (left instanceof Span && right instanceof Span) return new Span(left.micros - right.micros);
  if (left instanceof Day && right instanceof Day)
    return new Span(BigInt(left.days - right.days) * 86_400_000_000n);
  return undefined;
}

function repeated(machine: Machine, left: Datum, right: Datum): Datum | undefined {
  const count = numeric(right);
  if (count?.kind !== "int")
    return numeric(left)?.kind === "int" ? repeated(machine, right, left) : undefined;
  const times = Math.max(0, Number(count.value));
  if (typeof left === "string") {
    machine.spend((left.length * times) / 64);
    return left.repeat(times);
  }
  if (!(left instanceof List)) return undefined;
  machine.spend(left.length * times);
  const cells = Array.from({ length: times }, () => left.all()).flat();
  return left instanceof Tuple ? new Tuple(cells) : new List(cells);
}

export function holds(operator: Comparison, left: Datum, right: Datum): boolean {
  switch (operator) {
    case "==":
      return equals(left, right);
    case "!=":
      return !equals(left, right);
    case "<":
      return compare(left, right, operator) < 0;
    case "<=":
      return !unordered(left, right) && compare(left, right, operator) <= 0;
    case ">":
      return compare(left, right, operator) > 0;
    case ">=":
      return !unordered(left, right) && compare(left, right, operator) >= 0;
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
  }
}

function unordered(left: Datum, right: Datum): boolean {
  return Number.isNaN(left) || Number.isNaN(right);
}

export function contains(container: Datum, item: Datum): boolean {
  if (item instanceof Undefined) throw new UndefinedProblem(item);
  if (typeof container === "string") {
    if (typeof item !== "string")
      throw failed(
        `'in <string>' requires string as left operand, not ${typeName(item)}`,
        "Turn it into text first: `| string`",
      );
    return container.includes(item);
  }
  if (container instanceof List && readsStrictly())
    return container.all().some((one) => equals(one, item));
  if (container instanceof List)
    return container.cells.some((_, index) => equals(container.at(index), item));
  if (container instanceof Dict) return container.has(mapKey(item));
  if (container instanceof Range) {
    const number = numeric(item);
    if (number === undefined) return false;
    const steps = (Number(number.value) - container.start) / container.step;
    return Number.isInteger(steps) && steps >= 0 && steps < container.length;
  }
  if (container instanceof Undefined) throw new UndefinedProblem(container);
  if (container instanceof Nothing) return false;
  throw failed(`argument of type '${typeName(container)}' is not iterable`);
}
