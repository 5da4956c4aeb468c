import type { Datum } from "../values/datum.ts";
import type { Operator } from "../values/number.ts";

/** Every node knows where it starts in its source. Plain data: parsed once per source, evaluated many times. */
interface At {
  readonly offset: number;
}

export type Expression = At &
  (
    | { readonly kind: "literal"; readonly value: Datum }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "tuple"; readonly items: readonly Expression[] }
    | { readonly kind: "dict"; readonly pairs: readonly (readonly [Expression, Expression])[] }
    | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
    | { readonly kind: "item"; readonly of: Expression; readonly key: Expression }
    | {
        readonly kind: "slice";
        readonly of: Expression;
        readonly bounds: readonly [
          Expression | undefined,
          Expression | undefined,
          Expression | undefined,
        ];
      }
    | { readonly kind: "call"; readonly callee: Expression; readonly args: CallArguments }
    | {
        readonly kind: "filter";
        readonly name: string;
        /** Absent at the head of a `{% filter %}` or `{% set x | … %}` block, whose input is the block. */
        readonly input: Expression | undefined;
        readonly args: CallArguments;
      }
    | {
        readonly kind: "test";
        readonly name: string;
        readonly input: Expression;
        readonly args: CallArguments;
      }
    | { readonly kind: "not"; readonly operand: Expression }
    | { readonly kind: "sign"; readonly sign: "-" | "+"; readonly operand: Expression }
    | {
        readonly kind: "arithmetic";
        readonly operator: Operator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "join"; readonly parts: readonly Expression[] }
    | {
        readonly kind: "compare";
        readonly first: Expression;
        readonly rest: readonly { readonly operator: Comparison; readonly right: Expression }[];
      }
    | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: "conditional";
        readonly condition: Expression;
        readonly then: Expression;
        readonly otherwise: Expression | undefined;
      }
  );

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  readonly spread: Expression | undefined;
  readonly spreadNamed: Expression | undefined;
}

/** What `for`, `set` and `with` assign to. */
export type Target = At &
  (
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "field"; readonly of: string; readonly name: string }
    | { readonly kind: "unpack"; readonly targets: readonly Target[] }
  );

export interface Signature {
  readonly params: readonly { readonly name: string; readonly fallback: Expression | undefined }[];
}

export type Statement = At &
  (
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "output"; readonly value: Expression }
    | {
        readonly kind: "if";
        readonly branches: readonly { readonly condition: Expression; readonly body: Body }[];
        readonly otherwise: Body;
      }
    | {
        readonly kind: "for";
        readonly target: Target;
        readonly over: Expression;
        readonly only: Expression | undefined;
        readonly recursive: boolean;
        readonly body: Body;
        readonly otherwise: Body;
      }
    | { readonly kind: "set"; readonly target: Target; readonly value: Expression }
    | {
        readonly kind: "set-block";
        readonly target: Target;
        readonly filter: Expression | undefined;
        readonly body: Body;
      }
    | {
        readonly kind: "with";
        readonly assignments: readonly (readonly [Target, Expression])[];
        readonly body: Body;
      }
    | {
        readonly kind: "macro";
        readonly name: string;
        readonly signature: Signature;
        readonly body: Body;
      }
    | {
        readonly kind: "call-block";
        readonly call: Expression;
        readonly signature: Signature;
        readonly body: Body;
      }
    | { readonly kind: "filter-block"; readonly filter: Expression; readonly body: Body }
    | { readonly kind: "scope"; readonly body: Body }
    | {
        readonly kind: "block";
        readonly name: string;
        readonly required: boolean;
        readonly scoped: boolean;
        readonly body: Body;
      }
    | { readonly kind: "extends"; readonly template: Expression }
    | {
        readonly kind: "include";
        readonly template: Expression;
        readonly ignoreMissing: boolean;
        readonly withContext: boolean;
      }
    | {
        readonly kind: "import";
        readonly template: Expression;
        readonly as: string;
        readonly withContext: boolean;
      }
    | {
        readonly kind: "from";
        readonly template: Expression;
        readonly names: readonly { readonly name: string; readonly as: string }[];
        readonly withContext: boolean;
      }
  );

export type Body = readonly Statement[];
