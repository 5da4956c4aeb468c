import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AnyStep, StepExample } from "../model/step.ts";
import { plain } from "../playbook/plain.ts";
import { strictSchema, structuralSchema } from "../playbook/step-schema.ts";
import { readYaml } from "../yaml/read.ts";
import { caseFiles } from "./case-file.ts";
import { completeParams } from "./contract.ts";

interface Found {
  readonly folder: string;
  readonly step: AnyStep;
}

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
  .map((entry) => entry.name)
  .filter((name) => existsSync(join(import.meta.dirname, name, `${name}.ts`)));

// One after the other: Jest's module loader does not take them side by side.
const found: Found[] = [];
for (const folder of folders) {
  const loaded: unknown = await import(`./${folder}/${folder}.ts`);
  found.push({ folder, step: (loaded as { step: AnyStep }).step });
}

const compiler = () => new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });

describe.each(found)("the step in $folder", ({ folder, step }) => {
  test("is named like its folder", () => {
    expect(step.name.replaceAll(".", "-")).toBe(folder);
  });

  test("has a schema that compiles in ajv strict", () => {
    expect(() => compiler().compile(strictSchema(step))).not.toThrow();
    expect(() => compiler().compile(structuralSchema(step))).not.toThrow();
  });

  test("describes itself and every parameter", () => {
    expect(step.summary).toMatch(/\S/);
    expect(step.summary).not.toContain("\n");
    expect(step.description).toMatch(/\S/);
    for (const [name, schema] of Object.entries(step.params)) {
      expect({ name, text: (schema as { description: string }).description }).toEqual({
        name,
        text: expect.stringMatching(/\S.*[.?)]$/s),
      });
    }
  });

  test("has defaults that its own schema takes", () => {
    const validate = compiler().compile({ ...strictSchema(step), required: [] });
    expect({ valid: validate(completeParams(step, {})), errors: validate.errors }).toEqual({
      valid: true,
      errors: null,
    });
  });

  test.each(step.examples)("has an example that validates: $title", (example) => {
    const validate = compiler().compile(structuralSchema(step));
    const valid = validate(exampleParams(step, example));
    expect({ valid, errors: validate.errors }).toEqual({ valid: true, errors: null });
  });

  test("names what it reads and touches for its examples", () => {
    for (const example of step.examples) {
      const params = completeParams(step, exampleParams(step, example) as never);
      const resources = [
        ...step.reads(params),
        ...(step.kind === "changing" ? step.touches(params) : []),
      ];
      for (const resource of resources) expect(resource).toMatch(/^\*$|^[a-z][a-z0-9-]*:./);
    }
  });

  test("has a test beside it, and cases of different titles", () => {
    const at = join(import.meta.dirname, folder);
    expect(existsSync(join(at, `${folder}.test.ts`))).toBe(true);
    const titles = existsSync(join(at, "cases")) ? caseFiles(at).map((one) => one.title) : [];
    expect(new Set(titles).size).toBe(titles.length);
  });
});

/** The step's value in one task as it stands in a playbook. */
function exampleParams(step: AnyStep, example: StepExample): unknown {
  const read = readYaml(example.yaml, "example.yaml", { duplicateKeys: "error" });
  if (read.value === undefined) throw new Error(JSON.stringify(read.problems));
  const written = plain(read.value.value);
  const task = Array.isArray(written) ? (written as readonly unknown[])[0] : written;
  if (typeof task !== "object" || task === null || !(step.name in task)) {
    throw new Error(`the example is not a task with ${step.name}: ${JSON.stringify(task)}`);
  }
  const value = (task as { readonly [key: string]: unknown })[step.name];
  if (typeof value === "string" && step.shorthand !== undefined) return { [step.shorthand]: value };
  return value ?? {};
}
