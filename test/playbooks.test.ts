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

describe("the page about the schema migration", () => {
  const page = readFileSync(
    join(import.meta.dirname, "../docs/how-to/schema-migration.md"),
    "utf8",
  );

  test.each(readdirSync(FOLDER))("has a row with the default for each input of %s", (file) => {
    const { playbook } = loadPlaybook(readFileSync(join(FOLDER, file), "utf8"), file, steps);
    const section = page.split(/^### /m).find((part) => part.startsWith(`${file}\n`)) ?? "";
    const rows = [...section.split(/^## /m, 1)[0]!.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm)];
    const expected = playbook?.inputs.map((input) => [
      input.name,
      input.required ? "none, required" : `\`${shown(input.default)}\``,
    ]);
    expect(rows.map(([, name, text]) => [name, text])).toEqual(expected);
  });

  test("has snippets that the flagship takes", () => {
    const upgrade = readFileSync(join(FOLDER, "schema-upgrade.yaml"), "utf8");
    const [snippet = ""] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => yaml);
    const changed = upgrade.replace(/^rollout:\n(?: .*\n)*/m, snippet);
    expect(changed).not.toBe(upgrade);
    expect(loadPlaybook(changed, "changed.yaml", steps).problems).toEqual([]);
  });
});

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
