import type { AnyStep, StepRegistry } from "../model/step.ts";
import { taskKeywords } from "./frame-task.ts";
import { phaseSchema, playbookFrame } from "./frame.ts";
import { structuralSchema, type JsonSchema } from "./step-schema.ts";

const TASK: JsonSchema = { $ref: "#/definitions/task" };
const PHASE: JsonSchema = { $ref: "#/definitions/phase" };

/**
 * The whole language as one JSON Schema, for editors. It uses only words that draft-07 and draft 2020-12 share. That a
 * task has exactly one step is left to `runbook validate`: said in a schema, every mistake would be reported for each step.
 */
export function playbookSchema(steps: StepRegistry): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...playbookFrame(TASK, PHASE),
    definitions: { phase: phaseSchema(TASK), task: taskSchema(steps) },
  };
}

function taskSchema(steps: StepRegistry): JsonSchema {
  const own = [...steps.values()].map((step): [string, JsonSchema] => [step.name, useOf(step)]);
  const builtin = [...steps.keys()]
    .filter((name) => !name.includes("."))
    .map((name): [string, JsonSchema] => [
      `ansible.builtin.${name}`,
      { $ref: `#/definitions/task/properties/${name}` },
    ]);
  return {
    title: "task",
    type: "object",
    properties: {
      ...taskKeywords(TASK),
      undo: {
        type: "string",
        minLength: 1,
        description: "In rollback phases: take back the task with this id, from its record.",
      },
      ...Object.fromEntries(own),
      ...Object.fromEntries(builtin),
    },
    additionalProperties: false,
  };
}

/** A step as the key of a task: its parameters, a bare value that stands for one of them, or nothing. */
function useOf(step: AnyStep): JsonSchema {
  const params = structuralSchema(step);
  const types = [
    "object",
    ...(step.shorthand === undefined ? [] : ["string"]),
    ...(params["required"] === undefined ? ["null"] : []),
  ];
  return {
    ...params,
    type: types.length === 1 ? "object" : types,
    description: `${step.summary}. ${step.kind === "reading" ? "Read-only." : "Changes something."}`,
  };
}
