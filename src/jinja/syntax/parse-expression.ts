import type { Datum } from "../values/datum.ts";
import type { CallArguments, Comparison, Expression } from "./ast.ts";
import { syntax } from "./lex-expression.ts";
import { parseArguments, parsePostfix } from "./parse-postfix.ts";
import type { TokenStream } from "./token-stream.ts";

// Precedence, loosest first, is Jinja's and not Python's: conditional, or, and, not, comparisons, + -, ~, * / // %,
// **, unary signs, then filters and tests, so that `-x | abs` is `abs(-x)` and `2 ** 3 ** 2` is 64.

const CONSTANTS: Readonly<Record<string, Datum>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** `a, b` is a tuple where `tuples` allows it: in outputs, `set`, `for` and subscripts. */
export function parseTuple(stream: TokenStream, options: { conditional?: false } = {}): Expression {
  const { offset } = stream.current;
  const parse = () => (options.conditional === false ? parseOr(stream) : parseExpression(stream));
  const first = parse();
  if (!stream.isOperator(",")) return first;
  const items = [first];
  while (stream.skipOperator(",")) {
    if (endsTuple(stream)) break;
    items.push(parse());
  }
  return { kind: "tuple", items, offset };
}

function endsTuple(stream: TokenStream): boolean {
  return stream.current.kind === "end" || stream.isOperator(")", "]", "=") || stream.isName("in");
}

export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => {
    const { offset } = stream.current;
    let then = parseOr(stream);
    while (stream.skipName("if")) {
      const condition = parseOr(stream);
      const otherwise = stream.skipName("else") ? parseExpression(stream) : undefined;
      then = { kind: "conditional", condition, then, otherwise, offset };
    }
    return then;
  });
}

export function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.isName("or")) {
    const { offset } = stream.next();
    left = { kind: "or", left, right: parseAnd(stream), offset };
  }
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.isName("and")) {
    const { offset } = stream.next();
    left = { kind: "and", left, right: parseNot(stream), offset };
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.isName("not")) return parseCompare(stream);
  const { offset } = stream.next();
  return { kind: "not", operand: stream.nested(() => parseNot(stream)), offset };
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: { operator: Comparison; right: Expression }[] = [];
  const { offset } = stream.current;
  for (;;) {
    const operator = comparison(stream);
    if (operator === undefined) break;
    rest.push({ operator, right: parseSum(stream) });
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest, offset };
}

function comparison(stream: TokenStream): Comparison | undefined {
  const token = stream.current;
  if (token.kind === "operator") {
    const found = COMPARISONS[token.text];
    if (found !== undefined) stream.next();
    return found;
  }
  if (stream.skipName("in")) return "in";
  const ahead = stream.peek(1);
  if (!stream.isName("not") || ahead.kind !== "name" || ahead.text !== "in") return undefined;
  stream.next();
  stream.next();
  return "not in";
}

function parseSum(stream: TokenStream): Expression {
  let left = parseJoin(stream);
  while (stream.isOperator("+", "-")) {
    const { offset, text } = operatorToken(stream);
    left = {
      kind: "arithmetic",
      operator: text as "+" | "-",
      left,
      right: parseJoin(stream),
      offset,
    };
  }
  return left;
}

function parseJoin(stream: TokenStream): Expression {
  const { offset } = stream.current;
  const parts = [parseProduct(stream)];
  while (stream.skipOperator("~")) parts.push(parseProduct(stream));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "join", parts, offset };
}

function parseProduct(stream: TokenStream): Expression {
  let left = parsePower(stream);
  while (stream.isOperator("*", "/", "//", "%")) {
    const { offset, text } = operatorToken(stream);
    const operator = text as "*" | "/" | "//" | "%";
    left = { kind: "arithmetic", operator, left, right: parsePower(stream), offset };
  }
  return left;
}

function parsePower(stream: TokenStream): Expression {
  let left = parseUnary(stream, { filters: true });
  while (stream.isOperator("**")) {
    const { offset } = stream.next();
    const right = parseUnary(stream, { filters: true });
    left = { kind: "arithmetic", operator: "**", left, right, offset };
  }
  return left;
}

function operatorToken(stream: TokenStream): { offset: number; text: string } {
  const token = stream.next();
  return { offset: token.offset, text: token.text };
}

