import { choice, flag, text } from "./frame-words.ts";
import { type JsonSchema } from "./step-schema.ts";

const TYPES = ["string", "integer", "number", "boolean", "array", "object"];
const count = (description: string): JsonSchema => ({ type: "integer", minimum: 0, description });

/** The words that judge a value; `inner` judges the schemas inside. */
const valueWords = (inner: JsonSchema): { readonly [word: string]: JsonSchema } => ({
  type: choice(TYPES, "The type of the value."),
  enum: { type: "array", minItems: 1, description: "The values that are allowed." },
  pattern: text("A regular expression that a text must match."),
  minLength: count("The least number of characters."),
  maxLength: count("The greatest number of characters."),
  minimum: { type: "number", description: "The least number." },
  maximum: { type: "number", description: "The greatest number." },
  items: { ...inner, description: "JSON Schema of the items of a list." },
  minItems: count("The least number of items."),
  maxItems: count("The greatest number of items."),
  uniqueItems: flag("No item twice."),
  properties: {
    type: "object",
    additionalProperties: inner,
    description: "JSON Schemas of the keys of a mapping.",
  },
  additionalProperties: flag("Whether a mapping may have other keys."),
});

const inner: JsonSchema = {
  title: "type",
  type: "object",
  properties: valueWords({ type: "object" }),
  additionalProperties: false,
};

/** The words of JSON Schema that an input may use for its value. */
export const INPUT_SCHEMA_WORDS: readonly string[] = Object.keys(valueWords(inner));

/** One entry of `inputs:`. */
export const inputSchema: JsonSchema = {
  title: "input",
  type: "object",
  properties: {
    ...valueWords(inner),
    description: text("What it means, in one sentence."),
    required: flag("There is no run without it."),
    default: { description: "Used when nobody gives a value. May be a template." },
    examples: { type: "array", minItems: 1, description: "Values as somebody would write them." },
    from: {
      type: "string",
      pattern: String.raw`^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*$`,
      $comment: "a variable, or a path into one such as storage.options.bucket",
      description: "The inventory variable that supplies it, if it has another name.",
    },
    per_host: flag("Hosts may have different values. Not readable in fleet scope then."),
  },
  required: ["description"],
  additionalProperties: false,
};
