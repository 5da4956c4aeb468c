import type { Diagnostic, Place } from "./diagnostic.ts";
import type { Json } from "./json.ts";
import type { Scope, Value } from "./value.ts";

/** What became of a template. `unknown`: it needs a registered value that a plan cannot have yet. */
export type Rendered<T> =
  | { readonly kind: "rendered"; readonly value: T }
  | { readonly kind: "omitted" }
  | { readonly kind: "unknown"; readonly names: readonly string[] }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

/** Functions that a template may call, such as `record('id')`. Arguments are plain data. */
export type TemplateFunctions = {
  readonly [name: string]: (args: readonly Json[]) => Json;
};

/** Templates as the engine and the steps see them. */
export interface Renderer {
  value(source: Value, scope: Scope, at?: Place, functions?: TemplateFunctions): Rendered<Json>;
  condition(
    expression: Value,
    scope: Scope,
    at?: Place,
    functions?: TemplateFunctions,
  ): Rendered<boolean>;
  text(source: string, scope: Scope, at?: Place): Rendered<string>;
  /** A stand-in for a value that is not known yet; whatever uses it renders as `unknown`. */
  pending(name: string): Value;
}

/** What a template function throws when it has no answer; the message is for people. */
export class NoAnswer extends Error {
  /** `not-yet`: a plan cannot have it, the run will. `never`: there is no such thing. */
  readonly kind: "not-yet" | "never";
  constructor(kind: "not-yet" | "never", message: string) {
    super(message);
    this.kind = kind;
  }
}
