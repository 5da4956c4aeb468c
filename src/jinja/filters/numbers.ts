import { integerOr, textOr, wantNumber } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { WholeFloat } from "../../model/value.ts";
import type { Datum } from "../values/datum.ts";
import { calculate, float, floatPower, integer, numeric, truncated } from "../values/number.ts";
import { exactLog } from "../values/exact-power.ts";
import { typeName } from "../values/type-name.ts";

const booleans: Plugin = plugin([], (input) => {
  if (typeof input === "boolean" || input === null) return input === true;
  if (typeof input === "string")
    return ["yes", "on", "1", "true"].includes(input.toLowerCase().trim());
  const number = numeric(input);
  return number !== undefined && Number(number.value) === 1;
});

/** Conversions to numbers and truth values, and mathematics. */
export const NUMBER_FILTERS: Plugins = {
  bool: booleans,
  int: plugin(["default?", "base?"], (input, [fallback, base]) => {
    return toInteger(input, integerOr(base, 10, "base")) ?? (fallback === undefined ? 0 : fallback);
  }),
  float: plugin(
    ["default?"],
    (input, [fallback]) =>
      toFloat(input) ?? (fallback === undefined ? new WholeFloat(0) : fallback),
  ),
  abs: plugin([], (input) => {
    const number = numeric(input);
    if (number === undefined) throw failed(`bad operand type for abs(): '${typeName(input)}'`);
    if (number.kind === "float") return float(Math.abs(number.value));
    const sign = number.value < 0 ? -1 : 1;
    return calculate("*", number, { kind: "int", value: sign });
  }),
  round: plugin(["precision?", "method?"], (input, [precision, method]) => {
    const digits = integerOr(precision, 0, "precision");
    const number = numeric(input);
    if (number === undefined)
      throw failed(`cannot round ${typeName(input)}`, "Use `| float` first");
    const value = Number(number.value);
    const how = textOr(method, "common");
    if (how === "ceil") return float((Math.ceil(value * 10 ** digits) + 0) / 10 ** digits);
    if (how === "floor") return float((Math.floor(value * 10 ** digits) + 0) / 10 ** digits);
    if (how !== "common") throw failed("round knows the methods common, ceil and floor");
    if (number.kind === "float") return float(roundHalfEven(value, digits));
    return integer(roundedInteger(BigInt(number.value), digits));
  }),
  log: plugin(["base?"], (input, [base]) => {
    const value = wantNumber(input, "the number");
    if (value <= 0) throw failed("there is no logarithm of zero or less");
    const of = base === undefined ? Math.E : wantNumber(base, "base");
    if (of === 10) return float(Math.log10(value));
    if (base === undefined) return float(exactLog(value));
    if (of <= 0) throw failed("math domain error: the base must be positive");
    if (of === 1) throw failed("float division by zero");
    return float(exactLog(value) / exactLog(of));
  }),
  pow: plugin(["y"], (input, [exponent]) => {
    return float(mathPower(wantNumber(input, "the number"), wantNumber(exponent, "the exponent")));
  }),
  root: plugin(["base?"], (input, [base]) => {
    const value = wantNumber(input, "the number");
    const degree = base === undefined ? 2 : wantNumber(base, "base");
    if (value < 0) throw failed("there is no real root of a number below zero");
    if (degree === 0) throw failed("float division by zero");
    return float(degree === 2 ? Math.sqrt(value) : mathPower(value, 1 / degree));
  }),
};

/** C's pow(), which has no answer where the real numbers have none. */
function mathPower(base: number, exponent: number): number {
  if (base < 0 && !Number.isInteger(exponent)) throw failed("math domain error");
  if (base === 0 && exponent < 0) throw failed("math domain error");
  const power = floatPower(base, exponent);
  if (Math.abs(power) === Infinity && Number.isFinite(base)) throw failed("math range error");
  return power;
}

/** Digits behind the point change nothing; before it ties go to the even neighbour. */
function roundedInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  const scale = 10n ** BigInt(Math.min(-digits, 400));
  const rest = ((value % scale) + scale) % scale;
  const below = value - rest;
  const odd = (below / scale) % 2n !== 0n;
  return rest * 2n > scale || (rest * 2n === scale && odd) ? below + scale : below;
}

/** Ties go to the even neighbour, judged on the exact value, as `round()` does. */
function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || value === 0 || digits > 308) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  const scale = 10 ** Math.abs(digits);
  const scaled = digits >= 0 ? value * scale : value / scale;
  const below = Math.floor(scaled);
  const exact = digits === 0 ? scaled - below : tie(value, scaled, digits);
  const up = exact > 0.5 || (exact === 0.5 && below % 2 !== 0) ? below + 1 : below;
  if (digits > 0) return Number((up / scale).toFixed(Math.min(digits, 100)));
  return digits === 0 ? up : up * scale;
}

/** The part behind the point of `value` shifted by `digits`, from its decimal expansion instead of a multiplication. */
function tie(value: number, scaled: number, digits: number): number {
  if (digits < 0 || digits > 40) return scaled - Math.floor(scaled);
  const [, fraction = ""] = Math.abs(value)
    .toFixed(Math.min(100, digits + 55))
    .split(".");
  const rest = Number(`0.${fraction.slice(digits) || "0"}`);
  return value < 0 && rest !== 0 ? 1 - rest : rest;
}

function toInteger(input: Datum, base: number): Datum | undefined {
  const number = numeric(input);
  if (number !== undefined) {
    if (number.kind === "int") return typeof input === "boolean" ? Number(input) : input;
    return Number.isFinite(number.value) ? truncated(number.value) : undefined;
  }
  if (typeof input !== "string") return undefined;
  const text = input.trim().toLowerCase();
  const parsed = parseInteger(text, base);
  if (parsed !== undefined) return integer(parsed);
  const asFloat = toFloat(input);
  const value = asFloat === undefined ? undefined : numeric(asFloat);
  if (value === undefined || !Number.isFinite(Number(value.value))) return undefined;
  return truncated(Number(value.value));
}

const PREFIXES: Readonly<Record<number, string>> = { 2: "0b", 8: "0o", 16: "0x" };

function parseInteger(text: string, base: number): bigint | undefined {
  const match = /^([+-]?)(0[box])?_?([0-9a-z]+(?:_[0-9a-z]+)*)$/.exec(text);
  if (match === null || base < 2 || base > 36) return undefined;
  const [, sign, prefix = "", body = ""] = match;
  const allowed = PREFIXES[base] === prefix || prefix === "";
  const digits = (allowed ? body : prefix + body).replaceAll("_", "");
  // Python, too, reads no longer ones.
  if (digits.length > 4300) return undefined;
  let value = 0n;
  for (const char of digits) {
    const digit = Number.parseInt(char, 36);
    if (Number.isNaN(digit) || digit >= base) return undefined;
    value = value * BigInt(base) + BigInt(digit);
  }
  return sign === "-" ? -value : value;
}

/** A float of what Python's `float()` takes; undefined for anything else. */
export function toFloat(input: Datum): Datum | undefined {
  const number = numeric(input);
  if (number !== undefined) return float(Number(number.value));
  if (typeof input !== "string") return undefined;
  const text = input.trim().toLowerCase();
  const named = /^([+-]?)(inf|infinity|nan)$/.exec(text);
  if (named !== null) {
    const size = named[2] === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
    return named[1] === "-" ? -size : size;
  }
  const plain = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/;
  return plain.test(text) ? float(Number(text.replaceAll("_", ""))) : undefined;
}
