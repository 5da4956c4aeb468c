import { failed, unsupported } from "../problem.ts";

export interface RegexFlags {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
}

const CLASSES: Readonly<Record<string, { plain: string; inClass: string }>> = {
  d: { plain: "\\p{Nd}", inClass: "\\p{Nd}" },
  D: { plain: "\\P{Nd}", inClass: "\\P{Nd}" },
  w: { plain: "[\\p{L}\\p{N}_]", inClass: "\\p{L}\\p{N}_" },
  W: { plain: "[^\\p{L}\\p{N}_]", inClass: "" },
  s: { plain: "[\\s\\x1c-\\x1f]", inClass: "\\s\\x1c-\\x1f" },
  S: { plain: "[^\\s\\x1c-\\x1f]", inClass: "\\S" },
};

const CONTROLS: Readonly<Record<string, string>> = {
  a: "\\x07",
  f: "\\f",
  n: "\\n",
  r: "\\r",
  t: "\\t",
  v: "\\v",
};

const cache = new Map<string, RegExp>();

/**
 * A Python regular expression as a JavaScript one. JavaScript can take for ever on patterns with nested repetition, as
 * Python can: patterns come from playbook authors, never from hosts.
 */
export function regexOf(pattern: string, flags: RegexFlags = {}): RegExp {
  const key = `${flags.ignoreCase === true ? "i" : ""}${flags.multiline === true ? "m" : ""}${flags.dotAll === true ? "s" : ""}/${pattern}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = new Translator(pattern, flags).regex();
    if (cache.size > 1000) cache.clear();
    cache.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

/** Reads one pattern from left to right; lives for one translation. */
class Translator {
  readonly #source: string;
  #at = 0;
  #ignoreCase: boolean;
  #multiline: boolean;
  #dotAll: boolean;
  #verbose = false;
  constructor(source: string, flags: RegexFlags) {
    this.#source = source;
    this.#ignoreCase = flags.ignoreCase ?? false;
    this.#multiline = flags.multiline ?? false;
    this.#dotAll = flags.dotAll ?? false;
  }
  regex(): RegExp {
    this.#leadingFlags();
    let out = "";
    while (this.#at < this.#source.length) out += this.#piece();
    try {
      return new RegExp(out, this.#ignoreCase ? "giu" : "gu");
    } catch (error) {
      const why = error instanceof Error ? error.message.split(": ").at(-1) : "";
      throw failed(`cannot read the regular expression '${this.#source}': ${why ?? ""}`);
    }
  }
  #leadingFlags(): void {
    for (;;) {
      const match = /^\(\?([aiLmsux]+)\)/.exec(this.#source.slice(this.#at));
      if (match === null) return;
      const flags = match[1] ?? "";
      this.#ignoreCase ||= flags.includes("i");
      this.#multiline ||= flags.includes("m");
      this.#dotAll ||= flags.includes("s");
      this.#verbose ||= flags.includes("x");
      this.#at += match[0].length;
    }
  }
  #take(count = 1): string {
    const taken = this.#source.slice(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }
  #piece(): string {
    const char = this.#source[this.#at] ?? "";
    if (this.#verbose && (/\s/.test(char) || char === "#")) {
      this.#match(/\s+|#[^\n]*\n?/y);
      return "";
    }
    switch (char) {
      case "\\":
        return this.#escape();
      case "[":
        return this.#class();
      case "(":
        return this.#group();
      case "^":
        this.#take();
        return this.#multiline ? "(?<![^\\n])" : "(?<![\\s\\S])";
      case "$":
        this.#take();
        return this.#multiline ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))";
      case ".":
        this.#take();
        return this.#dotAll ? "[\\s\\S]" : "[^\\n]";
      case "{":
        return this.#match(/\{\d+(?:,\d*)?\}[?+]?/y) ?? this.#bracesFromZero();
      case "}":
      case "]":
      case "/":
        return `\\${this.#take()}`;
      case "*":
      case "+":
      case "?":
        return this.#quantifier();
      default: {
        const code = this.#source.codePointAt(this.#at) ?? 0;
        return this.#take(code > 0xffff ? 2 : 1);
      }
    }
  }
  #bracesFromZero(): string {
    const upTo = this.#match(/\{,\d+\}\??/y);
    return upTo === undefined ? `\\${this.#take()}` : upTo.replace("{,", "{0,");
  }
  #quantifier(): string {
    const text = this.#match(/[*+?][?+]?/y) ?? "";
    if (text.length === 2 && text.endsWith("+"))
      throw unsupported(
        `the possessive quantifier '${text}' is not supported`,
        "Write the pattern without it",
      );
    return text;
  }
  #group(): string {
    this.#match(/\(\?#[^)]*\)/y);
    if (this.#source[this.#at] !== "(") return "";
    if (this.#source[this.#at + 1] !== "?") return this.#take();
    const named = this.#match(/\(\?P<[A-Za-z_]\w*>/y);
    if (named !== undefined) return named.replace("?P<", "?<");
    const back = this.#match(/\(\?P=\w+\)/y);
    if (back !== undefined) return `\\k<${back.slice(4, -1)}>`;
    const plain = this.#match(/\(\?(?::|=|!|<=|<!)/y);
    if (plain !== undefined) return plain;
    throw unsupported(
      `the group '${this.#source.slice(this.#at, this.#at + 4)}…' of the regular expression is not supported`,
      "Flags such as (?i) may stand at the start only; atomic and conditional groups do not exist here",
    );
  }
  #escape(): string {
    this.#take();
    const char = this.#source[this.#at] ?? "";
    if (char === "") throw failed("the regular expression ends with a backslash");
    if (char === "A") return this.#replace("(?<![\\s\\S])");
    if (char === "Z") return this.#replace("(?![\\s\\S])");
    if (char === "b")
      return this.#replace(
        "(?:(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_]))",
      );
    if (char === "B")
      return this.#replace(
        "(?:(?<=[\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))",
      );
    const category = Object.hasOwn(CLASSES, char) ? CLASSES[char] : undefined;
    if (category !== undefined) return this.#replace(category.plain);
    const octal = this.#match(/0[0-7]{0,2}|[0-3][0-7]{2}/y);
    if (octal !== undefined) return codeEscape(Number.parseInt(octal, 8));
    const back = this.#match(/[1-9]\d?/y);
    // Kept apart from a digit that follows.
    if (back !== undefined) return `(?:\\${back})`;
    return this.#literalEscape();
  }
  #replace(text: string): string {
    this.#take();
    return text;
  }
  #literalEscape(): string {
    const code = this.#match(/x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y);
    if (code !== undefined) return codeEscape(Number.parseInt(code.slice(1), 16));
    const char = this.#take();
    if (Object.hasOwn(CONTROLS, char)) return CONTROLS[char] ?? "";
    if (/[A-Za-z0-9]/.test(char)) throw failed(`bad escape \\${char} in the regular expression`);
    return /[\\^$.*+?()[\]{}|/-]/.test(char) ? codeEscape(char.charCodeAt(0)) : char;
  }
  #class(): string {
    this.#take();
    const negated = this.#match(/\^/y) !== undefined;
    let out = "";
    // Sets that a class cannot hold, such as \W, stand beside it as alternatives.
    const beside: string[] = [];
    let first = true;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) throw failed("a [ in the regular expression is never closed");
      if (char === "]" && !first) break;
      first = false;
      if (char === "\\") out += this.#classEscape(beside);
      else if (char === "-" && this.#isRangeDash(out)) out += this.#take();
      else out += this.#classCharacter();
    }
    this.#take();
    if (beside.length === 0) return `[${negated ? "^" : ""}${out}]`;
    const any = [...beside, ...(out === "" ? [] : [`[${out}]`])].join("|");
    return negated ? `(?:(?!${any})[\\s\\S])` : `(?:${any})`;
  }
  /** A dash means a range only between two single characters. */
  #isRangeDash(before: string): boolean {
    const after = this.#source.slice(this.#at + 1, this.#at + 3);
    const afterSet = /^\\[dDwWsS]/.test(after) || after.startsWith("]") || after === "";
    const beforeSet = before === "" || /(?:\\p\{Nd\}|\\P\{Nd\}|_|\\x1f|\\S)$/.test(before);
    return !afterSet && !(beforeSet && !before.endsWith("_")) && !/p\{N\}_$/.test(before);
  }
  #classCharacter(): string {
    const code = this.#source.codePointAt(this.#at) ?? 0;
    const char = this.#take(code > 0xffff ? 2 : 1);
    return /[\\^$.*+?()[\]{}|/&~!-]/.test(char) ? codeEscape(code) : char;
  }
  #classEscape(beside: string[]): string {
    this.#take();
    const char = this.#source[this.#at] ?? "";
    const category = Object.hasOwn(CLASSES, char) ? CLASSES[char] : undefined;
    if (category !== undefined) {
      this.#take();
      if (category.inClass === "") beside.push(category.plain);
      return category.inClass;
    }
    if (char === "b") return this.#replace("\\x08");
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== undefined) return codeEscape(Number.parseInt(octal, 8));
    return this.#literalEscape();
  }
}

function codeEscape(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
