import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { generatedHelp } from "../src/cli/help/generated.ts";
import { generatedFiles } from "../src/playbook/generated.ts";
import { readOnlySteps, steps } from "../src/steps/index.ts";

// What is made from the steps and the command tree is committed, so that editors and readers need no build. `npm run generate` makes it.

const ROOT = join(import.meta.dirname, "..");
const files = new Map([...generatedFiles(steps), ...generatedHelp()]);

describe("generated files", () => {
  test.each([...files.keys()])("%s is current", (path) => {
    const file = join(ROOT, path);
    expect(existsSync(file) ? readFileSync(file, "utf8") : "absent").toBe(files.get(path));
  });

  test("are all that lies in docs/steps", () => {
    const pages = readdirSync(join(ROOT, "docs/steps")).map((page) => `docs/steps/${page}`);
    expect(pages.filter((page) => !files.has(page))).toEqual([]);
  });
});

describe("the registry", () => {
  const folders = readdirSync(join(ROOT, "src/steps"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map((entry) => entry.name);

  test("has every folder's step, and no other", () => {
    const named = [...steps.keys()].map((name) => name.replaceAll(".", "-"));
    expect(named.toSorted()).toEqual(folders.toSorted());
  });

  test("has what a step is with read_only, for each folder that says so", () => {
    const promising = folders.filter((folder) =>
      /^export const readOnly\b/m.test(
        readFileSync(join(ROOT, "src/steps", folder, `${folder}.ts`), "utf8"),
      ),
    );
    expect([...readOnlySteps.keys()].toSorted()).toEqual(promising.toSorted());
    for (const step of readOnlySteps.values()) expect(step.kind).toBe("reading");
  });

  test("is in the order of names", () => {
    expect([...steps.keys()]).toEqual([...steps.keys()].toSorted());
  });
});
