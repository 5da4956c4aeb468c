// What the schemas of the language are made of.
import { templated, type JsonSchema } from "./step-schema.ts";

const DURATION = String.raw`^\s*(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d)\s*)+)\s*$`;
export const IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$";

export const text = (description: string): JsonSchema => ({
  type: "string",
  minLength: 1,
  description,
});
export const flag = (description: string): JsonSchema => ({ type: "boolean", description });
export const choice = (words: readonly string[], description: string): JsonSchema => ({
  type: "string",
  enum: words,
  description,
});
export const name = (description: string): JsonSchema => ({
  type: "string",
  pattern: IDENTIFIER,
  $comment: "a name made of letters, digits and _",
  description,
});
export const duration = (description: string): JsonSchema =>
  templated({
    type: ["number", "string"],
    minimum: 0,
    pattern: DURATION,
    $comment: "a duration such as 90, 30s, 5m or 1h30m",
    description,
  });
export const condition = (description: string): JsonSchema => ({
  type: ["string", "boolean", "array"],
  items: { type: ["string", "boolean"] },
  $comment: "a Jinja expression, or a list of them",
  description,
});
export const mapping = (description: string): JsonSchema => ({ type: "object", description });
export const tasks = (task: JsonSchema, description: string): JsonSchema => ({
  type: "array",
  items: task,
  description,
});
