import { expect, test } from "@jest/globals";
import { nextPrefix } from "./init.ts";

test.each([
  ["v5", "v6"],
  ["", "v6"],
  ["pdns-v5/", "pdns-v6/"],
  ["eu5/schema5", "eu5/schema6"],
  ["production", "production-v6"],
  ["production/", "production-v6"],
  ["v15", "v15-v6"],
])("after the prefix %j the site would name the next one %j", (prefix, next) => {
  expect(nextPrefix(prefix, 5, 6)).toBe(next);
});
