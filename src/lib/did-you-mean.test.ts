import { describe, expect, test } from "@jest/globals";
import { didYouMean } from "./did-you-mean.ts";

const steps = ["command", "copy", "lineinfile", "service", "lmdb.backup", "http_port"];

describe("did you mean", () => {
  test.each([
    ["lineinfil", "lineinfile"],
    ["comand", "command"],
    ["commnad", "command"],
    ["Service", "service"],
    ["http-prt", "http_port"],
    ["lmbd.backup", "lmdb.backup"],
  ])("%s is taken for %s", (typed, meant) => {
    expect(didYouMean(typed, steps)).toBe(meant);
  });

  test.each(["template", "x", "", "ab"])("nothing is near %j", (typed) => {
    expect(didYouMean(typed, steps)).toBeUndefined();
  });

  test("a word is never suggested to itself", () => {
    expect(didYouMean("copy", ["copy"])).toBeUndefined();
  });

  test("a one letter word is not suggested for another one", () => {
    expect(didYouMean("a", ["b"])).toBeUndefined();
  });
});
