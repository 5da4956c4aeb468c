import { describe, expect, test } from "@jest/globals";
import { readCase } from "./case-file.ts";

describe("a case file", () => {
  test("is refused with a key that means nothing", () => {
    expect(() => readCase("title: x\naply: []\n", "x.yaml")).toThrow('"aply" is not a key');
  });

  test("is refused with the line of a YAML mistake", () => {
    expect(() => readCase("title: x\nhost: {\n", "x.yaml")).toThrow(/x\.yaml:\d/);
  });

  test("tells an expectation that is absent from one that is null", () => {
    expect("left" in readCase("title: x\n", "x.yaml")).toBe(false);
    expect(readCase("title: x\nleft: null\n", "x.yaml").left).toBeNull();
  });

  test("takes commands as text or with their input", () => {
    const { apply } = readCase('title: x\napply: [a, { run: b, stdin: "c" }]\n', "x.yaml");
    expect(apply).toEqual([{ run: "a" }, { run: "b", stdin: "c" }]);
  });
});
