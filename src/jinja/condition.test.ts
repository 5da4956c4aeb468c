import { describe, expect, test } from "@jest/globals";
import { UnsafeText } from "../model/value.ts";
import type { Scope, Value, ValueMap } from "../model/value.ts";
import { evaluateCondition, PENDING } from "./index.ts";

function ask(condition: Value, values: ValueMap = {}, heard: ValueMap = {}) {
  const scope: Scope = [
    { trusted: true, values },
    { trusted: false, values: heard },
  ];
  return evaluateCondition(condition, scope, {});
}

const yes = { kind: "rendered", value: true };
const no = { kind: "rendered", value: false };

describe("a condition", () => {
  test("is an expression, a boolean, or a list of which all must hold", () => {
    expect(ask("port > 80", { port: 81 })).toEqual(yes);
    expect(ask(false)).toEqual(no);
    expect(ask(["port > 80", "port < 82"], { port: 81 })).toEqual(yes);
    expect(ask(["port > 80", false, "nope"], { port: 81 })).toEqual(no);
    expect(ask([])).toEqual(yes);
  });

  test("must give a boolean, and the hint says how", () => {
    const cases: readonly [Value, RegExp][] = [
      ["names", /length > 0/],
      ["'yes'", /\| bool/],
      ["none", /is not none/],
      ["3", /Compare/],
    ];
    for (const [condition, hint] of cases) {
      const answer = ask(condition, { names: ["a"] });
      expect(answer).toMatchObject({ kind: "problem", diagnostic: { code: "jinja/condition" } });
      if (answer.kind === "problem") expect(answer.diagnostic.hint).toMatch(hint);
    }
    expect(ask("").kind).toBe("problem");
    expect(ask(null).kind).toBe("problem");
  });

  test("may stand in braces, and may be the text of a variable of the author's", () => {
    expect(ask("{{ ready }}", { ready: "port == 1", port: 1 })).toEqual(yes);
    expect(ask("{{ ready }}", { ready: "{{ port == 2 }}", port: 1 })).toEqual(no);
  });

  test("is never read from what a host said", () => {
    expect(ask("{{ said.stdout }}", {}, { said: { stdout: "1 == 1" } }).kind).toBe("problem");
    expect(
      ask("{{ alias }}", { alias: "{{ said.stdout }}" }, { said: { stdout: "true" } }).kind,
    ).toBe("problem");
    expect(ask(new UnsafeText("1 == 1")).kind).toBe("problem");
  });

  test("is unknown while it depends on what is not known, unless another part decides", () => {
    expect(ask("before.changed", {}, { before: PENDING })).toEqual({
      kind: "unknown",
      names: ["before"],
    });
    expect(ask(["before.changed", "1 == 2"], {}, { before: PENDING })).toEqual(no);
    expect(ask(["before.changed", "1 == 1"], {}, { before: PENDING }).kind).toBe("unknown");
    expect(ask("false and before.changed", {}, { before: PENDING })).toEqual(no);
  });
});
