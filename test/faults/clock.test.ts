import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const HOUR = 3_600_000;
const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - holds: { key: ready, value: "yes" }
        wait: 5m
      - put: { key: two, value: "2" }
`;

/** The clock leaps at the third look at the key; the key is there from the given look on. */
async function runWithLeap(
  leapMs: number,
  readyAt: number,
): Promise<{ life: Life; tookMs: number }> {
  const life = new Life(text, { hosts: ["a"] });
  let looks = 0;
  life.world.fault = ({ text: command }) => {
    if (!command.startsWith("get ready") && !command.startsWith("get 'ready'")) return undefined;
    looks += 1;
    if (looks === 3) life.clock.leap(leapMs);
    if (looks === readyAt) life.world.of(hostId("a")).set("ready", "yes");
    return undefined;
  };
  const began = life.clock.ticks();
  await life.apply();
  expect(looks).toBeGreaterThan(3);
  return { life, tookMs: life.clock.ticks() - began };
}

describe("F13: while a gate waits, the controller's clock", () => {
  test.each([
    ["forward", HOUR],
    ["back", -HOUR],
  ])("leaps %s by an hour: what comes in time is seen", async (_way, leapMs) => {
    const { life } = await runWithLeap(leapMs, 10);
    expect(life.keys("a")).toEqual({ one: "1", ready: "yes", two: "2" });
    expect(life.state.finished?.outcome).toBe("succeeded");
  });

  test.each([
    ["forward", HOUR],
    ["back", -HOUR],
  ])("leaps %s by an hour: it waits as long as it says, not longer", async (_way, leapMs) => {
    const { life, tookMs } = await runWithLeap(leapMs, Infinity);
    expect(life.state.stopped?.why).toBe("failed");
    expect(Math.round(tookMs / 60_000)).toBe(5);
    expect(life.keys("a")).toEqual({ one: "1" });
    life.world.of(hostId("a")).set("ready", "yes");
    expect(codeOf(await life.resume())).toBe(0);
  });
});

describe("F13: when the controller's clock leaps over", () => {
  const open = { onClose: "finish_host" as const, text: "from then to then" };

  test("the end of its window, the host under way comes to its end and no other begins", async () => {
    const now = Date.UTC(2026, 10, 22, 2, 0, 0);
    const window = { opensAt: now, closesAt: now + HOUR, ...open };
    const life = new Life(text.replace(/ +- holds.*\n.*\n/, ""), { hosts: ["a", "b"], window });
    const applied = await life.apply({
      onLine: () => {
        if (life.world.effects.length === 1) life.clock.leap(2 * HOUR);
      },
    });
    expect(codeOf(applied)).toBe(12);
    expect([life.keys("a"), life.keys("b")]).toEqual([{ one: "1", two: "2" }, {}]);
  });
});
