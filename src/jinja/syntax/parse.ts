import { TemplateProblem } from "../problem.ts";
import type { Body, Expression } from "./ast.ts";
import { lexExpression } from "./lex-expression.ts";
import { lex } from "./lex.ts";
import type { TemplateKind } from "./lex.ts";
import { parseTuple } from "./parse-expression.ts";
import { parseSegments } from "./parse-template.ts";
import { TokenStream } from "./token-stream.ts";

/**
 * String literals in `{{ }}` of a task argument keep their backslashes, so that `'\\1'` reaches `regex_replace` as the
 * author wrote it in YAML; in template files and conditions they are escapes, as Jinja has it.
 */
export function parseTemplate(source: string, kind: TemplateKind): Body {
  return cached(kind === "value" ? VALUES : TEXTS, source, () => parseSegments(lex(source, kind)));
}

/** A bare expression: a condition, without delimiters. */
export function parseCondition(source: string): Expression {
  return cached(CONDITIONS, source, () => {
    const lexed = lexExpression({ source, from: 0, until: undefined, backslashes: "escape" });
    const stream = new TokenStream(lexed.tokens);
    const parsed = parseTuple(stream);
    stream.expectEnd();
    return parsed;
  });
}

/** Line ends become `\n` before anything else; offsets are offsets into this. */
export function normalizeLines(source: string): string {
  return source.includes("\r") ? source.replace(/\r\n?/g, "\n") : source;
}

type Parsed<T> = { readonly ok: T } | { readonly problem: TemplateProblem };

const VALUES = new Map<string, Parsed<Body>>();
const TEXTS = new Map<string, Parsed<Body>>();
const CONDITIONS = new Map<string, Parsed<Expression>>();

// A playbook has hundreds of templates; only something that makes templates up would ever fill this.
const CAPACITY = 5000;

function cached<T>(cache: Map<string, Parsed<T>>, source: string, parse: () => T): T {
  let found = cache.get(source);
  if (found === undefined) {
    found = attempt(parse);
    if (cache.size >= CAPACITY) cache.clear();
    cache.set(source, found);
  }
  if ("ok" in found) return found.ok;
  const { problem } = found;
  const hint = problem.hint === undefined ? {} : { hint: problem.hint };
  const trail = problem.trail === undefined ? {} : { trail: problem.trail };
  // A fresh one each time: trails grow while a problem travels.
  throw new TemplateProblem(problem.code, problem.message, { ...hint, ...trail });
}

function attempt<T>(parse: () => T): Parsed<T> {
  try {
    return { ok: parse() };
  } catch (error) {
    if (error instanceof TemplateProblem) return { problem: error };
    throw error;
  }
}
