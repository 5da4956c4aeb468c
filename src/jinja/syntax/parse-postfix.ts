import type { CallArguments, Expression } from "./ast.ts";
import { syntax } from "./lex-expression.ts";
import { parseExpression } from "./parse-expression.ts";
import type { TokenStream } from "./token-stream.ts";

/** Attributes, subscripts and calls. */
export function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let of = start;
  for (;;) {
    const { offset } = stream.current;
    if (stream.skipOperator(".")) of = parseDot(stream, of);
    else if (stream.skipOperator("[")) of = parseSubscript(stream, of, offset);
    else if (stream.isOperator("("))
      of = { kind: "call", callee: of, args: parseArguments(stream), offset };
    else return of;
  }
}

function parseDot(stream: TokenStream, of: Expression): Expression {
  const token = stream.next();
  const { offset } = token;
  if (token.kind === "name") return { kind: "attribute", of, name: token.text, offset };
  if (token.kind !== "number" || !/^\d+$/.test(token.text))
    throw syntax("expected a name or a number after the dot", offset);
  return { kind: "item", of, key: { kind: "literal", value: token.value, offset }, offset };
}

function parseSubscript(stream: TokenStream, of: Expression, offset: number): Expression {
  const keys: (Expression | { slice: [Expression?, Expression?, Expression?] })[] = [];
  do {
    keys.push(parseKey(stream));
  } while (stream.skipOperator(","));
  stream.expectOperator("]");
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    if ("kind" in only) return { kind: "item", of, key: only, offset };
    const [from, to, step] = only.slice;
    return { kind: "slice", of, bounds: [from, to, step], offset };
  }
  const items: Expression[] = [];
  for (const key of keys) {
    if (!("kind" in key)) throw syntax("a slice cannot stand beside other subscripts", offset);
    items.push(key);
  }
  return { kind: "item", of, key: { kind: "tuple", items, offset }, offset };
}

function parseKey(
  stream: TokenStream,
): Expression | { slice: [Expression?, Expression?, Expression?] } {
  const bounds: [Expression?, Expression?, Expression?] = [];
  if (!stream.isOperator(":")) {
    const key = parseExpression(stream);
    if (!stream.isOperator(":")) return key;
    bounds[0] = key;
  }
  for (const index of [1, 2] as const) {
    if (!stream.skipOperator(":")) break;
    if (!stream.isOperator(":", "]", ",")) bounds[index] = parseExpression(stream);
  }
  return { slice: bounds };
}

export function parseArguments(stream: TokenStream): CallArguments {
  stream.expectOperator("(");
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  while (!stream.isOperator(")")) {
    const { current } = stream;
    const ahead = stream.peek(1);
    if (stream.skipOperator("**")) spreadNamed = parseExpression(stream);
    else if (stream.skipOperator("*")) spread = parseExpression(stream);
    else if (current.kind === "name" && ahead.kind === "operator" && ahead.text === "=") {
      stream.next();
      stream.next();
      named.push([current.text, parseExpression(stream)]);
    } else {
      if (named.length > 0 || spread !== undefined || spreadNamed !== undefined)
        throw syntax("a positional argument follows a named one", current.offset);
      positional.push(parseExpression(stream));
    }
    if (!stream.isOperator(")")) stream.expectOperator(",");
  }
  stream.expectOperator(")");
  return { positional, named, spread, spreadNamed };
}
