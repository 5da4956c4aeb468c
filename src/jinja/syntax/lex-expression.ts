import { TemplateProblem } from "../problem.ts";
import { float, integer } from "../values/number.ts";
import type { Datum } from "../values/datum.ts";
import { readEscapes } from "./string-literal.ts";
import type { Token } from "./token.ts";

const SPACE = /\s+/y;
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;

const CLOSES: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

// The tree of an expression is walked recursively: nobody writes a longer one.
const LONGEST = 5000;

export interface LexRequest {
  readonly source: string;
  readonly from: number;
  /** Matched (sticky) where no bracket is open; undefined for an expression that fills the source. */
  readonly until: RegExp | undefined;
  /** `literal` keeps backslashes in string literals, as task arguments have it; see `parse.ts`. */
  readonly backslashes: "escape" | "literal";
}

/** Reads tokens up to the closing delimiter. `end` is behind that delimiter, `closing` is its text. */
export function lexExpression(request: LexRequest): {
  tokens: readonly Token[];
  end: number;
  closing: string;
} {
  const { source, until } = request;
  const tokens: Token[] = [];
  const open: string[] = [];
  let position = request.from;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(source)?.[0];
    if (match !== undefined) position += match.length;
    return match;
  };
  for (;;) {
    if (tokens.length > LONGEST) throw syntax("the expression is too long", request.from);
    // The end of a line statement is white space itself.
    const ending = open.length === 0 && until !== undefined ? until : undefined;
    const ended = ending && take(ending);
    if (ended === undefined) take(SPACE);
    const offset = position;
    if (ending !== undefined) {
      const closing = ended ?? take(ending);
      if (closing !== undefined) {
        tokens.push({ kind: "end", text: closing.trim(), offset, end: offset });
        return { tokens, end: position, closing };
      }
    }
    if (position >= source.length) {
      if (until === undefined) {
        tokens.push({ kind: "end", text: "end of the expression", offset, end: offset });
        return { tokens, end: position, closing: "" };
      }
      const last = open.at(-1);
      const wanted = last === undefined ? "the end of the tag" : `'${last}'`;
      throw syntax(`the template ends where ${wanted} was expected`, request.from);
    }
    let text = take(FLOAT);
    if (text !== undefined) {
      const number = Number(text.replaceAll("_", ""));
      if (!Number.isFinite(number)) throw syntax(`${text} is too large for a number`, offset);
      const value = float(number);
      tokens.push({ kind: "number", value, text, offset, end: position });
      continue;
    }
    text = take(INTEGER);
    if (text !== undefined) {
      tokens.push({ kind: "number", value: readInteger(text), text, offset, end: position });
      continue;
    }
    text = take(NAME);
    if (text !== undefined) {
      tokens.push({ kind: "name", text, offset, end: position });
      continue;
    }
    text = take(STRING);
    if (text !== undefined) {
      const body = text.slice(1, -1);
      const read = request.backslashes === "literal" ? body : readEscapes(body, offset);
      tokens.push({ kind: "string", text: read, offset, end: position });
      continue;
    }
    text = take(OPERATOR);
    if (text === undefined) throw strangeCharacter(source, offset);
    balance(text, open, offset);
    tokens.push({ kind: "operator", text, offset, end: position });
  }
}

function readInteger(text: string): Datum {
  return integer(BigInt(text.replaceAll("_", "")));
}

function balance(text: string, open: string[], offset: number): void {
  const closing = CLOSES[text];
  if (closing !== undefined) open.push(closing);
  else if (text === ")" || text === "]" || text === "}") {
    const wanted = open.pop();
    if (wanted === undefined) throw syntax(`unexpected '${text}'`, offset);
    if (wanted !== text) throw syntax(`unexpected '${text}', expected '${wanted}'`, offset);
  }
}

function strangeCharacter(source: string, offset: number): TemplateProblem {
  const char = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  if (char === "'" || char === '"')
    return syntax(`a string starts with ${char} and never ends`, offset);
  const hints: Readonly<Record<string, string>> = {
    "!": "Write `not x` for a negation, `a != b` for a comparison",
    "&": "Write `and`",
    "?": "Write `a if condition else b`",
    "{": "Expressions such as `when:` are written without {{ }}",
  };
  const hint = hints[char];
  return syntax(`unexpected character '${char}'`, offset, hint);
}

export function syntax(message: string, offset: number, hint?: string): TemplateProblem {
  const more = { trail: { offset, variables: [] } };
  return new TemplateProblem(
    "jinja/syntax",
    message,
    hint === undefined ? more : { ...more, hint },
  );
}
