/**
 * Reads regular expressions as Python's `re` writes them. One class, and longer than most files, because groups, flags and
 * the position belong together.
 */
import { failed, unsupported } from "../problem.ts";
import { classNamed, eitherCase, folded } from "./characters.ts";
import { widthOf } from "./tree.ts";
import type { Accepts, RegexNode } from "./tree.ts";

export interface RegexFlags {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
}

export interface ParsedRegex {
  readonly root: RegexNode;
  /** How many groups there are. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly a: boolean;
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const MOST_REPEATS = 4_294_967_294;

export function parseRegex(pattern: string, flags: RegexFlags): ParsedRegex {
  const { ignoreCase = false, multiline = false, dotAll = false } = flags;
  return new Parser(pattern).parse({ i: ignoreCase, m: multiline, s: dotAll, x: false, a: false });
}

/** Reads one pattern from left to right. */
class Parser {
  readonly #source: string;
  #at = 0;
  #flags: Flags = { i: false, m: false, s: false, x: false, a: false };
  #groups = 0;
  #depth = 0;
  /** The highest group that a conditional asks about: it may come later. */
  #asked = 0;
  readonly #open = new Set<number>();
  readonly #names = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  parse(flags: Flags): ParsedRegex {
    this.#flags = flags;
    this.#leadingFlags();
    const root = this.#choice();
    if (this.#at < this.#source.length) throw this.#problem("unbalanced parenthesis");
    if (this.#asked > this.#groups) throw this.#problem(`invalid group reference ${this.#asked}`);
    return { root, groups: this.#groups, names: this.#names };
  }

  #problem(what: string) {
    return failed(`the regular expression '${this.#source}': ${what} at position ${this.#at}`);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #leadingFlags(): void {
    for (;;) {
      this.#blanks();
      const found = this.#take(/\(\?([aiLmsux]+)\)/y);
      if (found === undefined) return;
      this.#flags = this.#changed(this.#flags, found[1] ?? "", "");
    }
  }

  #changed(flags: Flags, on: string, off: string): Flags {
    if (on.includes("L")) throw this.#problem("cannot use LOCALE flag with a str pattern");
    if (on.includes("a") && on.includes("u")) throw this.#problem("flags a and u are incompatible");
    const flag = (letter: "i" | "m" | "s" | "x" | "a") =>
      (flags[letter] || on.includes(letter)) && !off.includes(letter);
    return {
      i: flag("i"),
      m: flag("m"),
      s: flag("s"),
      x: flag("x"),
      a: flag("a") && !on.includes("u"),
    };
  }

  /** White space and comments, where the flag x makes them nothing. */
  #blanks(): void {
    if (this.#flags.x) this.#take(/(?:\s|#[^\n]*(?:\n|$))*/y);
  }

  #choice(): RegexNode {
    this.#depth += 1;
    if (this.#depth > 100) throw this.#problem("groups are nested too deeply");
    const branches = [this.#sequence()];
    while (this.#take(/\|/y) !== undefined) branches.push(this.#sequence());
    this.#depth -= 1;
    const [only] = branches;
    return branches.length === 1 && only !== undefined ? only : { kind: "choice", branches };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    for (;;) {
      this.#blanks();
      const char = this.#source[this.#at];
      if (char === undefined || char === "|" || char === ")") break;
      const node = this.#repeated(this.#atom());
      if (node.kind !== "empty") parts.push(node);
    }
    const [only] = parts;
    if (only === undefined) return { kind: "empty" };
    return parts.length === 1 ? only : { kind: "sequence", parts };
  }

  #repeated(body: RegexNode): RegexNode {
    this.#blanks();
    const bounds = this.#bounds();
    if (bounds === undefined) return body;
    if (body.kind === "edge" || body.kind === "empty") throw this.#problem("nothing to repeat");
    const mark = this.#take(/[?+]/y)?.[0];
    this.#blanks();
    if (this.#bounds() !== undefined) throw this.#problem("multiple repeat");
    const manner = mark === "?" ? "lazy" : mark === "+" ? "possessive" : "greedy";
    return { kind: "repeat", body, ...bounds, manner };
  }

  #bounds(): { least: number; most: number } | undefined {
    const mark = this.#take(/[*+?]/y)?.[0];
    if (mark !== undefined)
      return { least: mark === "+" ? 1 : 0, most: mark === "?" ? 1 : Number.POSITIVE_INFINITY };
    const braces = this.#take(/\{(?:(\d+)(,?)(\d*)|,(\d+)|,)\}/y);
    if (braces === undefined) return undefined;
    const [, low, comma, high, upTo] = braces;
    const least = Number(low ?? 0);
    const given = high === "" || high === undefined ? upTo : high;
    const open = comma === "," || low === undefined;
    const most = given === undefined ? (open ? Number.POSITIVE_INFINITY : least) : Number(given);
    if (least > MOST_REPEATS) throw this.#problem("the repetition number is too large");
    if (most < least) throw this.#problem("min repeat greater than max repeat");
    return { least, most };
  }

  #atom(): RegexNode {
    const code = this.#source.codePointAt(this.#at) ?? 0;
    const char = String.fromCodePoint(code);
    switch (char) {
      case "\\":
        return this.#escape();
      case "[":
        return this.#class();
      case "(":
        return this.#group();
      case "*":
      case "+":
      case "?":
        throw this.#problem("nothing to repeat");
    }
    this.#at += char.length;
    const { m, s, a } = this.#flags;
    switch (char) {
      case "^":
        return { kind: "edge", at: m ? "line-start" : "text-start", ascii: a };
      case "$":
        return { kind: "edge", at: m ? "line-end" : "last-line-end", ascii: a };
      case ".":
        return { kind: "character", accepts: s ? () => true : (one) => one !== 10 };
      default:
        return this.#literal(code);
    }
  }

