import { describe, expect, test } from "@jest/globals";
import { withLine, withoutLine, type LineEdit } from "./edit.ts";
import { pythonRegExp } from "./python-regexp.ts";

const plain: LineEdit = { backrefs: false, firstMatch: false, where: { side: "after", at: "end" } };
const edited = (text: string, line: string, edit: Partial<LineEdit> = {}) =>
  withLine(text, { ...plain, ...edit, line });
const re = pythonRegExp;

describe("a line that has to be there", () => {
  test("is added at the end", () => {
    expect(edited("", "x")).toBe("x\n");
    expect(edited("a\n", "x")).toBe("a\nx\n");
    expect(edited("a", "x")).toBe("a\nx\n");
  });

  test("is not added twice, whatever its end", () => {
    expect(edited("x\r\na\n", "x")).toBe("x\r\na\n");
    expect(edited("a\nx", "x")).toBe("a\nx");
  });

  test("replaces the last match, or the first when asked", () => {
    expect(edited("a=1\nb\na=2\n", "a=3", { find: re("^a=") })).toBe("a=1\nb\na=3\n");
    expect(edited("a=1\nb\na=2\n", "a=3", { find: re("^a="), firstMatch: true })).toBe(
      "a=3\nb\na=2\n",
    );
    expect(edited("a=1\n", "a=3", { find: "=1" })).toBe("a=3\n");
  });

  test("is found as itself where the expression finds nothing", () => {
    expect(edited("x\n", "x", { find: re("^y") })).toBe("x\n");
  });

  test("takes groups of what it replaces", () => {
    const find = re("^(\\w+)=(?P<value>.*)$");
    expect(edited("a=1\n", "\\1=<\\g<value>>", { find, backrefs: true })).toBe("a=<1>\n");
    expect(edited("nothing\n", "\\1", { find, backrefs: true })).toBe("nothing\n");
  });

  test("goes after or before the last line that is found", () => {
    const after = (at: RegExp, firstMatch = false) => ({
      where: { side: "after" as const, at },
      firstMatch,
    });
    const before = (at: RegExp) => ({ where: { side: "before" as const, at } });
    expect(edited("a\nb\na\nc\n", "x", after(re("^a")))).toBe("a\nb\na\nx\nc\n");
    expect(edited("a\nb\na\nc\n", "x", after(re("^a"), true))).toBe("a\nx\nb\na\nc\n");
    expect(edited("a\nb\n", "x", before(re("^b")))).toBe("a\nx\nb\n");
    expect(edited("a\nb", "x", after(re("^b")))).toBe("a\nb\nx\n");
    expect(edited("a\n", "x", after(re("^nothing")))).toBe("a\nx\n");
    expect(edited("a\n", "x", { where: { side: "before", at: "start" } })).toBe("x\na\n");
  });
});

describe("a line that must not be there", () => {
  test("goes wherever it is found", () => {
    expect(withoutLine("a\nb\na", { ...plain, line: "a" })).toBe("b\n");
    expect(withoutLine("a1\nb\na2\n", { ...plain, find: re("^a\\d$") })).toBe("b\n");
    expect(withoutLine("a\nbc\n", { ...plain, find: "b" })).toBe("a\n");
  });
});

describe("a Python expression", () => {
  test.each([
    ["^a$", "a\n", true],
    ["a.b", "a\nb", false],
    ["(?i)^ABC", "abc\n", true],
    ["^a\\s", "a\n", true],
    ["[\\s.$]", "x$", true],
    ["[]$]x", "]x", true],
    ["\\Aa\\Z", "a", true],
    ["(?P<x>a)(?P=x)", "aa", true],
    ["a\\.b", "axb", false],
    ["a\\$", "a$", true],
  ])("%s on %j: %j", (pattern, text, matches) => {
    expect(re(pattern).test(text)).toBe(matches);
  });

  test.each(["(", "a{2,1}", "(?>a)", "a++"])("%s is refused", (pattern) => {
    expect(() => re(pattern)).toThrow(SyntaxError);
  });
});
