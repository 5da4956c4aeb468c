import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { streamedLines } from "../../src/cli/streaming.ts";
import { fold } from "../../src/engine/fold.ts";
import type { WatchTally } from "../../src/model/dns.ts";
import { hostId } from "../../src/model/ids.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import { FORMAT, resumedBy } from "../../src/model/journal-entry.ts";
import { availability } from "../../src/report/html/availability.ts";
import { dnsReport, dnsSentence } from "../../src/report/dns-report.ts";
import { paintFor } from "../../src/report/paint.ts";
import { recapText } from "../../src/report/recap.ts";
import type { DnsReport } from "../../src/report/run-report.ts";
import { Life } from "../helpers/toy-life.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";

const TEXT = `runbook: 1
name: Toy
hosts: all
phases:
  - name: One
    tasks:
      - put: { key: one, value: "1" }
`;
const [a, b] = [hostId("a"), hostId("b")];
const BEGUN: JournalEntry = {
  type: "dns-watch-begun",
  everyMs: 200,
  watches: [{ hosts: [a, b], zones: ["x.example.", "y.example."] }],
  unwatched: [],
};
const seen = (...what: readonly { host: typeof a; at: number; why?: string }[]): JournalEntry => ({
  type: "dns-silences",
  seen: what,
});
const tally = (host: typeof a, more: Partial<WatchTally> = {}): WatchTally => ({
  ...{ host, way: "direct", asked: 100, answered: 90, unseen: 0 },
  ...{ silences: 0, silentMs: 0, longestMs: 0 },
  ...more,
});

/** A run's first line, and then these, a second after each other. */
function watched(...entries: readonly JournalEntry[]) {
  const life = new Life(TEXT, { hosts: [a, b] });
  const first: JournalEntry = {
    ...{ type: "run-started", format: FORMAT, run: life.spec.run, version: "0", playbook: "Toy" },
    ...{ who: "me", hosts: [a, b], spec: life.spec },
  };
  const lines: JournalLine[] = [first, ...entries].map((entry, index) => ({
    seq: index + 1,
    at: 1_000 * index,
    entry,
  }));
  const state = fold(lines);
  if (!state) throw new Error("there is no line");
  const report = dnsReport(state.dns, (text) => text);
  if (!report) throw new Error("nobody was watched");
  return { report, state, lines, life };
}

const schemas = join(import.meta.dirname, "../../schemas");
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const schemaIn = (file: string): object =>
  JSON.parse(readFileSync(join(schemas, file), "utf8")) as object;
ajv.addSchema(schemaIn("report.schema.json"), "report");
const isDns = ajv.compile({ $ref: "report#/properties/dns" });
const isEvent = ajv.compile(schemaIn("event.schema.json"));

const SILENT = watched(
  BEGUN,
  seen({ host: a, at: 1_200, why: "no answer" }, { host: b, at: 1_300, why: "REFUSED" }),
  seen({ host: a, at: 2_200 }, { host: a, at: 2_300, why: "no answer" }, { host: a, at: 2_400 }),
  seen({ host: b, at: 4_300 }),
  {
    type: "dns-watched",
    servers: [
      tally(a, { silences: 2, longestMs: 1_000 }),
      tally(b, { silences: 1, longestMs: 3_000 }),
    ],
    over: true,
  },
);

