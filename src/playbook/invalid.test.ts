import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import { isValueMap } from "../model/value.ts";
import { readYaml } from "../yaml/read.ts";
import { loadPlaybook } from "./load.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures/playbooks/invalid");
const files = readdirSync(FOLDER).filter((file) => file !== "expected.yaml");

/** For each file what is wrong with it and where: `code line:column`, all of it, in the order of the file. */
function table(): { readonly [file: string]: unknown } {
  const text = readFileSync(join(FOLDER, "expected.yaml"), "utf8");
  const { value } = readYaml(text, "expected.yaml", { duplicateKeys: "error" });
  if (!isValueMap(value?.value)) throw new Error("expected.yaml is not a mapping");
  return value.value;
}

function load(file: string) {
  return loadPlaybook(readFileSync(join(FOLDER, file), "utf8"), file, sampleSteps);
}

describe("an invalid playbook has all its problems told at once", () => {
  const expected = table();

  test("and the table names exactly the files of the folder", () => {
    expect(Object.keys(expected).toSorted()).toEqual(files.toSorted());
  });

  test.each(files)("%s", (file) => {
    const { problems, playbook } = load(file);
    const found = problems.map(
      ({ code, severity, at }) =>
        `${severity === "error" ? "" : "warning "}${code} ${at?.line ?? 0}:${at?.column ?? 0}`,
    );
    expect(found).toEqual(expected[file]);
    expect(playbook).toBeUndefined();
  });
});
