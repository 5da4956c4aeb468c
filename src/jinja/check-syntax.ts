import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { FILTERS } from "./filters/index.ts";
import { diagnose } from "./place.ts";
import { readSource } from "./read-source.ts";
import type { SourceKind } from "./read-source.ts";
import { bareName } from "./rendering.ts";
import type { Expression, Statement } from "./syntax/ast.ts";
import { TESTS } from "./tests/index.ts";
import { unknownFilter, unknownTest } from "./unknown-name.ts";
import type { TemplateProblem } from "./problem.ts";
import { bodiesOf, childrenOf, expressionsOf } from "./walk.ts";

/** Everything that is wrong with a source before it is evaluated: its syntax, and filters and tests that do not exist. */
export function checkSyntax(source: string, kind: SourceKind, at?: Place): readonly Diagnostic[] {
  const read = readSource(source, kind);
  if ("problem" in read) return [diagnose(read.problem, source, at)];
  const found: TemplateProblem[] = [];
  if ("expression" in read) inExpression(read.expression, found);
  else inBody(read.body, found);
  return found.map((problem) => diagnose(problem, source, at));
}

function inBody(body: readonly Statement[], found: TemplateProblem[]): void {
  for (const statement of body) {
    for (const expression of expressionsOf(statement)) inExpression(expression, found);
    for (const { body: inside } of bodiesOf(statement)) inBody(inside, found);
  }
}

function inExpression(node: Expression, found: TemplateProblem[]): void {
  const problem =
    node.kind === "filter" && !FILTERS.has(bareName(node.name))
      ? unknownFilter(node.name)
      : node.kind === "test" && !TESTS.has(bareName(node.name))
        ? unknownTest(node.name)
        : undefined;
  if (problem !== undefined) {
    problem.trail = { offset: node.offset, variables: [] };
    found.push(problem);
  }
  for (const child of childrenOf(node)) inExpression(child, found);
}
