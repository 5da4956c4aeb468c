import type { Json } from "../model/json.ts";
import type { ParameterSchema } from "../model/schema.ts";
import type { AnyStep } from "../model/step.ts";

/** A JSON Schema, in the words that draft-07 and draft 2020-12 share. */
export type JsonSchema = { readonly [word: string]: unknown };

/** A text that holds a Jinja expression or statement. */
export const TEMPLATE = "\\{[{%]";

const strict = new WeakMap<AnyStep, JsonSchema>();
const structural = new WeakMap<AnyStep, JsonSchema>();

/** Parameters as the step is handed them: everything rendered, nothing else allowed. */
export function strictSchema(step: AnyStep): JsonSchema {
  return remembered(strict, step, () => paramsSchema(step, (schema) => schema));
}

/** Parameters as they stand in a playbook: any of them may be a template, unless the step takes it unrendered. */
export function structuralSchema(step: AnyStep): JsonSchema {
  return remembered(structural, step, () =>
    paramsSchema(step, (schema, unrendered) => (unrendered ? schema : templated(schema))),
  );
}

/** The same schema, which also takes a template wherever it wants something that is not free text. */
export function templated(schema: JsonSchema): JsonSchema {
  const { type, enum: words, pattern, minLength: _, default: __, ...rest } = schema;
  const inside = within(rest);
  if (Array.isArray(words)) {
    // `enum` speaks about every type, so it needs a branch of its own; everything else does not.
    const { description, examples, ...others } = inside;
    return {
      ...(description === undefined ? {} : { description }),
      ...(examples === undefined ? {} : { examples }),
      anyOf: [
        { ...(type === undefined ? {} : { type }), enum: words, ...others },
        { type: "string", pattern: TEMPLATE },
      ],
    };
  }
  if (type === undefined) return inside;
  const types = Array.isArray(type) ? type : [type];
  if (!types.includes("string"))
    return { type: [...types, "string"], pattern: TEMPLATE, ...inside };
  if (typeof pattern !== "string") return { type, ...inside };
  return { type, pattern: `(?:${pattern})|${TEMPLATE}`, ...inside };
}

function within(schema: JsonSchema): JsonSchema {
  const { items, properties, additionalProperties } = schema;
  return {
    ...schema,
    ...(isSchema(items) ? { items: templated(items) } : {}),
    ...(isSchema(properties) ? { properties: mapValues(properties, templated) } : {}),
    ...(isSchema(additionalProperties)
      ? { additionalProperties: templated(additionalProperties) }
      : {}),
  };
}

function paramsSchema(
  step: AnyStep,
  shape: (schema: JsonSchema, unrendered: boolean) => JsonSchema,
): JsonSchema {
  const params = Object.entries(paramsOf(step));
  const required = params.filter(([, param]) => param.required === true).map(([name]) => name);
  const properties = params.map(([name, param]): [string, JsonSchema] => {
    const { required: _, template, secret: __, names: ___, ...schema } = param;
    return [name, shape(schema, template !== undefined)];
  });
  const { "*": others, ...named } = Object.fromEntries(properties);
  return {
    title: step.name,
    type: "object",
    properties: named,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: others ?? false,
  };
}

/** What parameters of all types have in common; the words that judge the value are not looked at. */
type AnyParameter = Pick<
  ParameterSchema<Json>,
  "description" | "default" | "examples" | "template" | "secret" | "names"
> & { readonly required?: true };

/** The parameters of a step by name, as far as they are alike for all steps. */
export function paramsOf(step: AnyStep): { readonly [name: string]: AnyParameter } {
  return step.params;
}

function mapValues(
  of: { readonly [key: string]: unknown },
  change: (schema: JsonSchema) => JsonSchema,
): { readonly [key: string]: unknown } {
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [key, isSchema(value) ? change(value) : value]),
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function remembered(
  memory: WeakMap<AnyStep, JsonSchema>,
  step: AnyStep,
  make: () => JsonSchema,
): JsonSchema {
  const known = memory.get(step);
  if (known !== undefined) return known;
  const made = make();
  memory.set(step, made);
  return made;
}
