import { TemplateProblem } from "./problem.ts";
import type { Body, Expression } from "./syntax/ast.ts";
import { isTemplate } from "./syntax/delimiters.ts";
import { normalizeLines, parseCondition, parseTemplate } from "./syntax/parse.ts";

/** `value`: a string of a playbook or variable file; `when`: a condition; `text`: a template file. */
export type SourceKind = "value" | "when" | "text";

type Read = { expression: Expression } | { body: Body } | { problem: TemplateProblem };

/** Parses a source of any kind, without evaluating anything. */
export function readSource(source: string, kind: SourceKind): Read {
  const text = normalizeLines(source);
  try {
    if (kind === "text") return { body: parseTemplate(text, "text") };
    if (kind === "value") return { body: isTemplate(text) ? parseTemplate(text, "value") : [] };
    const whole = /^\s*(?:\{\{.*\}\}|\{%.*%\})\s*$/s.test(text);
    return whole ? { body: parseTemplate(text, "value") } : { expression: parseCondition(text) };
  } catch (error) {
    if (error instanceof TemplateProblem) return { problem: error };
    throw error;
  }
}
