import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runId } from "../../model/ids.ts";
import { jobDirectory, scopePrefix, unitName } from "./job-directory.ts";

const scope = fc.record({
  run: fc.string({ unit: "binary" }).map(runId),
  hostTask: fc.string({ unit: "binary" }),
});
const name = fc.string({ unit: "binary" });

describe("the directory of a job", () => {
  test("is readable for ordinary names", () => {
    const of = { run: runId("20261122-020000-ab12"), hostTask: "2.3[1]@ns1.example.net" };
    expect(jobDirectory(of, "upgrade")).toBe(
      "20261122-020000-ab12~2.3%5B1%5D%40ns1.example.net~~upgrade",
    );
  });

  test("is one file name that no shell or glob reads anything into", () => {
    fc.assert(
      fc.property(scope, name, (of, job) => {
        const directory = jobDirectory(of, job);
        expect(directory).toMatch(/^[A-Za-z0-9_%~][A-Za-z0-9._%~-]*$/);
        expect(directory.length).toBeLessThanOrEqual(240);
        expect(unitName(directory)).toMatch(/^runbook-[0-9a-f]{32}$/);
      }),
    );
  });

  test("is another one for every other job, and begins like those of its scope alone", () => {
    fc.assert(
      fc.property(scope, name, scope, name, (one, job, other, otherJob) => {
        const isSame = one.run === other.run && one.hostTask === other.hostTask && job === otherJob;
        expect(jobDirectory(one, job) === jobDirectory(other, otherJob)).toBe(isSame);
        const isSameScope = one.run === other.run && one.hostTask === other.hostTask;
        expect(jobDirectory(other, otherJob).startsWith(scopePrefix(one))).toBe(isSameScope);
      }),
    );
  });

  test("keeps long names apart", () => {
    const of = { run: runId("r"), hostTask: "t".repeat(400) };
    expect(jobDirectory(of, `${"x".repeat(300)}1`)).not.toBe(
      jobDirectory(of, `${"x".repeat(300)}2`),
    );
    expect(jobDirectory(of, "x".repeat(300)).length).toBeLessThanOrEqual(240);
  });
});
