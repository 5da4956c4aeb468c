import { WholeFloat } from "../../model/value.ts";
import { failed } from "../problem.ts";
import { exactPower } from "./exact-power.ts";
import type { Datum } from "./datum.ts";
import { typeName } from "./type-name.ts";

/** A number as Python sees it: an integer of any size, or a float. Booleans are the integers 0 and 1. */
export type Numeric =
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number };

export function numeric(datum: Datum): Numeric | undefined {
  if (typeof datum === "number")
    return Number.isInteger(datum)
      ? { kind: "int", value: datum }
      : { kind: "float", value: datum };
  if (typeof datum === "bigint") return { kind: "int", value: datum };
  if (typeof datum === "boolean") return { kind: "int", value: datum ? 1 : 0 };
  if (datum instanceof WholeFloat) return { kind: "float", value: datum.number };
  return undefined;
}

export function isFloat(datum: Datum): boolean {
  return datum instanceof WholeFloat || (typeof datum === "number" && !Number.isInteger(datum));
}

export function float(value: number): Datum {
  return Number.isInteger(value) ? new WholeFloat(value) : value;
}

export function integer(value: bigint): Datum {
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** Drops the part behind the point, as `int()` does. */
export function truncated(value: number): Datum {
  if (!Number.isFinite(value))
    throw failed(`cannot convert float ${value > 0 ? "infinity" : "NaN"} to integer`);
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}

export type Operator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/** Python's arithmetic on two numbers. Floors where JavaScript truncates; integers never overflow. */
export function calculate(operator: Operator, left: Numeric, right: Numeric): Datum {
  if (left.kind === "int" && right.kind === "int")
    return onIntegers(operator, left.value, right.value);
  return onFloats(operator, Number(left.value), Number(right.value));
}

function onIntegers(operator: Operator, a: number | bigint, b: number | bigint): Datum {
  if (operator === "/") {
    if (Number(b) === 0) throw failed("division by zero");
    return float(quotient(a, b));
  }
  if ((operator === "//" || operator === "%") && Number(b) === 0)
    throw failed("integer division or modulo by zero");
  if (operator === "**") return power(a, b);
  if (typeof a === "number" && typeof b === "number") {
    const fast = smallIntegers(operator, a, b);
    if (Number.isSafeInteger(fast)) return fast + 0;
  }
  const x = BigInt(a);
  const y = BigInt(b);
  switch (operator) {
    case "+":
      return integer(x + y);
    case "-":
      return integer(x - y);
    case "*":
      return integer(x * y);
    case "//":
      return integer((x - floorModulo(x, y)) / y);
    case "%":
      return integer(floorModulo(x, y));
  }
}

/** Rounded once, also where the integers themselves are no floats. */
function quotient(a: number | bigint, b: number | bigint): number {
  if (typeof a === "number" && typeof b === "number") return a / b;
  const negative = Number(a) < 0 !== Number(b) < 0;
  const [top, bottom] = [BigInt(a), BigInt(b)].map((one) => (one < 0n ? -one : one));
  if (top === undefined || bottom === undefined || top === 0n) return 0;
  const shift = BigInt(66 + bottom.toString(2).length - top.toString(2).length);
  const scaled = shift > 0n ? (top << shift) / bottom : top / (bottom << -shift);
  const exact = shift > 0n ? scaled * bottom === top << shift : scaled * (bottom << -shift) === top;
  // One more bit stands for all that was cut off.
  const value = Number(exact ? scaled << 1n : (scaled << 1n) | 1n);
  const half = Math.trunc(Number(shift + 1n) / 2);
  const size = value / 2 ** half / 2 ** (Number(shift + 1n) - half);
  if (!Number.isFinite(size)) throw failed("integer division result too large for a float");
  return negative ? -size : size;
}

function smallIntegers(operator: Exclude<Operator, "/" | "**">, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return a - b * Math.floor(a / b);
  }
}

function floorModulo(x: bigint, y: bigint): bigint {
  const rest = x % y;
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
}

function power(a: number | bigint, b: number | bigint): Datum {
  if (Number(b) < 0) {
    if (Number(a) === 0) throw failed("0.0 cannot be raised to a negative power");
    return float(floatPower(Number(a), Number(b)));
  }
  // A number of a million digits is a slip, and would take minutes.
  if (Math.log2(Math.abs(Number(a)) + 1) * Number(b) > 100_000)
    throw failed("the power is too large");
  return integer(BigInt(a) ** BigInt(b));
}

function onFloats(operator: Operator, a: number, b: number): Datum {
  switch (operator) {
    case "+":
      return float(a + b);
    case "-":
      return float(a - b);
    case "*":
      return float(a * b);
    case "/":
      if (b === 0) throw failed("float division by zero");
      return float(a / b);
    case "//":
      if (b === 0) throw failed("float floor division by zero");
      return float(floored(a, b));
    case "%":
      if (b === 0) throw failed("float modulo");
      return float(remainder(a, b));
    case "**":
      if (a === 0 && b < 0) throw failed("0.0 cannot be raised to a negative power");
      if (a < 0 && !Number.isInteger(b))
        throw failed("a negative number has no real power with a fraction");
      return float(floatPower(a, b));
  }
}

/** Has the sign of the divisor, also where it is zero. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

/** Not the floor of the quotient: 1.0 // 0.1 is 9.0, because 0.1 is a little more than a tenth. */
function floored(a: number, b: number): number {
  const quotient = (a - remainder(a, b)) / b;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

export function floatPower(a: number, b: number): number {
  const exact = a > 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b);
  return exact ? exactPower(a, b) : a ** b;
}

/** A number for positions and counts; anything else than an integer is a problem that names `what`. */
export function wantInteger(datum: Datum, what: string): number {
  const found = numeric(datum);
  if (found?.kind !== "int") throw failed(`${what} must be an integer, not ${typeName(datum)}`);
  return Number(found.value);
}
