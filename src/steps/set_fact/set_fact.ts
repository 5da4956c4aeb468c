import type { Json, JsonObject } from "../../model/json.ts";
import { defineReading, StepProblem } from "../../model/step.ts";

interface Params {
  readonly [name: string]: Json;
}

export const step = defineReading<Params, JsonObject>({
  name: "set_fact",
  summary: "Sets variables of the host for the rest of the run",
  description: `The values are kept in the journal, so a resume and a rollback know them. Nothing on the host changes, and nothing
outlives the run: \`cacheable\` does not exist here.`,
  where: "controller",
  params: {
    "*": {
      type: ["string", "number", "boolean", "null", "array", "object"],
      description: "Any name: the variable and its value.",
    },
  },
  examples: [
    {
      title: "Remember what a command said",
      yaml: `- set_fact:
    serial_before: "{{ before.stdout | int }}"
    is_primary: "{{ inventory_hostname == groups['primary'][0] }}"
`,
    },
  ],
  reads: () => [],
  sets: (params) => Object.keys(params),
  async observe(_host, params) {
    for (const name of Object.keys(params)) refuseName(name);
    return { ansible_facts: params, changed: false };
  },
  judge: (sightings) => sightings.map(({ params }) => ({ kind: "holds", facts: params })),
});

function refuseName(name: string): void {
  if (name === "cacheable") {
    throw refused(
      "set_fact has no `cacheable`: values live as long as the run",
      "Remove it; keep values that outlive a run in group_vars or host_vars.",
    );
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw refused(
      `"${name}" cannot be the name of a variable`,
      "Names are made of letters, digits and underscores, and do not start with a digit.",
    );
  }
}

function refused(summary: string, hint: string): StepProblem {
  return new StepProblem("failed", { code: "step/bad-params", severity: "error", summary, hint });
}
