import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadPlaybook } from "../src/playbook/load.ts";
import { steps } from "../src/steps/index.ts";

const FOLDER = join(import.meta.dirname, "../playbooks");

describe("the playbooks that ship", () => {
  test.each(readdirSync(FOLDER))("%s has neither error nor warning", (file) => {
    const { problems, playbook } = loadPlaybook(
      readFileSync(join(FOLDER, file), "utf8"),
      file,
      steps,
    );
    expect(problems).toEqual([]);
    expect(playbook?.inputs.every((input) => input.description !== "")).toBe(true);
  });
});

describe("the examples of steps", () => {
  const examples = [...steps.values()].flatMap((step) =>
    step.examples.map(({ title, yaml }) => ({ name: `${step.name}: ${title}`, yaml })),
  );

  test.each(examples)("$name is a task as it stands", ({ yaml }) => {
    const item = /^\s*- /.test(yaml) ? yaml : `- ${yaml.trim().replaceAll("\n", "\n  ")}`;
    const text = `runbook: 1\nname: x\nhosts: all\nphases:\n  - name: One\n    tasks:\n${indented(item)}`;
    const { problems } = loadPlaybook(text, "example.yaml", steps);
    const about = problems.filter(({ code }) => code !== "playbook/unknown-id");
    expect(about).toEqual([]);
  });
});

function indented(yaml: string): string {
  return yaml
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
}
