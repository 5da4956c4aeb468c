import type { Place } from "../model/diagnostic.ts";
import type { Rendered } from "../model/rendering.ts";
import { diagnose } from "./place.ts";
import { failed, PendingProblem, TemplateProblem } from "./problem.ts";

/** Runs what may throw a problem of ours; anything else that it throws is a bug and passes. */
export function guarded<T>(
  source: string,
  at: Place | undefined,
  offset: () => number,
  run: () => Rendered<T>,
): Rendered<T> {
  try {
    return run();
  } catch (error) {
    if (error instanceof PendingProblem) return { kind: "unknown", names: error.names };
    // The stack of JavaScript, and the length of its strings, end where a template asks for the absurd.
    const problem =
      error instanceof RangeError
        ? failed(`the template asks for too much: ${error.message}`)
        : error;
    if (!(problem instanceof TemplateProblem)) throw problem;
    problem.trail ??= { offset: offset(), variables: [] };
    return { kind: "problem", diagnostic: diagnose(problem, source, at) };
  }
}
