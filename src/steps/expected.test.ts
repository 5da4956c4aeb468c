import { describe, expect, test } from "@jest/globals";
import { differences, fits, fitsCommand } from "./expected.ts";

describe("what a case expects", () => {
  test("an ellipsis stands for any text, lines included", () => {
    expect(fits("a … z", "a b\nc z")).toBe(true);
    expect(fits("a … z", "a b\nc y")).toBe(false);
  });

  test("everything else stands for itself", () => {
    expect(fits("a.c*", "abcc")).toBe(false);
    expect(fits("a", " a")).toBe(false);
    expect(fitsCommand("a", " a\n")).toBe(true);
  });

  test("keys that are not expected may hold anything", () => {
    expect(differences({ a: 1 }, { a: 1, b: 2 })).toEqual([]);
  });

  test("lists match item by item", () => {
    expect(differences({ a: [1, 2] }, { a: [1] })).toEqual(["a is [1], expected [1,2]"]);
    expect(differences([{ a: 1 }], [{ a: 2 }])).toEqual(["[0].a is 2, expected 1"]);
  });

  test("says what is absent", () => {
    expect(differences({ a: { b: null } }, { a: {} })).toEqual(["a.b is absent, expected null"]);
  });
});
