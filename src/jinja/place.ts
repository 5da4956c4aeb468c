import { lineMap } from "../lib/line-map.ts";
import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { VaultProblem } from "./decrypt.ts";
import type { TemplateProblem } from "./problem.ts";

/** A problem as people see it. `at` is where `source` starts in its file; without it the place stays out. */
export function diagnose(
  problem: TemplateProblem,
  source: string,
  at: Place | undefined,
): Diagnostic {
  const { trail, hint } = problem;
  const place = at === undefined ? {} : { at: placeIn(source, trail?.offset ?? 0, at) };
  const chain = trail?.variables ?? [];
  const detail = chain.length === 0 ? {} : { detail: [`needed by: ${chain.join(" → ")}`] };
  if (problem instanceof VaultProblem)
    return {
      ...place,
      ...problem.diagnostic,
      detail: [...(problem.diagnostic.detail ?? []), ...(detail.detail ?? [])],
    };
  return {
    code: problem.code,
    severity: "error",
    summary: problem.message,
    ...(hint === undefined ? {} : { hint }),
    ...place,
    ...detail,
  };
}

/** Exact where the string stands in its file as it is; YAML that folds or escapes moves columns, not lines. */
export function placeIn(source: string, offset: number, at: Place): Place {
  const { line, column } = lineMap(source).at(offset);
  return line === 1
    ? { file: at.file, line: at.line, column: at.column + column - 1 }
    : { file: at.file, line: at.line + line - 1, column };
}
