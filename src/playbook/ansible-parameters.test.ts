import { describe, expect, test } from "@jest/globals";
import { loadPlaybook } from "./load.ts";
import { steps } from "../steps/index.ts";

const problemsOf = (task: string): readonly string[] =>
  loadPlaybook(
    `runbook: 1\nname: x\nhosts: all\nphases:\n  - name: one\n    tasks:\n      - ${task}\n`,
    "x.yaml",
    steps,
  ).problems.map(({ at, summary }) => `${at?.line ?? 0}:${at?.column ?? 0} ${summary}`);

describe("a parameter under Ansible's other name for it", () => {
  test("is one problem, where it is written, and not a missing one as well", () => {
    expect(problemsOf("file: { src: /a, dest: /b, state: link }")).toEqual([
      '7:26 Ansible\'s "dest" of file is called "path" here',
    ]);
  });

  test("does not excuse one that is missing under every name", () => {
    expect(problemsOf("copy: { content: x, warn: false }")).toEqual([
      '7:9 copy needs "dest"',
      '7:29 copy has no "warn", which Ansible\'s module has',
    ]);
  });

  test("is an unknown one where no step has it", () => {
    expect(problemsOf("stat: { path: /a, constructor: 1 }")).toEqual([
      '7:27 stat has no "constructor"',
    ]);
  });
});
