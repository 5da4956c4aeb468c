import { describe, expect, test } from "@jest/globals";
import { stepPage } from "../playbook/step-page.ts";
import { steps } from "../steps/index.ts";
import { narrowPage } from "./narrow-page.ts";

describe("a page on a terminal", () => {
  test("has tables as lists, and text in lines of its width", () => {
    const page = [
      "| name | type | | meaning |",
      "| --- | --- | --- | --- |",
      "| `via` | `a`, `b` | default `a` | Asks from this machine, or through the host where that is silent. |",
      "",
      "A sentence that is longer than the terminal is wide.",
    ].join("\n");
    expect(narrowPage(page, 40).split("\n")).toEqual([
      "`via`  `a`, `b`, default `a`",
      "    Asks from this machine, or through",
      "    the host where that is silent.",
      "",
      "A sentence that is longer than the",
      "terminal is wide.",
    ]);
  });

  test("keeps what is to be copied as it is", () => {
    const page = `\`\`\`yaml\n| not: a table, ${"x".repeat(60)}\n\`\`\``;
    expect(narrowPage(page, 40)).toBe(page);
  });

  test.each([...steps.keys()])("of %s fits 80 columns, examples and long words apart", (name) => {
    const step = steps.get(name);
    if (!step) throw new Error(`there is no step ${name}`);
    let isCode = false;
    for (const line of narrowPage(stepPage(step), 80).split("\n")) {
      if (line.startsWith("```")) isCode = !isCode;
      if (isCode || line.length <= 80) continue;
      expect(line.trim().split(" ")).toHaveLength(1);
    }
  });

  test("loses no word of a page", () => {
    for (const step of steps.values()) {
      const words = (text: string) =>
        new Set(
          text
            .replaceAll(/[|\\]/g, " ")
            .split(/[\s,]+/)
            .filter(Boolean),
        );
      const shown = words(narrowPage(stepPage(step), 60));
      const heads = new Set(["---", "name", "type", "meaning"]);
      const lost = [...words(stepPage(step))].filter(
        (word) => !shown.has(word) && !heads.has(word),
      );
      expect([step.name, lost]).toEqual([step.name, []]);
    }
  });
});
