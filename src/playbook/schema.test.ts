import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import { steps } from "../steps/index.ts";
import { readYaml } from "../yaml/read.ts";
import { plain } from "./plain.ts";
import { playbookSchema } from "./schema.ts";

const SHARED = new Set([
  ...["$schema", "$ref", "$comment", "definitions", "title", "description", "default", "examples"],
  ...["type", "enum", "const", "anyOf", "oneOf", "allOf", "not"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "pattern", "propertyNames", "minProperties", "maxProperties"],
  ...["items", "minItems", "maxItems", "uniqueItems", "contains"],
  ...["properties", "required", "additionalProperties", "patternProperties"],
]);

/** Every word of a schema and of the schemas inside it. */
function words(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(words);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([word, value]) => {
    if (["enum", "const", "default", "examples"].includes(word)) return [word];
    const named = ["properties", "definitions", "patternProperties"].includes(word);
    return [word, ...(named ? Object.values(value).flatMap(words) : words(value))];
  });
}

const options = { strict: true, allowUnionTypes: true, allErrors: true };

describe("the schema for editors", () => {
  const schema = playbookSchema(steps);

  test("uses only words that draft-07 and draft 2020-12 share", () => {
    expect(words(schema).filter((word) => !SHARED.has(word))).toEqual([]);
  });

  test("compiles in both drafts", () => {
    const { $schema: _, ...undated } = schema;
    expect(() => new Ajv2020(options).compile(schema)).not.toThrow();
    expect(() => new Ajv(options).compile(undated)).not.toThrow();
  });

  test("takes the playbooks that ship", () => {
    const validate = new Ajv2020(options).compile(schema);
    for (const name of ["schema-upgrade", "schema-rollback", "initial-prefix"]) {
      const file = join(import.meta.dirname, `../../playbooks/${name}.yaml`);
      const read = readYaml(readFileSync(file, "utf8"), file, { duplicateKeys: "error" });
      validate(plain(read.value?.value ?? null));
      expect({ name, errors: validate.errors }).toEqual({ name, errors: null });
    }
  });

  test("knows steps by their own and by Ansible's full name, with templates for typed values", () => {
    const validate = new Ajv2020(options).compile(playbookSchema(sampleSteps));
    const playbook = (task: object) => ({
      runbook: 1,
      name: "x",
      hosts: "all",
      phases: [{ name: "One", tasks: [task] }],
    });
    const unit = { name: "pdns", state: "{{ wanted }}", held: "{{ held }}" };
    expect(validate(playbook({ service: unit }))).toBe(true);
    expect(validate(playbook({ "ansible.builtin.service": unit }))).toBe(true);
    expect(validate(playbook({ command: "uptime" }))).toBe(true);
    expect(validate(playbook({ "lightningstream.ready": null }))).toBe(true);
    expect(validate(playbook({ service: { ...unit, held: "perhaps" } }))).toBe(false);
    expect(validate(playbook({ service: { ...unit, state: "stoped" } }))).toBe(false);
    expect(validate(playbook({ service: "pdns" }))).toBe(false);
    expect(validate(playbook({ servcie: unit }))).toBe(false);
  });
});
