import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(ROOT, "docs/reference/faults.md"), "utf8");
const rows = [...page.matchAll(/^- (F\d+) `([^`]+)` (.+)$/gm)].map(
  ([, fault = "", file = "", title = ""]) => ({
    fault,
    file,
    title,
  }),
);

test("every fault from F1 to F28 has its end state and a test of its own", () => {
  const faults = Array.from({ length: 28 }, (_, index) => `F${index + 1}`);
  expect([...page.matchAll(/^\| (F\d+) +\|/gm)].map(([, fault]) => fault)).toEqual(faults);
  expect(faults.filter((fault) => !rows.some((row) => row.fault === fault))).toEqual([]);
});

test("every test that the page of faults names is there", () => {
  const missing = rows.filter(
    ({ file, title }) => !readFileSync(join(ROOT, file), "utf8").includes(title),
  );
  expect(missing).toEqual([]);
});
