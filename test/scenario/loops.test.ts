import { describe, expect, test } from "@jest/globals";
import { StepProblem } from "../../src/model/step.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const items = (task: string): string => `${head()}
phases:
  - name: one
    tasks:
      - ${task}
        loop: [x, y, z]
`;

describe("a loop", () => {
  test("stops at the item that fails, and goes on with it when it is resumed", async () => {
    const life = new Life(items('put: { key: "{{ item }}", value: "on" }'), { hosts: ["a"] });
    life.world.broken.add("a y");
    expect(codeOf(await life.apply())).toBe(2);
    expect(life.keys("a")).toEqual({ x: "on" });
    life.world.broken.clear();
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects).toEqual(["a put x on", "a put y on", "a put z on"]);
  });

  test("begins nothing behind an item in doubt", async () => {
    const life = new Life(items("strike: { key: '{{ item }}' }"), { hosts: ["a"] });
    life.world.fault = ({ text }) =>
      text.includes("'y'") || text.endsWith(" y") ? "vanish" : undefined;
    expect(codeOf(await life.apply())).toBe(11);
    expect(life.world.effects).toEqual(["a strike x", "a strike y"]);
  });

  test("stops at the item whose condition has no answer", async () => {
    const text = items('put: { key: "{{ item }}", value: "on" }').replace(
      "loop:",
      "when: item != 'y' or late\n        loop:",
    );
    const life = new Life(text, { hosts: ["a"] });
    const scope = life.spec.scopes["a"]?.[0]?.values as Record<string, unknown>;
    scope["late"] = true;
    expect(
      codeOf(
        await life.apply({
          onLine: () => void (life.world.effects.length > 0 && delete scope["late"]),
        }),
      ),
    ).toBe(2);
    expect(life.keys("a")).toEqual({ x: "on" });
  });

  test("of a gate looks for each item", async () => {
    const text = items('holds: { key: "{{ item }}", value: "on" }');
    const life = new Life(text, { hosts: ["a"] });
    for (const key of ["x", "y", "z"]) life.world.of(life.spec.hosts[0] ?? never()).set(key, "on");
    expect(codeOf(await life.apply())).toBe(0);
  });

  test.each([
    { when: "before", code: 2 },
    { when: "after", code: 11 },
  ] as const)(
    "whose facts cannot be had $when the next intent ends $code, and does not go round for ever",
    async ({ when, code }) => {
      const text = items('put: { key: "{{ item }}", value: "on" }').replace(
        "hosts: all",
        "hosts: all\ngather_facts: true",
      );
      const life = new Life(text, { hosts: ["a"] });
      let calls = 0;
      const gatherFacts = () => {
        if (life.world.effects.length === 0) return Promise.resolve({});
        if (++calls > 50) throw new Error("it goes round for ever");
        const diagnostic = { code: "x/y", severity: "error", summary: "no facts" } as const;
        return Promise.reject(new StepProblem("failed", diagnostic));
      };
      await life.apply({ gatherFacts, death: { line: 9, when } });
      expect(life.keys("a")).toEqual({ x: "on" });
      expect(codeOf(await life.resume({ gatherFacts }))).toBe(code);
    },
  );
});

describe("a task that is tried again", () => {
  const until = `${head()}
phases:
  - name: one
    tasks:
      - install: { key: release, value: new }
        retries: 3
        delay: 1
        ignore_errors: true
        register: installed
      - put: { key: told, value: "{{ installed.failed | string }}" }
`;

  test("is tried as often as it says although its failure will be ignored", async () => {
    const life = new Life(until, { hosts: ["a"] });
    life.world.broken.add("a release");
    const mend = () => void (life.entries("unbegun").length >= 2 && life.world.broken.clear());
    expect(codeOf(await life.apply({ onLine: mend }))).toBe(0);
    expect(life.keys("a")).toEqual({ release: "new", told: "False" });
    expect(life.world.hosts.jobs).toEqual([]);
  });

  test("and fails to the end is ignored when it says so, and leaves no job behind", async () => {
    const life = new Life(until, { hosts: ["a"] });
    life.world.broken.add("a release");
    expect(codeOf(await life.apply())).toBe(0);
    expect(life.keys("a")).toEqual({ told: "True" });
    expect(life.entries("intended").filter(({ of }) => of.task === "1.1")).toHaveLength(4);
    expect(life.world.hosts.jobs).toEqual([]);
  });
});

function never(): never {
  throw new Error("no host");
}
