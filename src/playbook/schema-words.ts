import { TEMPLATE, type JsonSchema } from "./step-schema.ts";

/** The types that a schema wants, for people. */
export function typeWords(schema: JsonSchema): string {
  return oneOf(wantedTypes(schema).map((type) => TYPE_WORDS[type] ?? type));
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "empty",
};

/** The types a schema is about; text that only stands for a template does not count. */
export function wantedTypes(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  const types = Array.isArray(type) ? type.map(String) : [String(type)];
  return schema["pattern"] === TEMPLATE ? types.filter((word) => word !== "string") : types;
}

/** What a key of a mapping means. */
export function meaning(schema: JsonSchema, name: string): string | undefined {
  const properties = schema["properties"];
  if (typeof properties !== "object" || properties === null) return undefined;
  const found = Object.entries(properties).find(([key]) => key === name)?.[1];
  return typeof found === "object" && found !== null && "description" in found
    ? text(found.description)
    : undefined;
}

/** A value, short. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 58)}…"` : json;
}

export function oneOf(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? "something else")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
