import { describe, expect, test } from "@jest/globals";
import type { OpenSpan } from "../../src/model/run-spec.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const text = `${head("mode: serial")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;
const START = Date.UTC(2026, 10, 22, 2, 0, 0);
const span = (of: Partial<OpenSpan>): OpenSpan => ({
  opensAt: START,
  closesAt: START + 3_600_000,
  onClose: "finish_host",
  text: "from then to then",
  ...of,
});
const endless = span({ closesAt: START + 1e12 });

describe("a window that has closed", () => {
  test("is not the end of a run: it goes on in another one, and the journal says in which", async () => {
    const life = new Life(text, { hosts: ["a", "b"], window: span({}) });
    await life.apply({
      onLine: () => {
        if (life.world.effects.length === 1) void life.clock.sleep(4_000_000);
      },
    });
    expect(life.keys("a")).toEqual({ one: "1", two: "2" });
    expect(life.keys("b")).toEqual({});
    expect(life.state.stopped?.why).toBe("window");
    expect(codeOf(await life.resume())).toBe(12);
    life.write({ type: "window-set", window: endless, who: "somebody" });
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.keys("b")).toEqual({ one: "1", two: "2" });
    expect(life.state.window).toEqual(endless);
  });

  test("can be lifted", async () => {
    const life = new Life(text, { hosts: ["a"], window: span({ closesAt: START + 1 }) });
    expect(codeOf(await life.apply())).toBe(12);
    life.write({ type: "window-set", window: null, who: "somebody" });
    expect(codeOf(await life.resume())).toBe(0);
  });
});

describe("a lane", () => {
  test("that is not expected to fit does not begin, nor one behind it; those under way come to their end", async () => {
    const life = new Life(text, {
      hosts: ["a", "b", "c"],
      window: span({}),
      expectedMs: { a: 1000, b: 4_000_000, c: 1000 },
    });
    const applied = await life.apply();
    expect(codeOf(applied)).toBe(12);
    expect(applied.kind === "ended" && applied.ending.end).toMatchObject({
      why: "window",
      text: expect.stringContaining("b needs 1 h 6 min"),
    });
    expect(life.keys("a")).toEqual({ one: "1", two: "2" });
    expect([life.keys("b"), life.keys("c")]).toEqual([{}, {}]);
  });
});
