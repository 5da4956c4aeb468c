import { describe, expect, test } from "@jest/globals";
import { splitWords } from "./words.ts";

describe("splitting a command line", () => {
  test.each([
    ["", []],
    ["  a\tb\n c ", ["a", "b", "c"]],
    [`a 'b c' "d e"`, ["a", "b c", "d e"]],
    [`'' ""`, ["", ""]],
    [`a'b'"c"d`, ["abcd"]],
    [String.raw`a\ b \'c`, ["a b", "'c"]],
    [String.raw`"a\"b\\c\d"`, [String.raw`a"b\c\d`]],
    [String.raw`'a\b'`, [String.raw`a\b`]],
    ["a # b; c | d > e", ["a", "#", "b;", "c", "|", "d", ">", "e"]],
  ])("%j", (line, words) => {
    expect(splitWords(line)).toEqual({ kind: "words", words });
  });

  test.each([
    [`a 'b`, "quotation"],
    [`a "b`, "quotation"],
    ["a\\", "escape"],
  ])("%j is unfinished", (line, what) => {
    expect(splitWords(line)).toEqual({ kind: "unfinished", what });
  });
});
