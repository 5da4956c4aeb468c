import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { htmlReport } from "../../src/report/html/document.ts";
import { outlineOf } from "../../src/report/outline.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { dice, told } from "../helpers/toy-deaths.ts";
import { reportOfLife } from "../helpers/toy-report.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { stories } from "../helpers/toy-stories.ts";

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/report.schema.json"), "utf8"),
) as object;
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const isReport = ajv.compile(schema);

function faultsOf(report: RunReport): unknown {
  return isReport(JSON.parse(JSON.stringify(report))) ? [] : isReport.errors;
}

describe("schemas/report.schema.json", () => {
  test("is a schema of draft 2020-12", () => {
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  test.each(Object.entries(stories))(
    "describes the report of %s, wherever it was killed",
    async (_, story) => {
      const undisturbed = await told(story);
      expect(faultsOf(reportOfLife(undisturbed.life))).toEqual([]);
      const roll = dice(story.text.length);
      for (let sample = 0; sample < 10; sample++) {
        const line = 1 + roll(undisturbed.wrote[0] ?? 1);
        const other = await told(story, [{ death: { line, when: "after" } }]);
        const report = reportOfLife(other.life);
        expect([line, faultsOf(report)]).toEqual([line, []]);
        expect(htmlReport(report, outlineOf(toyPlaybook(story.text)))).toContain(report.run);
      }
    },
  );

  test("refuses what is not in it", async () => {
    const [story] = Object.values(stories);
    if (!story) throw new Error("there is no story");
    const report = reportOfLife((await told(story)).life);
    expect(faultsOf({ ...report, standing: "splendid" as "stopped" })).not.toEqual([]);
    expect(faultsOf({ ...report, more: 1 } as RunReport)).not.toEqual([]);
  });
});
