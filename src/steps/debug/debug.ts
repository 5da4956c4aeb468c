import type { Json, JsonObject } from "../../model/json.ts";
import { defineReading } from "../../model/step.ts";
import { textOf } from "../value-text.ts";

interface Params {
  readonly msg: Json;
  readonly var?: string;
}

export const step = defineReading<Params, JsonObject>({
  name: "debug",
  summary: "Shows a message or the value of an expression",
  description:
    "Prints to the run's output and changes nothing. A value that is not defined is said to be so.",
  where: "controller",
  shorthand: "msg",
  params: {
    msg: {
      type: ["string", "number", "boolean", "null", "array", "object"],
      default: "Hello world!",
      description: "What to show.",
    },
    var: {
      type: "string",
      template: "expression",
      description:
        "An expression, written without braces, whose value is shown; it wins over `msg`.",
    },
  },
  examples: [
    { title: "A message", yaml: '- debug: { msg: "schema {{ old_schema }} everywhere" }\n' },
    { title: "A value", yaml: "- debug: { var: ansible_facts.default_ipv4 }\n" },
  ],
  reads: () => [],
  async observe(_host, params, tools) {
    if (params.var === undefined) return { msg: params.msg };
    const found = tools.evaluate(params.var);
    switch (found.kind) {
      case "rendered":
        return { [params.var]: found.value };
      case "omitted":
        return { [params.var]: "VARIABLE IS OMITTED" };
      case "unknown":
        return { [params.var]: `not known yet: ${found.names.join(", ")}` };
      case "problem":
        return { [params.var]: `VARIABLE IS NOT DEFINED!: ${found.diagnostic.summary}` };
    }
  },
  judge: (sightings) =>
    sightings.map(({ params, seen }) => ({
      kind: "holds",
      message:
        params.var === undefined
          ? textOf(seen["msg"] ?? null)
          : `${params.var}: ${textOf(seen[params.var] ?? null)}`,
    })),
});