  #literal(code: number): RegexNode {
    const { i, a } = this.#flags;
    if (!i) return { kind: "character", accepts: (one) => one === code };
    const wanted = folded(code, a);
    return { kind: "character", accepts: (one) => one === code || folded(one, a) === wanted };
  }

  #group(): RegexNode {
    this.#at += 1;
    if (this.#take(/\?#/y) !== undefined) {
      if (this.#take(/[^)]*\)/y) === undefined)
        throw this.#problem("missing ), unterminated comment");
      return { kind: "empty" };
    }
    if (this.#take(/\?/y) === undefined) return this.#capture(undefined);
    const name = this.#take(/P<([^>]*)>/y);
    if (name !== undefined) return this.#capture(name[1]);
    const back = this.#take(/P=([^)]*)\)/y);
    if (back !== undefined) return this.#backTo(this.#indexOf(back[1] ?? ""));
    const condition = this.#take(/\(([^)]*)\)/y);
    if (condition !== undefined) return this.#conditional(condition[1] ?? "");
    const look = this.#take(/(<?)([=!])/y);
    if (look !== undefined) return this.#look(look[1] === "", look[2] === "!");
    if (this.#take(/>/y) !== undefined) return { kind: "atomic", body: this.#closed() };
    const flags = this.#take(/([aiLmsux]*)(?:-([imsx]+))?([:)])/y);
    if (flags === undefined) throw this.#problem("unknown extension of a group");
    if (flags[3] === ")") throw this.#problem("global flags not at the start of the expression");
    const before = this.#flags;
    this.#flags = this.#changed(before, flags[1] ?? "", flags[2] ?? "");
    const body = this.#closed();
    this.#flags = before;
    // What repeats must not see that there is nothing but an edge inside.
    return body.kind === "empty" || body.kind === "edge" ? { kind: "atomic", body } : body;
  }

  #closed(): RegexNode {
    const before = this.#flags;
    const body = this.#choice();
    this.#flags = before;
    if (this.#take(/\)/y) === undefined) throw this.#problem("missing ), unterminated subpattern");
    return body;
  }

  #capture(name: string | undefined): RegexNode {
    this.#groups += 1;
    const index = this.#groups;
    if (name !== undefined) {
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw this.#problem(`bad group name '${name}'`);
      if (this.#names.has(name)) throw this.#problem(`redefinition of group name '${name}'`);
      this.#names.set(name, index);
    }
    this.#open.add(index);
    const body = this.#closed();
    this.#open.delete(index);
    return { kind: "group", index, body };
  }

  #indexOf(name: string): number {
    const index = /^\d+$/.test(name) ? Number(name) : this.#names.get(name);
    if (index === undefined) throw this.#problem(`unknown group name '${name}'`);
    return index;
  }

  #backTo(index: number): RegexNode {
    if (index < 1 || index > this.#groups) throw this.#problem(`invalid group reference ${index}`);
    if (this.#open.has(index)) throw this.#problem("cannot refer to an open group");
    return { kind: "back", index, ignoreCase: this.#flags.i };
  }

  #conditional(name: string): RegexNode {
    const index = this.#indexOf(name);
    if (index < 1) throw this.#problem("bad group number");
    this.#asked = Math.max(this.#asked, index);
    const yes = this.#sequence();
    const no = this.#take(/\|/y) === undefined ? ({ kind: "empty" } as const) : this.#sequence();
    if (this.#take(/\)/y) === undefined) throw this.#problem("missing ), unterminated subpattern");
    return { kind: "conditional", index, yes, no };
  }

  #look(ahead: boolean, negated: boolean): RegexNode {
    const body = this.#closed();
    const width = ahead ? 0 : widthOf(body);
    if (width === undefined) throw this.#problem("look-behind requires fixed-width pattern");
    return { kind: "look", ahead, negated, body, width };
  }

  #escape(): RegexNode {
    this.#at += 1;
    const char = this.#source[this.#at];
    if (char === undefined) throw this.#problem("bad escape (end of pattern)");
    const { a, i } = this.#flags;
    const edge = { A: "text-start", Z: "text-end", b: "word", B: "inside-word" } as const;
    if (char === "A" || char === "Z" || char === "b" || char === "B") {
      this.#at += 1;
      return { kind: "edge", at: edge[char], ascii: a };
    }
    const named = classNamed(char, a);
    if (named !== undefined) {
      this.#at += 1;
      return { kind: "character", accepts: i ? eitherCase(named, a) : named };
    }
    const octal = this.#take(/0[0-7]{0,2}|[1-7][0-7]{2}/y)?.[0];
    if (octal !== undefined) return this.#literal(this.#octal(octal));
    const back = this.#take(/[1-9]\d?/y)?.[0];
    return back === undefined ? this.#literal(this.#escapedCode()) : this.#backTo(Number(back));
  }

  #octal(digits: string): number {
    const code = Number.parseInt(digits, 8);
    if (code > 0o377)
      throw this.#problem(`octal escape value \\${digits} outside of range 0-0o377`);
    return code;
  }

