import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runId } from "../../model/ids.ts";
import { jobStem, scopePrefix, unitName } from "./job-stem.ts";

const scope = fc.record({
  run: fc.string({ unit: "binary" }).map(runId),
  hostTask: fc.string({ unit: "binary" }),
});
const name = fc.string({ unit: "binary" });

describe("the stem of the files of a job", () => {
  test("is readable for ordinary names", () => {
    const of = { run: runId("20261122-020000-ab12"), hostTask: "2.3[1]@ns1.example.net" };
    expect(jobStem(of, "upgrade")).toBe(
      "20261122-020000-ab12~2.3%5B1%5D%40ns1.example.net~~upgrade",
    );
  });

  test("begins a file name that no shell or glob reads anything into", () => {
    fc.assert(
      fc.property(scope, name, (of, job) => {
        const stem = jobStem(of, job);
        expect(stem).toMatch(/^[A-Za-z0-9_%~][A-Za-z0-9._%~-]*$/);
        expect(stem.length).toBeLessThanOrEqual(240);
        expect(unitName(stem)).toMatch(/^runbook-[0-9a-f]{32}$/);
      }),
    );
  });

  test("is another one for every other job, and begins like those of its scope alone", () => {
    fc.assert(
      fc.property(scope, name, scope, name, (one, job, other, otherJob) => {
        const isSame = one.run === other.run && one.hostTask === other.hostTask && job === otherJob;
        expect(jobStem(one, job) === jobStem(other, otherJob)).toBe(isSame);
        const isSameScope = one.run === other.run && one.hostTask === other.hostTask;
        expect(jobStem(other, otherJob).startsWith(scopePrefix(one))).toBe(isSameScope);
      }),
    );
  });

  test("keeps long names apart", () => {
    const of = { run: runId("r"), hostTask: "t".repeat(400) };
    expect(jobStem(of, `${"x".repeat(300)}1`)).not.toBe(jobStem(of, `${"x".repeat(300)}2`));
    expect(jobStem(of, "x".repeat(300)).length).toBeLessThanOrEqual(240);
  });
});
