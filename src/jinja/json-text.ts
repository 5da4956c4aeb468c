import { WholeFloat } from "../model/value.ts";
import { failed, UndefinedProblem } from "./problem.ts";
import { dayText, momentText } from "./values/calendar.ts";
import { compareText } from "./values/compare.ts";
import { Day, Dict, List, Moment, Undefined } from "./values/datum.ts";
import type { Cell, Datum } from "./values/datum.ts";
import { integer, float } from "./values/number.ts";
import { print, printFloat } from "./values/print.ts";
import { typeName } from "./values/type-name.ts";

export interface JsonStyle {
  readonly indent: string | undefined;
  readonly sortKeys: boolean;
  readonly ascii: boolean;
  readonly itemSeparator: string;
  readonly keySeparator: string;
}

/** JSON as Python's `json.dumps` writes it. */
export function writeJson(datum: Datum, style: JsonStyle, depth = 0): string {
  if (datum === null) return "null";
  if (typeof datum === "boolean") return datum ? "true" : "false";
  if (typeof datum === "string") return quote(datum, style);
  if (typeof datum === "bigint") return datum.toString();
  if (typeof datum === "number") return Number.isInteger(datum) ? String(datum) : jsonFloat(datum);
  if (datum instanceof WholeFloat) return jsonFloat(datum.number);
  if (datum instanceof List) {
    const items = datum.all().map((item) => writeJson(item, style, depth + 1));
    return bracket("[", items, "]", style, depth);
  }
  if (datum instanceof Dict) {
    const pairs = datum.pairs().map(([key, value]) => ({ key: jsonKey(key), value }));
    if (style.sortKeys) pairs.sort((a, b) => compareText(a.key, b.key));
    const items = pairs.map(
      ({ key, value }) =>
        quote(key, style) + style.keySeparator + writeJson(value, style, depth + 1),
    );
    return bracket("{", items, "}", style, depth);
  }
  if (datum instanceof Moment) return quote(momentText(datum, "T"), style);
  if (datum instanceof Day) return quote(dayText(datum), style);
  if (datum instanceof Undefined) throw new UndefinedProblem(datum);
  throw failed(`Object of type ${typeName(datum)} is not JSON serializable`);
}

function jsonKey(key: Datum): string {
  if (key === null) return "null";
  if (typeof key === "boolean") return key ? "true" : "false";
  return print(key);
}

function bracket(
  open: string,
  items: string[],
  close: string,
  style: JsonStyle,
  depth: number,
): string {
  if (items.length === 0) return open + close;
  if (style.indent === undefined) return open + items.join(style.itemSeparator) + close;
  const inner = `\n${style.indent.repeat(depth + 1)}`;
  const separator = style.itemSeparator.trimEnd() + inner;
  return `${open}${inner}${items.join(separator)}\n${style.indent.repeat(depth)}${close}`;
}

function quote(text: string, style: JsonStyle): string {
  const quoted = JSON.stringify(text).replaceAll("\u007f", style.ascii ? "\\u007f" : "\u007f");
  if (!style.ascii) return quoted;
  return quoted.replace(/[\u0080-\uffff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return printFloat(value);
}

/** Reads JSON with Python's distinctions: `1.0` stays a float, large integers stay exact, NaN is allowed. */
export function readJson(text: string): Datum {
  const reader = new JsonReader(text);
  return reader.document();
}

/** Walks over one document. */
class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  constructor(text: string) {
    this.#text = text;
  }
  document(): Datum {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#problem("Extra data");
    return value;
  }
  #problem(what: string): Error {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return failed(`${what}: line ${line} column ${column} (char ${this.#at})`);
  }
  #space(): void {
    this.#take(/[ \t\n\r]*/y);
  }
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
  #value(): Datum {
    this.#space();
    this.#depth += 1;
    if (this.#depth > 500) throw this.#problem("Nested too deeply");
    const value = this.#one();
    this.#depth -= 1;
    return value;
  }
  #one(): Datum {
    const char = this.#text[this.#at];
    if (char === "{") return this.#object();
    if (char === "[") return this.#array();
    if (char === '"') return this.#string();
    const word = this.#take(/null|true|false|NaN|-?Infinity/y);
    if (word !== undefined) return WORDS.get(word) ?? null;
    const number = this.#take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number === undefined) throw this.#problem("Expecting value");
    return /[.eE]/.test(number) ? float(Number(number)) : integer(BigInt(number));
  }
  #object(): Datum {
    this.#at += 1;
    const dict = new Dict();
    this.#space();
    while (this.#take(/\}/y) === undefined) {
      if (this.#text[this.#at] !== '"')
        throw this.#problem("Expecting property name enclosed in double quotes");
      const key = this.#string();
      this.#space();
      if (this.#take(/:/y) === undefined) throw this.#problem("Expecting ':' delimiter");
      dict.set(key, key, this.#value());
      this.#space();
      if (this.#text[this.#at] === "}") continue;
      if (this.#take(/,/y) === undefined) throw this.#problem("Expecting ',' delimiter");
      this.#space();
      if (this.#text[this.#at] === "}")
        throw this.#problem("Expecting property name enclosed in double quotes");
    }
    return dict;
  }
  #array(): Datum {
    this.#at += 1;
    const items: Cell[] = [];
    this.#space();
    while (this.#take(/\]/y) === undefined) {
      items.push(this.#value());
      this.#space();
      if (this.#text[this.#at] === "]") continue;
      if (this.#take(/,/y) === undefined) throw this.#problem("Expecting ',' delimiter");
      this.#space();
      if (this.#text[this.#at] === "]") throw this.#problem("Expecting value");
    }
    return new List(items);
  }
  #string(): string {
    const text = this.#take(/"(?:[^"\\\0-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y);
    if (text === undefined) throw this.#problem("Unterminated string or invalid escape");
    const parsed: unknown = JSON.parse(text);
    return String(parsed);
  }
}

const WORDS = new Map<string, Datum>([
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);
