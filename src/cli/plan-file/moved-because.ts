import type { Diagnostic } from "../../model/diagnostic.ts";

export function movedBecause(text: string): Diagnostic {
  return { code: "cli/plan-moved", severity: "error", summary: `since the plan was made: ${text}` };
}