function parseUnary(stream: TokenStream, options: { filters: boolean }): Expression {
  const { offset } = stream.current;
  let parsed: Expression;
  if (stream.isOperator("-", "+")) {
    const sign = stream.next().text as "-" | "+";
    const operand = stream.nested(() => parseUnary(stream, { filters: false }));
    parsed = { kind: "sign", sign, operand, offset };
  } else parsed = parsePrimary(stream);
  parsed = parsePostfix(stream, parsed);
  return options.filters ? parseFilters(stream, parsed) : parsed;
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const { offset } = token;
  switch (token.kind) {
    case "name": {
      stream.next();
      return Object.hasOwn(CONSTANTS, token.text)
        ? { kind: "literal", value: CONSTANTS[token.text] ?? null, offset }
        : { kind: "name", name: token.text, offset };
    }
    case "string": {
      let text = "";
      for (let piece = stream.current; piece.kind === "string"; piece = stream.current) {
        text += piece.text;
        stream.next();
      }
      return { kind: "literal", value: text, offset };
    }
    case "number":
      stream.next();
      return { kind: "literal", value: token.value, offset };
    case "operator":
      if (stream.skipOperator("(")) return parseParenthesis(stream, offset);
      if (stream.skipOperator("[")) return { kind: "list", items: parseItems(stream, "]"), offset };
      if (stream.skipOperator("{")) return parseDict(stream, offset);
      throw stream.unexpected("an expression");
    case "end":
      throw stream.unexpected("an expression");
  }
}

function parseParenthesis(stream: TokenStream, offset: number): Expression {
  if (stream.skipOperator(")")) return { kind: "tuple", items: [], offset };
  const inner = parseTuple(stream);
  stream.expectOperator(")");
  return inner;
}

function parseItems(stream: TokenStream, close: string): Expression[] {
  const items: Expression[] = [];
  while (!stream.isOperator(close)) {
    items.push(parseExpression(stream));
    if (!stream.isOperator(close)) stream.expectOperator(",");
  }
  stream.expectOperator(close);
  return items;
}

function parseDict(stream: TokenStream, offset: number): Expression {
  const pairs: [Expression, Expression][] = [];
  while (!stream.isOperator("}")) {
    const key = parseExpression(stream);
    stream.expectOperator(":");
    pairs.push([key, parseExpression(stream)]);
    if (!stream.isOperator("}")) stream.expectOperator(",");
  }
  stream.expectOperator("}");
  return { kind: "dict", pairs, offset };
}

/** Filters, tests and calls of what they yield. */
function parseFilters(stream: TokenStream, start: Expression): Expression {
  let input = start;
  for (;;) {
    const { offset } = stream.current;
    if (stream.isOperator("|")) input = parseFilterChain(stream, input);
    else if (stream.isName("is")) input = parseTest(stream, input);
    else if (stream.isOperator("("))
      input = { kind: "call", callee: input, args: parseArguments(stream), offset };
    else return input;
  }
}

/** One or more filters; without an input, the head of a filter block, which starts without a bar. */
export function parseFilterChain(stream: TokenStream, input: Expression | undefined): Expression {
  let value = input;
  let first = input === undefined;
  while (first || stream.skipOperator("|")) {
    first = false;
    const { offset } = stream.current;
    const name = parseDottedName(stream);
    const args = stream.isOperator("(") ? parseArguments(stream) : EMPTY;
    value = { kind: "filter", name, input: value, args, offset };
  }
  if (value === undefined) throw stream.unexpected("a filter");
  return value;
}

const EMPTY: CallArguments = {
  positional: [],
  named: [],
  spread: undefined,
  spreadNamed: undefined,
};

function parseDottedName(stream: TokenStream): string {
  let name = stream.expectName();
  while (stream.skipOperator(".")) name += `.${stream.expectName()}`;
  return name;
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  stream.next();
  const negated = stream.skipName("not");
  const { offset } = stream.current;
  const name = parseDottedName(stream);
  let args = EMPTY;
  if (stream.isOperator("(")) args = parseArguments(stream);
  else if (startsTestArgument(stream)) {
    if (stream.isName("is"))
      throw syntax("two tests in a row", stream.current.offset, "Join them with `and`");
    const argument = parsePostfix(stream, parsePrimary(stream));
    args = { ...EMPTY, positional: [argument] };
  }
  const test: Expression = { kind: "test", name, input, args, offset };
  return negated ? { kind: "not", operand: test, offset } : test;
}

function startsTestArgument(stream: TokenStream): boolean {
  const token = stream.current;
  if (token.kind === "string" || token.kind === "number") return true;
  if (token.kind === "operator") return ["(", "[", "{"].includes(token.text);
  // Jinja takes any other word for the argument of the test, `if` included.
  if (token.kind === "name" && token.text === "if")
    throw syntax(
      "a test cannot stand before if",
      token.offset,
      "Write (x is y) if condition else z",
    );
  return token.kind === "name" && !["else", "or", "and"].includes(token.text);
}
