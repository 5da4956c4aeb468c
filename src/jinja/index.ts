// The door of this room: Jinja2 as ansible-core 2.19 reads it. Everything else here is private to it.

export { answer } from "./answer.ts";
export type { Answer, Asked } from "./answer.ts";
export { checkSyntax } from "./check-syntax.ts";
export { evaluateCondition } from "./condition.ts";
export { evaluateExpression } from "./expression.ts";
export { answerLine, readRequest } from "./json-lines.ts";
export type { TemplateRequest } from "./json-lines.ts";
export { namesUsed } from "./names-used.ts";
export { PENDING } from "./pending.ts";
export { renderText } from "./render-text.ts";
export { renderValue } from "./render-value.ts";
export type { PathFacts, RenderSettings } from "./settings.ts";
export { isTemplate } from "./syntax/delimiters.ts";
export { toJson } from "./to-json.ts";
export { printFloat } from "./values/print.ts";
export { printValue } from "./print-value.ts";
export { timestampRepr } from "./values/timestamp.ts";
