import { expect, test } from "@jest/globals";
import type { StopWish } from "../../src/engine/execute.ts";
import { hostId } from "../../src/model/ids.ts";
import { wrongs } from "../helpers/journal-check.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const hosts = ["a", "b", "c"];
const text = (rollout: string, keywords = ""): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - strike: { key: bell }
        inverse: none
        ${keywords}
      - put: { key: two, value: "2" }
`;
const DONE = { one: "1", bell: "1", two: "2" };

/** Killed when every host has begun and none is done. */
async function halfWay(keywords = ""): Promise<Life> {
  const life = new Life(text("mode: serial, batches: 3, forks: 3", keywords), { hosts });
  let level: 0 | 2 = 0;
  const wish: StopWish = {
    get level() {
      return level;
    },
    raised: () => new Promise(() => undefined),
  };
  await life.apply({
    wish,
    onLine: () => {
      if (life.world.effects.length >= 3) level = 2;
    },
  });
  for (const host of hosts) expect(life.keys(host)).toEqual({ one: "1" });
  return life;
}

test("a resume of some hosts brings those to their end and leaves the others where they are", async () => {
  const life = await halfWay();
  expect(codeOf(await life.resume({}, ["b"]))).toBe(12);
  expect(life.state.stopped?.text).toBe("left out by --limit: a, c");
  expect(life.keys("a")).toEqual({ one: "1" });
  expect(life.keys("b")).toEqual(DONE);
  expect(life.locked.toSorted()).toEqual(hosts);
  expect(codeOf(await life.resume())).toBe(0);
  for (const host of hosts) expect(life.keys(host)).toEqual(DONE);
  expect(wrongs(life.lines, life.world.log)).toEqual([]);
  expect(life.locked).toEqual([]);
});

test("hosts that have not begun are neither looked at nor begun when they are left out", async () => {
  const life = new Life(text("mode: serial"), { hosts });
  await life.apply({ deathAfter: { lines: 7, when: "after" } });
  life.world.unreachable.add(hostId("c"));
  expect(codeOf(await life.resume({}, ["a", "b"]))).toBe(12);
  expect(life.keys("b")).toEqual(DONE);
  expect(life.keys("c")).toEqual({});
  life.world.unreachable.clear();
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.keys("c")).toEqual(DONE);
});

test("wherever a limited resume is killed, a whole one comes to the end of all hosts", async () => {
  const whole = await halfWay();
  const before = whole.lines.length;
  await whole.resume({}, ["b"]);
  for (let line = before + 1; line <= whole.lines.length; line++) {
    for (const when of ["before", "after"] as const) {
      const life = await halfWay();
      await life.resume({ death: { line, when } }, ["b"]);
      expect([line, codeOf(await life.resume())]).toEqual([line, 0]);
      for (const host of hosts) expect([line, life.keys(host)]).toEqual([line, DONE]);
      expect(wrongs(life.lines, life.world.log)).toEqual([]);
    }
  }
});

test("a host that is left out with a task that is done once keeps it", async () => {
  const life = new Life(text("mode: serial, batches: 3, forks: 3", "run_once: true"), { hosts });
  life.world.fault = ({ host, text: command }) => {
    if (host !== "a" || !command.includes("strike")) return undefined;
    life.world.unreachable.add(hostId("a"));
    return "lost-after";
  };
  await life.apply();
  expect(life.lane("a").lost).toBeDefined();
  await life.resume({}, ["b", "c"]);
  expect(life.world.effects.filter((effect) => effect.includes("strike")).length).toBeLessThan(2);
  expect(life.keys("b")).toEqual({ one: "1" });
});
