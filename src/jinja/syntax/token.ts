import type { Datum } from "../values/datum.ts";

/** A piece of an expression or tag. */
export type Token = { readonly offset: number; readonly end: number } & (
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "number"; readonly value: Datum; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "operator"; readonly text: string }
  | { readonly kind: "end"; readonly text: string }
);

/** A piece of a template: text as it will be printed, or the tokens of one `{{ }}` or `{% %}`. */
export type Segment =
  | { readonly kind: "text"; readonly offset: number; readonly text: string }
  | { readonly kind: "output"; readonly offset: number; readonly tokens: readonly Token[] }
  | { readonly kind: "tag"; readonly offset: number; readonly tokens: readonly Token[] };
