import { describe, expect, test } from "@jest/globals";
import type { JournalLine } from "../model/journal-entry.ts";
import { lineCheck } from "./check.ts";

const start = {
  type: "run-started",
  format: 2,
  run: "r",
  version: "0",
  playbook: "p",
  who: "somebody",
  hosts: ["a"],
  spec: { hosts: ["a"], fleet: ["a", "b"], batches: [["a"]] },
};
const of = { task: "1.1", host: "a", on: "a" };
const intended = {
  type: "intended",
  of,
  step: "s",
  attempt: 1,
  changes: [],
  undo: { kind: "nothing" },
};

function said(...entries: readonly unknown[]): readonly string[] {
  const lines = entries.map(
    (entry, index) => ({ seq: index + 1, at: 0, entry }) as unknown as JournalLine,
  );
  const check = lineCheck("j");
  for (const line of lines) {
    const problem = check(line);
    if (problem) return [`${problem.at?.line} ${problem.code}: ${problem.summary}`];
  }
  return [];
}

const NOT = "journal/not-understood: the journal says what this release does not understand:";

describe("lines that are as they were written", () => {
  test("are used when they mean something", () => {
    expect(said()).toEqual([]);
    expect(said(start)).toEqual([]);
    expect(
      said(start, { type: "locked", hosts: ["elsewhere"], fenced: [], fencing: 1 }, intended, {
        type: "undo-intended",
        of,
      }),
    ).toEqual([]);
  });

  test("of a newer format are left to the release that wrote them", () => {
    expect(said({ ...start, format: 3, version: "3.1.0" })).toEqual([
      "1 journal/newer-format: the journal has format 3, and this release reads format 2",
    ]);
    // A younger release went on with it.
    expect(said(start, { type: "run-resumed", who: "x", format: 4 }, { type: "new" })).toEqual([
      "2 journal/newer-format: the journal has format 4, and this release reads format 2",
    ]);
  });

  test.each([
    ["no entry", [start, undefined], `2 ${NOT} a line without an entry`],
    ["an entry that is a list", [start, []], `2 ${NOT} a line without an entry`],
    ["an unknown type", [start, { type: "yodel" }], `2 ${NOT} an entry of type "yodel"`],
    ["no start", [{ type: "run-resumed", who: "x" }], `1 ${NOT} it begins with "run-resumed"`],
    ["two starts", [start, start], `2 ${NOT} the run starts a second time`],
    [
      "a spec without hosts",
      [{ ...start, spec: {} }],
      `1 ${NOT} "run-started" whose spec has no "hosts"`,
    ],
    [
      "a field that is missing",
      [start, { type: "lane-begun" }],
      `2 ${NOT} "lane-begun" with a wrong "host"`,
    ],
    [
      "a host-task that is none",
      [start, { ...intended, of: { task: 1 } }],
      `2 ${NOT} "intended" with a wrong "of"`,
    ],
    [
      "a strange host",
      [start, { type: "lane-begun", host: "z" }],
      `2 ${NOT} "lane-begun" about z, which is no host of the run`,
    ],
    [
      "strange hosts",
      [start, { type: "rollback-begun", hosts: ["a", "z"], whole: true, why: "" }],
      `2 ${NOT} "rollback-begun" about z, which is no host of the run`,
    ],
    [
      "an undo of nothing",
      [start, { type: "undo-intended", of }],
      `2 ${NOT} "undo-intended" of 1.1@a, which was never begun`,
    ],
    [
      "a retry of nothing",
      [start, { type: "unbegun", of, why: "" }],
      `2 ${NOT} "unbegun" of 1.1@a, which was never begun`,
    ],
  ])("with %s are not", (_, entries, wanted) => {
    expect(said(...entries)).toEqual([wanted]);
  });
});
