import { expect, test } from "@jest/globals";
import { backoff } from "./backoff.ts";

test("waits double up to the most, and half of each is left to chance", () => {
  const limits = { firstMs: 100, mostMs: 1_000 };
  const least = [0, 1, 2, 3, 4, 50].map((attempt) => backoff(attempt, limits, () => 0));
  expect(least).toEqual([50, 100, 200, 400, 500, 500]);
  expect(backoff(2, limits, () => 1)).toBe(400);
});
