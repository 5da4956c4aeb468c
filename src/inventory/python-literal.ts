/**
 * Values of INI inventories are Python literals where they can be read as one, else text. `80` is a number, `1.10` the
 * float 1.1, `True` a boolean, `[1, 2]` a list; `true`, `yes`, `0644` and `{"a": true}` are text.
 */
import { keyIdentity, mappingOf } from "../lib/mapping.ts";
import { WholeFloat, type Value, type ValueKey } from "../model/value.ts";
import { asFloat, smallest } from "../yaml/scalars.ts";

export type LiteralRead =
  | { readonly kind: "value"; readonly value: Value }
  /** A literal that Python reads and then cannot build: a list inside of a set. Ansible drops the whole file for it. */
  | { readonly kind: "impossible"; readonly why: string };

/** The value of an INI variable. */
export function iniValue(text: string): LiteralRead {
  // Most values are words and addresses, and those are quickly told from literals.
  if (PLAIN.test(text) && !WORDS.has(text)) return { kind: "value", value: text };
  if (INTEGER.test(text)) return { kind: "value", value: Number(text) };
  const reader = new LiteralReader(text);
  try {
    return { kind: "value", value: reader.whole() };
  } catch (thrown) {
    if (thrown instanceof NotLiteral) return { kind: "value", value: text };
    if (thrown instanceof Unhashable) return { kind: "impossible", why: thrown.message };
    throw thrown;
  }
}

/** Thrown for every value that is no literal, so it carries no stack. */
class NotLiteral {}
const NOT_LITERAL = new NotLiteral();
class Unhashable extends Error {}

const INTEGER = /^(?:0|[1-9]\d{0,14})$/;
const PLAIN = /^(?:[A-Za-z_/~][\w./~:@-]*|\d+(?:\.\d+){2,})$/;

