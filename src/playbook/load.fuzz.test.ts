import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import { loadPlaybook } from "./load.ts";

// Whatever is done to a playbook: reading it never throws, and what it says has a place inside the file.

const FLAGSHIP = readFileSync(
  join(import.meta.dirname, "../../playbooks/schema-upgrade.yaml"),
  "utf8",
);

function holds(text: string): void {
  const lines = text.split(/\r\n|\r|\n/);
  const { problems, playbook } = loadPlaybook(text, "p.yaml", sampleSteps);
  for (const { at, summary, severity } of problems) {
    expect(summary).not.toBe("");
    expect(at?.file).toBe("p.yaml");
    expect(at?.line).toBeGreaterThanOrEqual(1);
    expect(at?.line).toBeLessThanOrEqual(lines.length);
    expect(at?.column).toBeGreaterThanOrEqual(1);
    expect(at?.column).toBeLessThanOrEqual((lines[(at?.line ?? 1) - 1]?.length ?? 0) + 1);
    if (severity === "error") expect(playbook).toBeUndefined();
  }
  if (playbook === undefined) expect(problems).not.toEqual([]);
}

const odd = fc.constantFrom(
  ..."null ~ [] {} [1] {a: 1} 5 -1 1.5 .nan yes 22:00 0644 '' x {{ {% }} *a &a !vault !unsafe - ? : | >".split(
    " ",
  ),
);

describe("a playbook that was damaged", () => {
  test("in a value is still answered with places", () => {
    const values = [...FLAGSHIP.matchAll(/: (?=[^\s#{[|>])/g)].map((found) => found.index + 2);
    fc.assert(
      fc.property(fc.constantFrom(...values), odd, (at, value) => {
        const end = FLAGSHIP.slice(at).search(/[,}\n]/);
        holds(FLAGSHIP.slice(0, at) + value + FLAGSHIP.slice(at + end));
      }),
      { numRuns: 50 },
    );
  });

  test("in a key is still answered with places", () => {
    const keys = [...FLAGSHIP.matchAll(/[\w.]+(?=: )/g)];
    const word = fc.constantFrom("block", "undo", "when", "loop", "id", "probe", "inverse", "zzz");
    fc.assert(
      fc.property(fc.constantFrom(...keys), word, (key, other) => {
        holds(FLAGSHIP.slice(0, key.index) + other + FLAGSHIP.slice(key.index + key[0].length));
      }),
      { numRuns: 50 },
    );
  });

  test("by cutting it off or leaving lines out is still answered with places", () => {
    const lines = FLAGSHIP.split("\n");
    fc.assert(
      fc.property(fc.nat(lines.length), fc.nat(5), (from, count) => {
        holds(lines.filter((_, line) => line < from || line >= from + count).join("\n"));
        holds(lines.slice(0, from).join("\n"));
      }),
      { numRuns: 20 },
    );
  });

  test("and text that is no playbook at all as well", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => holds(text)),
      { numRuns: 100 },
    );
  });
});
