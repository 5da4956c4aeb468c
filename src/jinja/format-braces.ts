import { bounded } from "./coerce.ts";
import { numberField } from "./methods/numbers.ts";
import { failed } from "./problem.ts";
import { mapKey } from "./values/compare.ts";
import { Dict, List, Thing } from "./values/datum.ts";
import type { Arguments, Datum } from "./values/datum.ts";
import { formatNumber } from "./values/format-number.ts";
import type { NumberFormat } from "./values/format-number.ts";
import { numeric } from "./values/number.ts";
import { print, repr } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

/** Python's `'{} {name:>5}'.format(…)`. */
export function formatBraces(format: string, given: Arguments): string {
  return new Formatter(given).fill(format, 0);
}

/** Counts the automatic fields `{}`; lives for one call. */
class Formatter {
  readonly #given: Arguments;
  #automatic = 0;
  constructor(given: Arguments) {
    this.#given = given;
  }
  fill(format: string, depth: number): string {
    if (depth > 2) throw failed("format specifications nest too deeply");
    let out = "";
    for (let at = 0; at < format.length; at++) {
      const char = format[at] ?? "";
      const double = format[at + 1] === char;
      if (char === "}") {
        if (!double) throw failed("single '}' encountered in format string");
        out += char;
        at += 1;
      } else if (char !== "{") out += char;
      else if (double) {
        out += char;
        at += 1;
      } else {
        const end = closing(format, at);
        out += this.#field(format.slice(at + 1, end), depth);
        at = end;
      }
    }
    return out;
  }
  #field(field: string, depth: number): string {
    const match = /^([^!:[.]*)((?:\.[^.[!:]+|\[[^\]]+\])*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(
      field,
    );
    if (match === null) throw failed(`cannot read the format field {${field}}`);
    const [, name = "", path = "", conversion, spec = ""] = match;
    const value = descend(this.#argument(name), path);
    const shown =
      conversion === undefined ? value : conversion === "s" ? print(value) : repr(value);
    return formatOne(shown, this.fill(spec, depth + 1));
  }
  #argument(name: string): Datum {
    const index = name === "" ? this.#automatic++ : /^\d+$/.test(name) ? Number(name) : undefined;
    const value = index === undefined ? this.#given.named.get(name) : this.#given.positional[index];
    if (value === undefined)
      throw failed(
        index === undefined
          ? `the format names '${name}', which is not given`
          : "the format has more fields than there are arguments",
      );
    return value;
  }
}

function closing(format: string, from: number): number {
  let depth = 0;
  for (let at = from; at < format.length; at++) {
    if (format[at] === "{") depth += 1;
    if (format[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  throw failed("expected '}' before end of string");
}

function descend(value: Datum, path: string): Datum {
  let current = value;
  for (const [, attribute, key = ""] of path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
    if (attribute !== undefined) {
      const number = numeric(current);
      const read: Datum | undefined =
        current instanceof Thing
          ? current.read(attribute)
          : number && numberField(number, attribute);
      if (read === undefined)
        throw failed(
          `'${typeName(current)}' object has no attribute '${attribute}'`,
          "Use [key] inside format fields for the keys of a dict",
        );
      current = read;
      continue;
    }
    const next: Datum | undefined =
      typeof current === "string" && /^\d+$/.test(key)
        ? [...current][Number(key)]
        : current instanceof Dict
          ? current.get(mapKey(key))
          : current instanceof List && Number(key) < current.length
            ? current.at(Number(key))
            : undefined;
    if (next === undefined) throw failed(`the format asks for [${key}], which is not there`);
    current = next;
  }
  return current;
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

function formatOne(value: Datum, spec: string): string {
  if (spec === "") return print(value);
  const match = SPEC.exec(spec);
  if (match === null) throw failed(`invalid format specification '${spec}'`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type = ""] = match;
  bounded(Number(width ?? 0), "a width");
  bounded(Number(precision ?? 0), "a precision");
  const number = numeric(value);
  if (number !== undefined && type === "s")
    throw failed(`unknown format code 's' for object of type '${typeName(value)}'`);
  if (number !== undefined && type === "n")
    return formatOne(value, spec.replace(/n$/, number.kind === "int" ? "d" : "g"));
  if (number?.kind === "int" && type === "c")
    return formatOne(String.fromCodePoint(Number(number.value)), spec.replace(/c$/, ""));
  const isWhole = number?.kind === "int" && (type === "" || "bcdoxXn".includes(type));
  if (isWhole && precision !== undefined)
    throw failed("precision not allowed in integer format specifier");
  if (number !== undefined)
    return formatNumber(number, {
      fill: fill ?? (zero === undefined ? " " : "0"),
      align: (align ?? (zero === undefined ? ">" : "=")) as NumberFormat["align"],
      sign: (sign ?? "-") as NumberFormat["sign"],
      alternate: alternate !== undefined,
      grouping: (grouping ?? "") as NumberFormat["grouping"],
      width: Number(width ?? 0),
      precision: precision === undefined ? undefined : Number(precision),
      type,
      truncate: false,
    });
  if (type !== "" && type !== "s")
    throw failed(`unknown format code '${type}' for object of type '${typeName(value)}'`);
  if (typeof value !== "string")
    throw failed(`unsupported format string passed to ${typeName(value)}.__format__`);
  const refused =
    sign !== undefined ? "sign" : (grouping ?? alternate ?? (align === "=" ? "=" : undefined));
  if (refused !== undefined) throw failed(`'${refused}' is not allowed in the format of text`);
  const cut = [...print(value)].slice(0, precision === undefined ? undefined : Number(precision));
  const missing = Math.max(0, Number(width ?? 0) - cut.length);
  const filler = fill ?? (zero === undefined ? " " : "0");
  const before = align === ">" ? missing : align === "^" ? Math.floor(missing / 2) : 0;
  return filler.repeat(before) + cut.join("") + filler.repeat(missing - before);
}
