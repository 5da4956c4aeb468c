import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { htmlReport } from "../../src/report/html/document.ts";
import { streamedLines } from "../../src/cli/streaming.ts";
import type { JournalEntry } from "../../src/model/journal-entry.ts";
import { junitReport } from "../../src/report/junit.ts";
import { outlineOf } from "../../src/report/outline.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { dice, told } from "../helpers/toy-deaths.ts";
import { reportOfLife } from "../helpers/toy-report.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { stories } from "../helpers/toy-stories.ts";

const SCHEMAS = join(import.meta.dirname, "../../schemas");
const schemaIn = (file: string): object =>
  JSON.parse(readFileSync(join(SCHEMAS, file), "utf8")) as object;
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const isReport = ajv.compile(schemaIn("report.schema.json"));
const isEvent = ajv.compile(schemaIn("event.schema.json"));

const hasXmllint = spawnSync("xmllint", ["--version"]).error === undefined;
if (!hasXmllint) {
  process.stderr.write(
    "\n*** NOT TESTED: JUnit reports against schemas/junit.xsd. There is no xmllint here; on Debian: apt-get install libxml2-utils ***\n\n",
  );
}

function faultsOf(report: RunReport): unknown {
  return isReport(JSON.parse(JSON.stringify(report))) ? [] : isReport.errors;
}

describe("schemas/report.schema.json", () => {
  test("is a schema of draft 2020-12", () => {
    expect(ajv.validateSchema(schemaIn("report.schema.json"))).toBe(true);
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

describe("schemas/event.schema.json", () => {
  test("is a schema of draft 2020-12", () => {
    expect(ajv.validateSchema(schemaIn("event.schema.json"))).toBe(true);
  });

  test.each(Object.entries(stories))("describes every line of %s", async (_, story) => {
    const { life } = await told(story);
    const parts = {
      spec: life.spec,
      playbook: toyPlaybook(story.text),
      mask: (text: string) => text,
    };
    const lines = streamedLines(parts, life.lines).trimEnd().split("\n");
    expect(lines).toHaveLength(life.lines.length);
    for (const line of lines) {
      const event = JSON.parse(line) as object;
      expect([line, isEvent(event) ? [] : isEvent.errors]).toEqual([line, []]);
    }
  });

  test("has exactly the types that a journal has", async () => {
    const types = new Set<string>();
    for (const story of Object.values(stories))
      for (const { entry } of (await told(story)).life.lines) types.add(entry.type);
    const { oneOf } = schemaIn("event.schema.json") as {
      oneOf: { properties: { type: { const: string } } }[];
    };
    const described = oneOf.map(({ properties }) => properties.type.const);
    expect([...types].filter((type) => !described.includes(type))).toEqual([]);
    expect(described.toSorted()).toEqual(Object.keys(ENTRY_TYPES).toSorted());
  });
});

/** Does not compile when the journal has a type that is not here. */
const ENTRY_TYPES: { readonly [type in JournalEntry["type"]]: true } = {
  "run-started": true,
  planned: true,
  "goal-seen": true,
  decision: true,
  locked: true,
  "window-set": true,
  "health-seen": true,
  "lane-begun": true,
  looped: true,
  intended: true,
  settled: true,
  unbegun: true,
  "host-lost": true,
  "host-back": true,
  "rollback-begun": true,
  "rollback-way": true,
  "undo-intended": true,
  "undo-settled": true,
  "host-rolled-back": true,
  "dns-watch-begun": true,
  "dns-silences": true,
  "dns-watched": true,
  "run-stopped": true,
  "run-resumed": true,
  "run-finished": true,
};

(hasXmllint ? describe : describe.skip)("schemas/junit.xsd", () => {
  const faultsIn = (xml: string): string => {
    const args = ["--noout", "--nonet", "--schema", join(SCHEMAS, "junit.xsd"), "-"];
    const { status, stderr } = spawnSync("xmllint", args, { input: xml, encoding: "utf8" });
    return status === 0 ? "" : stderr;
  };

  test.each(Object.entries(stories))("describes the JUnit report of %s", async (_, story) => {
    expect(faultsIn(junitReport(reportOfLife((await told(story)).life)))).toBe("");
  });

  test("describes whatever names and outputs there are", async () => {
    const [story] = Object.values(stories);
    if (!story) throw new Error("there is no story");
    const report = reportOfLife((await told(story)).life);
    for (const evil of [
      "]]></failure>",
      "\u0000\u001b\uFFFE\uD800",
      "a\nb\tc",
      "<!DOCTYPE x>&e;",
    ]) {
      const hosts = report.hosts.map((host) => ({
        ...host,
        outcome: "unreachable" as const,
        lost: {
          ...{ code: "transport/lost" as const, severity: "error" as const, summary: evil },
          detail: [evil],
        },
        tasks: host.tasks.map((task) => ({ ...task, name: evil, phase: evil })),
      }));
      expect(faultsIn(junitReport({ ...report, hosts }))).toBe("");
    }
  });

  test("refuses what is not in it", () => {
    expect(faultsIn("<testsuites/>")).toContain("testsuites");
  });
});
