import { execFileSync } from "node:child_process";
import { hostname } from "node:os";
import { describe, expect, test } from "@jest/globals";
import { renderCommand } from "../model/command.ts";
import { factsFrom } from "./gather.ts";
import { FACTS_SCRIPT, sectionsOf } from "./script.ts";

describe("the facts script", () => {
  test("runs on a real shell and leaves nothing of itself in it", () => {
    const script = `${renderCommand(FACTS_SCRIPT)}\necho "after: $?"; command -v section has`;
    const output = execFileSync("sh", ["-c", `${script}; :`], { encoding: "utf8" });
    expect(output).toMatch(/\n== end\nafter: 0\n$/);
    expect(factsFrom(output)).toMatchObject({
      system: "Linux",
      nodename: hostname(),
      interfaces: expect.arrayContaining(["lo"]),
    });
  });

  test("a file without a last newline does not swallow the next section", () => {
    const sections = sectionsOf("\n== a\nno newline\n== b\nx\n\n== end\n");
    expect([...sections]).toEqual([
      ["a", "no newline"],
      ["b", "x\n"],
      ["end", ""],
    ]);
  });
});
