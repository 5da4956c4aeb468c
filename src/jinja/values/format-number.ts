import { failed } from "../problem.ts";
import { fixedDigits } from "./exact-digits.ts";
import { isFloat } from "./number.ts";
import type { Numeric } from "./number.ts";
import { float } from "./number.ts";
import { printFloat } from "./print.ts";

/** A number's part of Python's format language. */
export interface NumberFormat {
  readonly fill: string;
  readonly align: "<" | ">" | "^" | "=";
  readonly sign: "+" | "-" | " ";
  readonly alternate: boolean;
  readonly grouping: "" | "," | "_";
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
  /** `%d` cuts floats; `{:d}` refuses them. */
  readonly truncate: boolean;
}

export function formatNumber(number: Numeric, format: NumberFormat): string {
  const cut = format.truncate && format.type === "d" ? Math.trunc(Number(number.value)) : undefined;
  const negative = cut === undefined ? number.value < 0 || Object.is(number.value, -0) : cut < 0;
  const { prefix, digits } = magnitude(number, format);
  const sign = negative ? "-" : format.sign === "-" ? "" : format.sign;
  const [whole = "", fraction] = digits.split(/(?=[.e%])/s, 2);
  const tail = fraction === undefined ? "" : digits.slice(whole.length);
  const size = "xXob".includes(format.type) && format.type !== "" ? 4 : 3;
  const grouped =
    format.grouping === "" ? whole : whole.replace(groupPattern(size), `$&${format.grouping}`);
  const body = grouped + tail;
  const head = sign + prefix;
  const missing = Math.max(0, format.width - head.length - body.length);
  const fill = format.fill.repeat(missing);
  switch (format.align) {
    case "=":
      return head + fill + body;
    case "<":
      return head + body + fill;
    case ">":
      return fill + head + body;
    case "^": {
      const before = Math.floor(missing / 2);
      return format.fill.repeat(before) + head + body + format.fill.repeat(missing - before);
    }
  }
}

function groupPattern(size: number): RegExp {
  return new RegExp(`[0-9a-fA-F](?=(?:[0-9a-fA-F]{${size}})+$)`, "g");
}

function magnitude(number: Numeric, format: NumberFormat): { prefix: string; digits: string } {
  const { type } = format;
  if ("dxXobn".includes(type) && type !== "") return wholeDigits(number, format);
  const value = Math.abs(Number(number.value));
  const precision = format.precision ?? 6;
  switch (type) {
    case "e":
    case "E":
      return { prefix: "", digits: exponent(value, precision, type) };
    case "f":
    case "F":
      return { prefix: "", digits: fixed(value, precision) };
    case "g":
    case "G":
      return { prefix: "", digits: general(value, precision, format.alternate, type) };
    case "%":
      return { prefix: "", digits: `${fixed(value * 100, precision)}%` };
    case "": {
      if (number.kind === "int" && format.precision === undefined)
        return { prefix: "", digits: String(number.value).replace("-", "") };
      if (format.precision === undefined) return { prefix: "", digits: printFloat(value) };
      const digits = general(value, precision, false, "g");
      const plain = number.kind === "float" && isFloat(float(value)) && /^\d+$/.test(digits);
      return { prefix: "", digits: plain ? `${digits}.0` : digits };
    }
    default:
      throw failed(`unknown format code '${type}' for a number`);
  }
}

function wholeDigits(number: Numeric, format: NumberFormat): { prefix: string; digits: string } {
  if (number.kind === "float" && !format.truncate)
    throw failed(`unknown format code '${format.type}' for a float`, "Use `| int` first");
  const whole = BigInt(Math.trunc(Number(number.value)));
  const exact = typeof number.value === "bigint" ? number.value : whole;
  const size = exact < 0n ? -exact : exact;
  const radix = format.type === "x" || format.type === "X" ? 16 : format.type === "o" ? 8 : 2;
  const digits = "dn".includes(format.type) ? size.toString() : size.toString(radix);
  const shown = format.type === "X" ? digits.toUpperCase() : digits;
  const precise = shown.padStart(format.truncate ? (format.precision ?? 0) : 0, "0");
  const prefix = format.alternate && !"dn".includes(format.type) ? `0${format.type}` : "";
  return { prefix, digits: precise };
}

function fixed(value: number, precision: number): string {
  return Number.isFinite(value) ? fixedDigits(value, precision) : printFloat(value);
}

function exponent(value: number, precision: number, letter: string): string {
  if (!Number.isFinite(value)) return printFloat(value);
  const [digits = "", power = "0"] = value.toExponential(Math.min(precision, 100)).split("e");
  const size = power.replace(/^[+-]/, "").padStart(2, "0");
  return `${digits}${letter}${power.startsWith("-") ? "-" : "+"}${size}`;
}

function general(value: number, precision: number, keepZeros: boolean, letter: string): string {
  if (!Number.isFinite(value)) return printFloat(value);
  const wanted = precision === 0 ? 1 : precision;
  const power = value === 0 ? 0 : Number(value.toExponential(wanted - 1).split("e")[1]);
  const strip = (digits: string) =>
    keepZeros || !digits.includes(".") ? digits : digits.replace(/\.?0+$/, "");
  if (power < -4 || power >= wanted) {
    const text = exponent(value, wanted - 1, letter === "G" ? "E" : "e");
    const [digits = "", tail = ""] = text.split(/(?=e)/i);
    return strip(digits) + tail;
  }
  return strip(fixed(value, wanted - 1 - power));
}
