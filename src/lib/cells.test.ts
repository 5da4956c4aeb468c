import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cellsOf, fitCells, padCells } from "./cells.ts";

describe("cells of a text", () => {
  test.each([
    ["", 0],
    ["ns1.example", 11],
    ["é", 1],
    ["e\u0301", 1],
    ["漢字", 4],
    ["ｆｕｌｌ", 8],
    ["한국", 4],
    ["✅", 2],
    ["🔥 hot", 6],
    ["a\u200bb", 2],
    ["─ … →", 5],
    ["naïve", 5],
  ])("%j takes %i", (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });

  test("a joined picture is counted too wide rather than too narrow", () => {
    expect(cellsOf("👩\u200d🚒")).toBeGreaterThanOrEqual(2);
    expect(cellsOf("❤\ufe0f")).toBe(2);
  });
});

describe("fitting", () => {
  test("cuts with an ellipsis, and never inside a wide character", () => {
    expect(fitCells("漢字漢字", 6)).toBe("漢字…");
    expect(fitCells("漢字漢字", 4)).toBe("漢…");
    expect(fitCells("abc", 3)).toBe("abc");
    expect(fitCells("abcd", 3)).toBe("ab…");
    expect(fitCells("abcd", 0)).toBe("");
  });

  test("never takes more than there is, and filled up takes exactly that", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(60), (text, cells) => {
        expect(cellsOf(fitCells(text, cells))).toBeLessThanOrEqual(cells);
        expect(cellsOf(padCells(text, cells))).toBe(cells);
      }),
    );
  });
});
