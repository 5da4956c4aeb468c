import { describe, expect, test } from "@jest/globals";
import { makesFolders, readsFile } from "./resources.ts";

describe("what a plan may claim about files", () => {
  test("a file depends on its folder, unless every host has that", () => {
    expect(readsFile("/opt/x/f")).toEqual(["file:/opt/x/f", "folder:/opt/x"]);
    expect(readsFile("/etc/f")).toEqual(["file:/etc/f"]);
    expect(readsFile("/opt//x/")).toEqual(["file:/opt/x"]);
  });

  test("a folder brings the folders above it, as far as they may be missing", () => {
    expect(makesFolders("/opt/a/b c/")).toEqual(["folder:/opt/a/b c", "folder:/opt/a"]);
    expect(makesFolders("/etc")).toEqual([]);
  });
});
