/** For the build: validators of the schemas that are known before there is a playbook, as source text. */
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import type { StepRegistry } from "../model/step.ts";
import { FRAME } from "./load.ts";
import { strictSchema, structuralSchema, type JsonSchema } from "./step-schema.ts";
import { TASK } from "./tasks.ts";
import { keyOf, USES, type Use } from "./validate.ts";

/** Texts of CommonJS modules, each by the key under which its schema is looked for. */
export function writtenValidators(steps: StepRegistry): ReadonlyMap<string, string> {
  const all = [...steps.values()];
  const checked = [FRAME, TASK, ...all.map((step) => structuralSchema(step))];
  return new Map([
    ...checked.map((schema) => written("checking", schema)),
    ...all.map((step) => written("filling", strictSchema(step))),
  ]);
}

function written(use: Use, schema: JsonSchema): readonly [string, string] {
  const ajv = new Ajv2020({ ...USES[use], code: { ...USES[use].code, source: true } });
  return [keyOf(use, schema), standalone.default(ajv, ajv.compile(schema))];
}
