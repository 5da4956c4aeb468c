import type { Place } from "../model/diagnostic.ts";
import type { Rendered } from "../model/rendering.ts";
import { UnsafeText } from "../model/value.ts";
import type { Scope, Value } from "../model/value.ts";
import { evaluate } from "./evaluate.ts";
import { templateFrame } from "./frame.ts";
import { Locals } from "./locals.ts";
import { TemplateProblem, UndefinedProblem } from "./problem.ts";
import { rawValue } from "./raw-value.ts";
import { guarded } from "./rendered.ts";
import { Rendering } from "./rendering.ts";
import type { RenderSettings } from "./settings.ts";
import { normalizeLines, parseCondition, parseTemplate } from "./syntax/parse.ts";
import { Dict, List, Nothing, Omit, Undefined } from "./values/datum.ts";
import type { Datum } from "./values/datum.ts";
import { typeName } from "./values/type-name.ts";

/**
 * A `when:`: an expression, a boolean, or a list of them that must all hold. As in 2.19 the answer must be a boolean;
 * text, numbers and lists are problems, not truths.
 */
export function evaluateCondition(
  expression: Value,
  scope: Scope,
  settings: RenderSettings,
  at?: Place,
): Rendered<boolean> {
  const rendering = new Rendering(scope, settings);
  const conditions: readonly Value[] = Array.isArray(expression) ? expression : [expression];
  const unknown = new Set<string>();
  for (const condition of conditions) {
    const answer = one(condition, rendering, at);
    if (answer.kind === "unknown") {
      for (const name of answer.names) unknown.add(name);
      continue;
    }
    // Whatever the unknown ones will turn out to be, one that does not hold decides.
    if (answer.kind !== "rendered" || !answer.value) return answer;
  }
  return unknown.size > 0
    ? { kind: "unknown", names: [...unknown] }
    : { kind: "rendered", value: true };
}

function one(condition: Value, rendering: Rendering, at: Place | undefined): Rendered<boolean> {
  const source = typeof condition === "string" ? condition : "";
  return guarded(
    source,
    at,
    () => rendering.offset,
    () => {
      if (typeof condition === "boolean") return { kind: "rendered", value: condition };
      if (typeof condition !== "string") throw notACondition(condition);
      const value = valueOf(condition, rendering, 0);
      if (value instanceof Omit) return { kind: "omitted" };
      if (value instanceof Undefined) throw new UndefinedProblem(value);
      if (typeof value !== "boolean") throw notBoolean(value);
      return { kind: "rendered", value };
    },
  );
}

function notACondition(condition: Value): TemplateProblem {
  const message =
    condition instanceof UnsafeText
      ? "a condition must not be marked !unsafe"
      : condition === null
        ? "the condition is empty"
        : "a condition is text or a boolean";
  return new TemplateProblem("jinja/condition", message);
}

/** `{{ name }}` around the whole condition is allowed, also when the variable holds the text of a condition. */
function valueOf(condition: string, rendering: Rendering, depth: number): Datum {
  const text = normalizeLines(condition);
  const trimmed = text.trim();
  if (trimmed === "") throw new TemplateProblem("jinja/condition", "the condition is empty");
  if (!isWholeTemplate(trimmed)) {
    const locals = new Locals();
    const frame = { machine: rendering, locals, template: templateFrame(locals) };
    return evaluate(parseCondition(text), frame);
  }
  const value = rendering.template(trimmed, "value");
  if (typeof value !== "string") return value;
  const indirect = conditionIn(trimmed, rendering);
  if (indirect === undefined || depth > 10)
    throw new TemplateProblem(
      "jinja/condition",
      `the condition gives text ("${value}"), and only the author's own text is read as a condition`,
      { hint: "Write the expression itself, without {{ }}; add `| bool` for text such as yes" },
    );
  return valueOf(indirect, rendering, depth + 1);
}

function isWholeTemplate(text: string): boolean {
  return /^\{\{.*\}\}$/s.test(text) || /^\{%.*%\}$/s.test(text);
}

/** The text of a trusted variable that is all a template prints. */
function conditionIn(source: string, rendering: Rendering): string | undefined {
  const body = parseTemplate(source, "value").filter(
    (statement) => statement.kind !== "text" || statement.text.trim() !== "",
  );
  const [only] = body;
  if (body.length !== 1 || only?.kind !== "output") return undefined;
  const raw = rawValue(only.value, rendering);
  return raw?.trusted === true && typeof raw.value === "string" ? raw.value : undefined;
}

function notBoolean(value: Datum): TemplateProblem {
  const hint =
    typeof value === "string"
      ? "Compare it, or add `| bool` for text such as yes and no"
      : value instanceof List || value instanceof Dict
        ? "Add `| length > 0`"
        : value === null
          ? "Add `is not none`"
          : value instanceof Nothing
            ? "Add `else false`"
            : "Compare it with something, or add `| bool`";
  const shown = typeName(value);
  return new TemplateProblem(
    "jinja/condition",
    `the condition gives a ${shown}, not true or false`,
    {
      hint,
    },
  );
}
