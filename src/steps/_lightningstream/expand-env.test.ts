import { expect, test } from "@jest/globals";
import { environmentUses, expandEnvironment } from "./expand-env.ts";

const environment = new Map([
  ["PREFIX", "v6"],
  ["A_1", "one"],
]);

// What Go's os.ExpandEnv makes of it.
test.each([
  ["global_prefix: ${PREFIX}", "global_prefix: v6"],
  ["$PREFIX/$A_1.", "v6/one."],
  ["$PREFIXES", ""],
  ["${NOT_SET}x", "x"],
  ["secret: a$$b", "secret: ab"],
  ["cost: 5$ and $", "cost: 5$ and $"],
  ["$1x", "x"],
  ["${}x ${", "x "],
  ["plain", "plain"],
])("%s → %s", (text, expanded) => {
  expect(expandEnvironment(text, environment)).toBe(expanded);
});

test("the places of variables are known", () => {
  expect(environmentUses("a: ${X}")).toEqual([{ name: "X", start: 3, end: 7 }]);
});
