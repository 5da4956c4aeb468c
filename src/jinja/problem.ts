import type { Trail, Undefined } from "./values/datum.ts";

type ProblemCode =
  | "jinja/syntax"
  | "jinja/undefined"
  | "jinja/recursion"
  | "jinja/budget"
  | "jinja/condition"
  | "jinja/file"
  | "jinja/vault"
  | "jinja/unsupported"
  | "jinja/failed";

/**
 * What stops a rendering. Thrown inside this room only; the doors turn it into a diagnostic. `trail` is filled in by
 * the first frame that knows the offset.
 */
export class TemplateProblem extends Error {
  readonly code: ProblemCode;
  readonly hint: string | undefined;
  trail: Trail | undefined;
  constructor(code: ProblemCode, message: string, more: { hint?: string; trail?: Trail } = {}) {
    super(message);
    this.code = code;
    this.hint = more.hint;
    this.trail = more.trail;
  }
}

/** Use of something undefined. Filters, tests and calls hand it on as an undefined value; operators let it pass. */
export class UndefinedProblem extends TemplateProblem {
  readonly missing: Undefined;
  constructor(missing: Undefined) {
    const hint = missing.hint === undefined ? {} : { hint: missing.hint };
    const code = missing.failure?.code ?? "jinja/undefined";
    super(code, missing.message, { ...hint, trail: missing.trail });
    this.missing = missing;
  }
}

/** A value that a plan does not know yet was used. */
export class PendingProblem extends Error {
  readonly names: readonly string[];
  constructor(names: readonly string[]) {
    super(`${names.join(", ")} not known yet`);
    this.names = names;
  }
}

export function failed(message: string, hint?: string): TemplateProblem {
  return new TemplateProblem("jinja/failed", message, hint === undefined ? {} : { hint });
}

export function unsupported(message: string, hint: string): TemplateProblem {
  return new TemplateProblem("jinja/unsupported", message, { hint });
}
