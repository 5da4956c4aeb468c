import { GLOBAL_NAMES } from "./globals.ts";
import { readSource } from "./read-source.ts";
import type { SourceKind } from "./read-source.ts";
import type { Expression, Statement } from "./syntax/ast.ts";
import { bodiesOf, childrenOf, expressionsOf, namesSetBy } from "./walk.ts";

/**
 * The variables that a source may read, in order of appearance; names that it assigns itself are not among them.
 * A source that cannot be read uses none: `checkSyntax` says why.
 */
export function namesUsed(source: string, kind: SourceKind): readonly string[] {
  const read = readSource(source, kind);
  if ("problem" in read) return [];
  const found = new Set<string>();
  if ("expression" in read) inExpression(read.expression, new Set(), found);
  else inBody(read.body, new Set(), found);
  for (const name of GLOBAL_NAMES) found.delete(name);
  return [...found];
}

function inBody(
  body: readonly Statement[],
  outer: ReadonlySet<string>,
  found: Set<string>,
): Set<string> {
  const local = new Set(outer);
  for (const statement of body) {
    const only = statement.kind === "for" ? statement.only : undefined;
    for (const expression of expressionsOf(statement))
      if (expression !== only) inExpression(expression, local, found);
    for (const name of namesSetBy(statement)) local.add(name);
    for (const inner of bodiesOf(statement)) {
      const inside = inBody(inner.body, new Set([...local, ...inner.names]), found);
      // What an `if` sets is set for those that follow it.
      if (statement.kind === "if") for (const name of inside) local.add(name);
    }
    if (only !== undefined) {
      const names = bodiesOf(statement)[0]?.names ?? [];
      inExpression(only, new Set([...local, ...names]), found);
    }
    if (
      statement.kind === "set" &&
      statement.target.kind === "field" &&
      !local.has(statement.target.of)
    )
      found.add(statement.target.of);
  }
  return local;
}

function inExpression(node: Expression, local: ReadonlySet<string>, found: Set<string>): void {
  if (node.kind === "name" && !local.has(node.name)) found.add(node.name);
  const indirect = namedByText(node);
  if (indirect !== undefined) found.add(indirect);
  for (const child of childrenOf(node)) inExpression(child, local, found);
}

/** `vars['x']`, `vars.x` and `lookup('vars', 'x')` read x. */
function namedByText(node: Expression): string | undefined {
  if (node.kind === "attribute") return isName(node.of, "vars") ? node.name : undefined;
  if (node.kind === "item") return isName(node.of, "vars") ? textOf(node.key) : undefined;
  if (node.kind !== "call" || node.callee.kind !== "name") return undefined;
  const [which, name] = node.args.positional;
  const isLookup = ["lookup", "query", "q"].includes(node.callee.name);
  return isLookup && which !== undefined && textOf(which) === "vars" && name !== undefined
    ? textOf(name)
    : undefined;
}

function isName(node: Expression, name: string): boolean {
  return node.kind === "name" && node.name === name;
}

function textOf(node: Expression): string | undefined {
  return node.kind === "literal" && typeof node.value === "string" ? node.value : undefined;
}
