import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { renderCommand, sh } from "../../model/command.ts";
import { expandingWord, globWord } from "./shell-word.ts";

const printed = (command: string, env: Record<string, string> = {}) =>
  execFileSync("sh", ["-c", command], { encoding: "utf8", env: { PATH: "/bin:/usr/bin", ...env } });

describe("a word for a shell", () => {
  test.each([
    ["plain", "plain"],
    ["a b", "a b"],
    ["$HERE", "here"],
    ["${HERE}/x y", "here/x y"],
    ["$NOT_SET and ${NOT_SET}", "$NOT_SET and ${NOT_SET}"],
    ["`id` $(id) $", "`id` $(id) $"],
    ["it's $HERE", "it's here"],
    ["$SPACED", "a  *"],
    ["~", "/home/of me"],
    ["~/x$HERE", "/home/of me/xhere"],
    ["~root/x", "/root/x"],
    ["a~", "a~"],
  ])("%j expands to %j", (word, expanded) => {
    const env = { HERE: "here", SPACED: "a  *", HOME: "/home/of me" };
    expect(printed(renderCommand(sh`printf %s ${expandingWord(word)}`), env)).toBe(expanded);
  });

  test.each([
    ["/et[c]/pass?d", "/etc/passwd"],
    ["/etc/pass*d", "/etc/passwd"],
    ["/etc/$(id) x", "/etc/$(id) x"],
    ["", ""],
  ])("the glob %j gives %j", (pattern, matched) => {
    expect(printed(renderCommand(sh`printf %s ${globWord(pattern)}`))).toBe(matched);
  });
});
