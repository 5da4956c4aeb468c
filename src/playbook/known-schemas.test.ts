import { createRequire } from "node:module";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Json } from "../model/json.ts";
import { steps } from "../steps/index.ts";
import { writtenValidators } from "./known-schemas.ts";
import type { ReadyMade } from "./ready-made.ts";
import { strictSchema, structuralSchema } from "./step-schema.ts";
import { keyOf, USES } from "./validate.ts";

const require = createRequire(import.meta.url);
const written = writtenValidators(steps);

function loaded(text: string): ReadyMade {
  const module: { exports: unknown } = { exports: {} };
  // oxlint-disable-next-line no-implied-eval -- the text is what the build puts into the program
  new Function("require", "module", "exports", text)(require, module, module.exports);
  return module.exports as ReadyMade;
}

const VALUES: readonly Json[] = [
  {},
  { name: 1, state: "nonsense", nonsense: true },
  { name: "x", path: ["y"], src: "", timeout: -1, "with~odd/key": {} },
  { name: [1, 2, 2], zones: "all", port: 1e9, mode: "9", version: {} },
  "text",
  null,
];

describe("a validator that the build writes", () => {
  for (const [name, step] of steps) {
    test(`of ${name} answers as one that is compiled when it is needed`, () => {
      for (const [use, schema] of [
        ["checking", structuralSchema(step)],
        ["filling", strictSchema(step)],
      ] as const) {
        const ready = loaded(written.get(keyOf(use, schema)) ?? "");
        const fresh = new Ajv2020(USES[use]).compile(schema);
        for (const value of VALUES) {
          const [one, other] = [structuredClone(value), structuredClone(value)];
          expect(ready(one)).toBe(fresh(other));
          expect(ready.errors).toEqual(fresh.errors);
          expect(one).toEqual(other);
        }
      }
    });
  }

  test("is not taken for a schema that says something else", () => {
    const [step] = steps.values();
    if (step === undefined) throw new Error("no step");
    const schema = { ...strictSchema(step), title: "another" };
    expect(written.has(keyOf("filling", schema))).toBe(false);
    expect(written.has(keyOf("checking", strictSchema(step)))).toBe(false);
  });
});
