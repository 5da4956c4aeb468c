import { describe, expect, test } from "@jest/globals";
import { load, memoryFiles } from "../../test/helpers/memory-inventory.ts";
import { expandLimit, selectHosts, splitPattern } from "./select.ts";

const hosts = "lone\n[web]\nw[1:3]\n[db]\nd1\nw1\n";

async function select(pattern: string, limit?: string) {
  const { value } = await load({ hosts });
  if (value === undefined) throw new Error("not read");
  const parts = limit === undefined ? undefined : splitPattern(limit);
  return selectHosts(value, pattern, parts);
}

describe("a pattern", () => {
  test.each([
    ["web:2001:db8::1", ["web", "2001", "db8", "1"]],
    ["2001:db8::1", ["2001:db8::1"]],
    ["web[0:1]:db", ["web[0:1]", "db"]],
    ["web, !w1 ,&db", ["web", "!w1", "&db"]],
    ["", []],
  ])("%s has the parts %j", (pattern, parts) => {
    expect(splitPattern(pattern)).toEqual(parts);
  });

  test("that matches nothing in part is a warning with the name that was meant", async () => {
    const { value, problems } = await select("web:wbe");
    expect(value).toEqual(["w1", "w2", "w3"]);
    expect(problems).toMatchObject([
      { severity: "warning", code: "inventory/unmatched", hint: "Did you mean web?" },
    ]);
  });

  test("that leaves no host is an error, and says with which limit", async () => {
    const { value, problems } = await select("web", "lone");
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([
      {
        severity: "error",
        code: "inventory/no-hosts",
        summary: "no host matches web with the limit lone",
      },
    ]);
  });

  test("with a regular expression that is none is an error", async () => {
    expect((await select("~(")).problems).toMatchObject([{ code: "inventory/pattern" }]);
  });

  test("with colons beside commas is explained", async () => {
    const { problems } = await select("web:db,lone");
    expect(problems[0]?.hint).toBe("Where a comma separates, colons do not.");
  });

  test("names the localhost that no inventory has", async () => {
    expect((await select("localhost")).value).toEqual(["localhost"]);
    expect((await select("all:localhost")).value).not.toContain("127.0.0.1");
  });

  test("understands Python's regular expressions", async () => {
    expect((await select("~\\A(?P<x>w)\\d\\Z")).value).toEqual(["w1", "w2", "w3"]);
  });
});

describe("a limit file", () => {
  const files = memoryFiles({ failed: "w1\r\nd*\n\n", empty: "\n" });

  test("has one part a line", async () => {
    expect(await expandLimit("@failed,!d1", files)).toEqual({
      value: ["w1", "d*", "!d1"],
      problems: [],
    });
  });

  test("that is empty is no limit", async () => {
    expect((await expandLimit("@empty", files)).value).toEqual([]);
  });

  test("that does not exist is an error", async () => {
    expect((await expandLimit("@gone", files)).problems).toMatchObject([
      { code: "inventory/limit-file", summary: "limit file gone: does not exist" },
    ]);
  });
});
