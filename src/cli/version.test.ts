import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "./version.ts";

test("journals name the version that package.json has", () => {
  const manifest = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8");
  expect(manifest).toContain(`"version": "${VERSION}"`);
});
