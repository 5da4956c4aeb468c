import type { Json } from "../../model/json.ts";
import { defineReading, StepProblem, type StepTools } from "../../model/step.ts";
import { evaluated } from "../evaluate.ts";

interface Params {
  readonly that: string | boolean | readonly (string | boolean)[];
  readonly fail_msg?: string | readonly string[];
  readonly success_msg: string;
  readonly quiet: boolean;
}

/** `assertion` and `evaluated_to` are there when one did not hold. */
type Seen = {
  readonly changed: false;
  readonly msg: string;
  readonly assertion?: string;
  readonly evaluated_to?: false;
  readonly all: readonly { readonly assertion: string; readonly evaluated_to: boolean }[];
};

export const step = defineReading<Params, Seen>({
  name: "assert",
  summary: "Fails unless expressions are true",
  description: `Evaluates Jinja expressions over the variables, facts and registered values of a host. All of them are looked at, and
every one that does not hold is named. An expression has to yield true or false: a text or a number is an error.`,
  where: "controller",
  params: {
    that: {
      type: ["string", "boolean", "array"],
      items: { type: ["string", "boolean"] },
      required: true,
      template: "expression",
      description: "An expression or a list of them, written without braces; all have to be true.",
    },
    fail_msg: {
      type: ["string", "array"],
      items: { type: "string" },
      description: "What to say when one is not true.",
    },
    success_msg: {
      type: "string",
      default: "All assertions passed",
      description: "What to say when all are true.",
    },
    quiet: { type: "boolean", default: false, description: "Say nothing when all are true." },
  },
  examples: [
    {
      title: "Two conditions with advice",
      yaml: `- assert:
    that:
      - ansible_facts.distribution == 'Debian'
      - new_schema > old_schema
    fail_msg: this playbook upgrades Debian hosts to a newer schema only
`,
    },
  ],
  reads: () => [],
  async observe(_host, params, tools) {
    const all = listOf(params.that).map((assertion) => ({
      assertion: String(assertion),
      evaluated_to: isTrue(assertion, tools),
    }));
    const failed = all.find((one) => !one.evaluated_to);
    if (failed === undefined) return { changed: false, msg: params.success_msg, all };
    const msg = listOf(params.fail_msg ?? "Assertion failed").join("\n");
    return { changed: false, msg, assertion: failed.assertion, evaluated_to: false, all };
  },
  judge: (sightings) =>
    sightings.map(({ params, seen }) => {
      const failed = seen.all.filter((one) => !one.evaluated_to);
      if (failed.length === 0) {
        return params.quiet ? { kind: "holds" } : { kind: "holds", message: seen.msg };
      }
      return {
        kind: "fails",
        diagnostic: {
          code: "step/assertion",
          severity: "error",
          summary: seen.msg,
          detail: failed.map((one) => `not true: ${one.assertion}`),
        },
      };
    }),
});

function isTrue(assertion: string | boolean, tools: StepTools): boolean {
  if (typeof assertion === "boolean") return assertion;
  const value: Json = evaluated(tools, assertion);
  if (typeof value === "boolean") return value;
  throw new StepProblem("failed", {
    code: "step/assertion-type",
    severity: "error",
    summary: `"${assertion}" is ${JSON.stringify(value)}, neither true nor false`,
    hint: "Compare it with something, for example `x | length > 0` or `x is defined`.",
  });
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
