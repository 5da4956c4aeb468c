import { isValueMap } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import type { Locals } from "./locals.ts";
import type { Machine } from "./machine.ts";
import type { Expression } from "./syntax/ast.ts";

/** What a variable or a key of one holds before rendering; undefined for anything that is computed. */
export function rawValue(
  node: Expression,
  machine: Machine,
  locals?: Locals,
): { readonly value: Value; readonly trusted: boolean } | undefined {
  if (node.kind === "name")
    return locals?.get(node.name) === undefined ? machine.rawVariable(node.name) : undefined;
  const key = keyOf(node);
  if (key === undefined || !("of" in node) || typeof node.of === "string") return undefined;
  const of = rawValue(node.of, machine, locals);
  if (of === undefined || !isValueMap(of.value) || !Object.hasOwn(of.value, key)) return undefined;
  const value = of.value[key];
  return value === undefined ? undefined : { value, trusted: of.trusted };
}

function keyOf(node: Expression): string | undefined {
  if (node.kind === "attribute") return node.name;
  if (node.kind !== "item" || node.key.kind !== "literal") return undefined;
  return typeof node.key.value === "string" ? node.key.value : undefined;
}
