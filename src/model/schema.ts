import type { Json } from "./json.ts";

type TypeWord<T> = T extends string
  ? "string"
  : T extends boolean
    ? "boolean"
    : T extends number
      ? "integer" | "number"
      : T extends null
        ? "null"
        : T extends readonly unknown[]
          ? "array"
          : T extends object
            ? "object"
            : never;

/** A JSON Schema (draft 2020-12) for values of type T, limited to the words that draft-07 shares. */
export interface ValueSchema<T> {
  readonly type: TypeWord<T> | readonly TypeWord<T>[];
  readonly enum?: readonly (T & (string | number | boolean | null))[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: ValueSchema<never> | { readonly [word: string]: unknown };
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: unknown };
  readonly additionalProperties?: boolean | { readonly [word: string]: unknown };
}

/** A parameter of a step. Every parameter is described; the description's first sentence fits a tooltip. */
export interface ParameterSchema<T> extends ValueSchema<T> {
  readonly description: string;
  readonly default?: T & Json;
  readonly examples?: readonly Json[];
  /**
   * The value is kept as it is written and handed to the step unrendered: `expression` is a bare Jinja expression
   * (`assert.that`), `raw` is text that the step renders itself.
   */
  readonly template?: "expression" | "raw";
  /** The value is masked wherever it would be shown. */
  readonly secret?: true;
  /** The value is the id of an earlier task: a playbook in which no task has it is refused. */
  readonly names?: "task";
}

type IsOptional<P, K extends keyof P> = Record<never, never> extends Pick<P, K> ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** An optional key may be left out; any other one is either required or has a default. */
type Presence<P, K extends keyof P> =
  IsAny<P> extends true
    ? { readonly required?: true }
    : IsOptional<P, K> extends true
      ? { readonly required?: never }
      : { readonly required: true } | { readonly required?: never; readonly default: P[K] & Json };

/**
 * One schema per key of P: a missing key, a wrong type, a wrong `required` or a missing description does not compile.
 * The key `*` stands for every name that is not listed (`set_fact`).
 */
export type SchemaFor<P> = {
  readonly [K in keyof P]-?: ParameterSchema<Exclude<P[K], undefined>> & Presence<P, K>;
};