  /** The character of an escape that is none of the special ones. */
  #escapedCode(): number {
    const hex = this.#take(/x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y);
    if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "0", 16);
    const code = this.#source.codePointAt(this.#at) ?? 0;
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    if (Object.hasOwn(CONTROLS, char)) return CONTROLS[char] ?? code;
    if (char === "N")
      throw unsupported("\\N{…} in a regular expression", "Write the character itself");
    if (/[A-Za-z0-9]/.test(char)) throw this.#problem(`bad escape \\${char}`);
    return code;
  }

  #class(): RegexNode {
    this.#at += 1;
    const negated = this.#take(/\^/y) !== undefined;
    const { i, a } = this.#flags;
    const tests: Accepts[] = [];
    const start = this.#at;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) throw this.#problem("unterminated character set");
      if (char === "]" && this.#at > start) break;
      tests.push(this.#classItem());
    }
    this.#at += 1;
    const any: Accepts = (code) => tests.some((accepts) => accepts(code));
    const cased = i ? eitherCase(any, a) : any;
    return { kind: "character", accepts: negated ? (code) => !cased(code) : cased };
  }

  #classItem(): Accepts {
    const low = this.#classMember();
    if (this.#take(/-(?!\])/y) === undefined)
      return typeof low === "number" ? (code) => code === low : low;
    const high = this.#classMember();
    if (typeof low !== "number" || typeof high !== "number" || high < low)
      throw this.#problem("bad character range");
    return (code) => code >= low && code <= high;
  }

  #classMember(): number | Accepts {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) throw this.#problem("unterminated character set");
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    if (char !== "\\") return code;
    const letter = this.#source[this.#at] ?? "";
    const named = classNamed(letter, this.#flags.a);
    if (named !== undefined || letter === "b") this.#at += 1;
    if (named !== undefined) return named;
    if (letter === "b") return 8;
    const octal = this.#take(/[0-7]{1,3}/y)?.[0];
    return octal === undefined ? this.#escapedCode() : this.#octal(octal);
  }
}