describe("what a watch of DNS saw", () => {
  test("is told by server, with times, and how many were silent at once", () => {
    expect(SILENT.report).toMatchObject({
      everyMs: 200,
      mostSilentAtOnce: 2,
      servers: [
        { host: "a", asked: 100, answered: 90, silences: 2, longestMs: 1_000 },
        { host: "b", times: [{ from: "1970-01-01T00:00:01.300Z", why: "REFUSED" }] },
      ],
    });
    const recap = recapText(SILENT.state, paintFor(false), 80);
    expect(recap.split("\n").at(-1)).toBe(
      "DNS   : 2 of 2 servers silent at times, longest 3.0 s (b), at most 2 at once",
    );
  });

  test("is what the schemas of reports and events say", () => {
    for (const { report } of [SILENT, watched(BEGUN), KILLED()]) {
      expect([isDns(report), isDns.errors]).toEqual([true, null]);
    }
    const parts = {
      ...{ spec: SILENT.life.spec, playbook: toyPlaybook(TEXT) },
      mask: (text: string) => text,
    };
    for (const line of streamedLines(parts, SILENT.lines).trimEnd().split("\n"))
      expect([line, isEvent(JSON.parse(line)), isEvent.errors]).toEqual([line, true, null]);
  });

  test("is one calm sentence where nobody was silent", () => {
    const { report } = watched(BEGUN, {
      type: "dns-watched",
      servers: [tally(a), tally(b)],
      over: true,
    });
    expect(dnsSentence(report)).toBe("2 servers watched, none was silent");
    expect(availability(report).html).toContain('<th scope="row">a, b</th>');
  });

  test("names whom nobody watched", () => {
    const { report } = watched({
      ...BEGUN,
      watches: [],
      unwatched: [{ host: a, why: "PowerDNS does not list its zones" }],
    });
    expect(dnsSentence(report)).toBe("no server could be watched; 1 not watched");
    expect(availability(report).html).toContain("a (PowerDNS does not list its zones)");
  });
});

/** The controller is killed while `a` is silent; a resume goes on. */
const KILLED = () =>
  watched(
    BEGUN,
    seen({ host: a, at: 1_500, why: "no answer" }),
    { type: "dns-watched", servers: [tally(a), tally(b)], over: false },
    resumedBy("me"),
    BEGUN,
    seen({ host: a, at: 5_400, why: "no answer" }),
    seen({ host: a, at: 6_000 }),
    {
      type: "dns-watched",
      servers: [tally(a, { silences: 1, longestMs: 600 }), tally(b)],
      over: true,
    },
  );

describe("a watch that was cut off", () => {
  test("ends with the last line of its controller, and its silences with it", () => {
    const { report } = KILLED();
    expect(report.spans).toEqual([
      { from: "1970-01-01T00:00:01.000Z", to: "1970-01-01T00:00:03.000Z" },
      { from: "1970-01-01T00:00:05.000Z", to: "1970-01-01T00:00:08.000Z" },
    ]);
    expect(report.servers[0]).toMatchObject({
      ...{ asked: 200, answered: 180, silences: 2, longestMs: 1_500 },
      times: [
        { from: "1970-01-01T00:00:01.500Z", to: "1970-01-01T00:00:03.000Z" },
        { from: "1970-01-01T00:00:05.400Z", to: "1970-01-01T00:00:06.000Z" },
      ],
    });
  });

  test("and was never gone on with leaves its silences open", () => {
    const { report } = watched(BEGUN, seen({ host: a, at: 1_500, why: "no answer" }), {
      type: "host-back",
      host: b,
    });
    const [server] = report.servers;
    expect(server).toMatchObject({ longestMs: 1_500, silences: 1 });
    expect(server?.times).toEqual([{ from: "1970-01-01T00:00:01.500Z", why: "no answer" }]);
  });
});

test("a page of 1,000 servers that all were silent stays readable", () => {
  const hosts = Array.from({ length: 1_000 }, (_, index) => `ns${index}`);
  const report: DnsReport = {
    ...SILENT.report,
    servers: hosts.map((host) => ({
      ...{ host, asked: 10, answered: 8, unseen: 1, silences: 7, longestMs: 900 },
      times: Array.from({ length: 7 }, () => ({
        from: "1970-01-01T00:00:01.500Z",
        why: "SERVFAIL",
      })),
    })),
  };
  const { html } = availability(report);
  expect(html.match(/<tr>/g)).toHaveLength(302);
  expect(html).toContain("and 700 more");
  expect(html).toContain("8 of 10; 1 could not be put");
  expect(html).toContain("and 2 more");
});