const DEEPEST = 90;
const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.(?:\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)/y;
const STRING_START = /(?:[rR][bB]?|[bB][rR]?|[uU])?("""|'''|"|')/y;
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["None", null],
  ["True", true],
  ["False", false],
]);

class LiteralReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  /** A set or a mapping key that Python would refuse; known only when the rest proves to be a literal. */
  private unhashable: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** `1, 2` without brackets is a tuple. */
  whole(): Value {
    this.blank();
    const first = this.expression();
    this.blank();
    const value = this.peek() === "," ? this.tuple(first) : first;
    this.blank();
    if (this.at < this.text.length) throw NOT_LITERAL;
    if (this.unhashable !== undefined) throw new Unhashable(this.unhashable);
    return value;
  }

  private tuple(first: Value): Value {
    const items = [first];
    while (this.take(",")) {
      this.blank();
      if (this.at >= this.text.length || this.peek() === ")") break;
      items.push(this.expression());
    }
    return items;
  }

  private expression(): Value {
    if (++this.depth > DEEPEST) throw NOT_LITERAL;
    this.blank();
    const next = this.peek();
    const value = this.bracketed(next) ?? this.atom(next);
    this.depth--;
    return value;
  }

  private bracketed(next: string): Value | undefined {
    switch (next) {
      case "[":
        return this.items("[", "]");
      case "(":
        return this.parenthesis();
      case "{":
        return this.braces();
      default:
        return undefined;
    }
  }

  private atom(next: string): Value {
    if (next === "-" || next === "+") {
      this.at++;
      this.blank();
      const value = this.number();
      return next === "-" ? negated(value) : value;
    }
    const string = this.strings();
    if (string !== undefined) return string;
    const word = /[A-Za-z_]\w*/y;
    word.lastIndex = this.at;
    const name = word.exec(this.text)?.[0];
    if (name === undefined) return this.number();
    const value = WORDS.get(name);
    if (value === undefined) throw NOT_LITERAL;
    this.at += name.length;
    return value;
  }

  private items(open: string, close: string): Value[] {
    this.expect(open);
    const items: Value[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.take(",")) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  private parenthesis(): Value {
    this.expect("(");
    if (this.take(")")) return [];
    const first = this.expression();
    this.blank();
    const value = this.peek() === "," ? this.tuple(first) : first;
    this.expect(")");
    return value;
  }

  /** A mapping or a set. Sets come out as lists, as Ansible prints them. */
  private braces(): Value {
    const start = this.at;
    this.expect("{");
    if (this.take("}")) return {};
    const first = this.expression();
    if (!this.take(":")) {
      this.at = start;
      const items = this.items("{", "}");
      return [...new Map(items.map((item) => [keyIdentity(this.hashed(item)), item])).values()];
    }
    const entries: [ValueKey, Value][] = [[this.hashed(first), this.expression()]];
    while (this.take(",")) {
      if (this.take("}")) return mappingOf(entries);
      const key = this.expression();
      this.expect(":");
      entries.push([this.hashed(key), this.expression()]);
    }
    this.expect("}");
    return mappingOf(entries);
  }

  private hashed(key: Value): ValueKey {
    if (key === "__proto__") throw NOT_LITERAL;
    if (typeof key !== "object" || key === null || key instanceof WholeFloat) return key;
    // Tuples could be keys in Python; here they have become lists.
    this.unhashable ??= `a ${Array.isArray(key) ? "list" : "mapping"} inside of { }`;
    return "";
  }

  private number(): Value {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined || found === "") throw NOT_LITERAL;
    this.at += found.length;
    if (/[\w.]/.test(this.peek())) throw NOT_LITERAL;
    const digits = found.replaceAll("_", "");
    if (/^0[xob]/i.test(digits)) return smallest(BigInt(digits.toLowerCase()));
    if (/[.eE]/.test(digits)) return asFloat(Number(digits));
    // `007` is an error in Python, `00` is not.
    if (/^0+[1-9]/.test(digits)) throw NOT_LITERAL;
    return smallest(BigInt(digits));
  }

  /** Neighbouring strings are one. */
  private strings(): string | undefined {
    let text: string | undefined;
    for (;;) {
      STRING_START.lastIndex = this.at;
      const start = STRING_START.exec(this.text);
      if (start?.[1] === undefined) return text;
      this.at += start[0].length;
      text = (text ?? "") + this.stringBody(start[1], /^[rR]|^[bB][rR]/.test(start[0]));
      this.blank();
    }
  }

  private stringBody(quote: string, raw: boolean): string {
    let text = "";
    while (this.at < this.text.length) {
      if (this.text.startsWith(quote, this.at)) {
        this.at += quote.length;
        return text;
      }
      if (this.peek() !== "\\") {
        text += this.peek();
        this.at++;
      } else if (raw) {
        text += this.text.slice(this.at, this.at + 2);
        this.at += 2;
      } else {
        const escape = readEscape(this.text, this.at);
        if (escape === undefined) throw NOT_LITERAL;
        text += escape.text;
        this.at += escape.length;
      }
    }
    throw NOT_LITERAL;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private take(token: string): boolean {
    this.blank();
    if (this.peek() !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw NOT_LITERAL;
  }

  /** A comment reaches to the end of the line, which is the end. */
  private blank(): void {
    while (/[ \t\f]/.test(this.peek())) this.at++;
    if (this.peek() === "#") this.at = this.text.length;
  }
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);

/** The escape at `at`, as Python reads it in a string: an unknown one stays with its backslash. */
export function readEscape(
  text: string,
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  const simple = SIMPLE_ESCAPES.get(text.charAt(at + 1));
  if (simple !== undefined) return { text: simple, length: 2 };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) {
    return { text: String.fromCodePoint(parseInt(octal, 8)), length: 1 + octal.length };
  }
  const digits = { x: 2, u: 4, U: 8 }[text.charAt(at + 1)];
  if (digits === undefined) {
    return text.charAt(at + 1) === "N" ? undefined : { text: text.slice(at, at + 2), length: 2 };
  }
  const hex = text.slice(at + 2, at + 2 + digits);
  if (hex.length < digits || /[^0-9a-fA-F]/.test(hex)) return undefined;
  const code = parseInt(hex, 16);
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), length: 2 + digits };
}

function negated(value: Value): Value {
  if (value instanceof WholeFloat) return new WholeFloat(-value.number);
  if (typeof value === "number") return value === 0 ? 0 : -value;
  return typeof value === "bigint" ? -value : value;
}
