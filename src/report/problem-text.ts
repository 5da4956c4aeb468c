/** A diagnostic as people read it: what is wrong, where, the line itself, and what to do. */
import { printable } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Paint } from "./paint.ts";

/** Lines of a source file, for the excerpt; undefined when the file is not at hand. */
export type SourceLine = (file: string, line: number) => string | undefined;

export function problemText(problem: Diagnostic, paint: Paint, sourceLine?: SourceLine): string {
  const word = problem.severity === "error" ? paint.bad("error") : paint.warn("warning");
  const lines = [`${word}: ${paint.bold(printable(problem.summary))}  ${paint.dim(problem.code)}`];
  if (problem.at) {
    const { file, line, column } = problem.at;
    const text = sourceLine?.(file, line);
    const place = `${file}:${line}:${column}`;
    lines.push(text === undefined ? `  ${place}` : `  ${place} | ${printable(text).trimEnd()}`);
    if (text !== undefined && column <= text.length + 1) {
      lines.push(
        `  ${" ".repeat(place.length)} | ${" ".repeat(Math.max(0, column - 1))}${paint.bad("^")}`,
      );
    }
  }
  for (const detail of problem.detail ?? []) {
    for (const line of detail.split("\n")) lines.push(`  ${printable(line)}`);
  }
  if (problem.hint !== undefined) lines.push(`  hint: ${printable(problem.hint)}`);
  return lines.join("\n");
}

/** All problems, in the order of their places, then a count. */
export function problemsText(
  problems: readonly Diagnostic[],
  paint: Paint,
  sourceLine?: SourceLine,
): string {
  const sorted = problems.toSorted((a, b) => {
    if (!a.at || !b.at) return a.at ? -1 : b.at ? 1 : 0;
    return a.at.file.localeCompare(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column;
  });
  const texts = sorted.map((problem) => problemText(problem, paint, sourceLine));
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const counts = [
    ...(errors > 0 ? [`${errors} error${errors === 1 ? "" : "s"}`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings === 1 ? "" : "s"}`] : []),
  ];
  return [...texts, ...(problems.length > 1 ? [counts.join(", ")] : [])].join("\n");
}
