import type { Json } from "../model/json.ts";
import { StepProblem, type StepTools } from "../model/step.ts";

/** The value of a bare expression. A StepProblem when it has none, or none yet. */
export function evaluated(tools: StepTools, expression: string): Json {
  const found = tools.evaluate(expression);
  switch (found.kind) {
    case "rendered":
      return found.value;
    case "problem":
      throw new StepProblem("failed", found.diagnostic);
    case "omitted":
      throw new StepProblem("failed", {
        code: "step/no-value",
        severity: "error",
        summary: `${expression} is omitted, so it has no value`,
      });
    case "unknown":
      throw new StepProblem("failed", {
        code: "step/not-known-yet",
        severity: "error",
        summary: `${found.names.join(", ")} is not known yet`,
      });
  }
}
