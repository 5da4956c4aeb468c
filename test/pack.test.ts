import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const ROOT = join(import.meta.dirname, "..");

// .ci/packed installs it in an empty folder and uses it there.
test("a package holds what is needed to run, to read and to validate, and nothing else", () => {
  const packed = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: readonly { path: string }[] }];
  const listed = (folder: string, ending: string): readonly string[] =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => `${folder}/${name}`);
  expect(files.map(({ path }) => path).toSorted()).toEqual(
    [
      ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
      ...["dist/cli/LICENSES.txt", "dist/cli/bundle/program.cjs", "dist/cli/main.js"],
      "docs/man/runbook.1",
      ...listed("playbooks", ".yaml"),
      ...listed("schemas", ".schema.json"),
      "schemas/junit.xsd",
    ].toSorted(),
  );
}, 60_000);
