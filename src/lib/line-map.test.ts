import { describe, expect, test } from "@jest/globals";
import { lineMap } from "./line-map.ts";

describe("line map", () => {
  test("lines and columns count from 1", () => {
    const map = lineMap("ab\ncd\n");
    expect(map.at(0)).toEqual({ line: 1, column: 1 });
    expect(map.at(2)).toEqual({ line: 1, column: 3 });
    expect(map.at(3)).toEqual({ line: 2, column: 1 });
    expect(map.at(6)).toEqual({ line: 3, column: 1 });
  });

  test("knows all three line ends", () => {
    const map = lineMap("a\r\nb\rc\nd");
    expect([0, 3, 5, 7].map((offset) => map.at(offset).line)).toEqual([1, 2, 3, 4]);
    expect(map.lines).toBe(4);
  });

  test("an offset outside is the nearest end", () => {
    const map = lineMap("ab");
    expect(map.at(99)).toEqual({ line: 1, column: 3 });
    expect(map.at(-5)).toEqual({ line: 1, column: 1 });
  });

  test("says where a line starts", () => {
    expect(lineMap("a\nbc\nd").startOf(3)).toBe(5);
    expect(lineMap("a").startOf(9)).toBe(1);
  });
});
