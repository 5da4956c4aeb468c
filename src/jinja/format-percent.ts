import { bounded } from "./coerce.ts";
import { failed } from "./problem.ts";
import { mapKey } from "./values/compare.ts";
import { Dict, List, Tuple } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { formatNumber } from "./values/format-number.ts";
import { codePoints } from "./values/iterate.ts";
import { numeric } from "./values/number.ts";
import { print, repr } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)/gs;

/** Python's `'…' % values`. */
export function formatPercent(format: string, values: Datum): string {
  const queue = values instanceof Tuple ? values.all() : [values];
  let taken = 0;
  let keyed = false;
  const take = (): Datum => {
    const value = queue[taken];
    taken += 1;
    if (value === undefined) throw failed("not enough arguments for format string");
    return value;
  };
  const out = format.replace(
    DIRECTIVE,
    (whole, key?: string, flags = "", width?: string, precision?: string, type = "") => {
      if (type === "%" && whole === "%%") return "%";
      const size = bounded(width === "*" ? starred(take()) : Number(width ?? 0), "a width");
      const digits = precision === "*" ? starred(take()) : precision && Number(precision);
      if (typeof digits === "number") bounded(digits, "a precision");
      let value: Datum;
      if (key === undefined) value = take();
      else {
        keyed = true;
        value = keyedValue(values, key);
      }
      return one({ flags, size, digits: digits === "" ? 0 : digits, type }, value);
    },
  );
  if (/%(?:\([^)]*\))?[-+ 0#]*\d*(?:\.\d*)?$/.test(format.replace(DIRECTIVE, "")))
    throw failed("incomplete format");
  // Python cannot tell whether a list or dict was meant to be used up.
  const container = values instanceof List && !(values instanceof Tuple);
  const leftOver = taken < queue.length && !keyed && !container && !(values instanceof Dict);
  if (leftOver) throw failed("not all arguments converted during string formatting");
  return out;
}

function starred(value: Datum): number {
  const number = numeric(value);
  if (number?.kind !== "int") throw failed("* wants int");
  return Number(number.value);
}

function keyedValue(values: Datum, key: string): Datum {
  if (!(values instanceof Dict)) throw failed("format requires a mapping");
  const found = values.get(mapKey(key));
  if (found === undefined) throw failed(`the format names '${key}', which is not given`);
  return found;
}

interface Directive {
  readonly flags: string;
  readonly size: number;
  readonly digits: number | undefined;
  readonly type: string;
}

function codePoint(code: number): string {
  if (code < 0 || code > 0x10ffff) throw failed("%c arg not in range(0x110000)");
  return String.fromCodePoint(code);
}

function one(directive: Directive, value: Datum): string {
  const { flags, type } = directive;
  const left = flags.includes("-");
  const padded = (text: string) => {
    const blanks = " ".repeat(Math.max(0, directive.size - codePoints(text)));
    return left ? text + blanks : blanks + text;
  };
  if (type === "s" || type === "r" || type === "a") {
    const text = type === "s" ? print(value) : repr(value);
    return padded(
      directive.digits === undefined ? text : [...text].slice(0, directive.digits).join(""),
    );
  }
  if (type === "c") {
    const number = numeric(value);
    if (number?.kind === "int") return padded(codePoint(Number(number.value)));
    if (typeof value !== "string" || codePoints(value) !== 1)
      throw failed("%c requires int or char");
    return padded(value);
  }
  if (!"diuoxXeEfFgG".includes(type)) throw failed(`unsupported format character '${type}'`);
  const number = numeric(value);
  if (number === undefined)
    throw failed(`%${type} format: a number is required, not ${typeName(value)}`);
  if ("oxX".includes(type) && number.kind === "float")
    throw failed(`%${type} format: an integer is required, not float`);
  return formatNumber(number, {
    fill: flags.includes("0") && !left ? "0" : " ",
    align: flags.includes("0") && !left ? "=" : left ? "<" : ">",
    sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-",
    alternate: flags.includes("#"),
    grouping: "",
    width: directive.size,
    precision: directive.digits,
    type: type === "i" || type === "u" ? "d" : type,
    truncate: true,
  });
}
