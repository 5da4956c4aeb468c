import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import type { OpenSpan } from "../../src/model/run-spec.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22, 2, 0, 0);

describe("F21: a gate that flaps", () => {
  const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: ready, value: "not yet" }
      - holds: { key: ready, value: "yes" }
        wait: 5m
      - put: { key: two, value: "2" }
      - holds: { key: ready, value: "yes" }
      - put: { key: three, value: "3" }
`;

  test("is passed when it holds, and stops the host at the next look that finds it gone", async () => {
    const life = new Life(text, { hosts: ["a", "b"] });
    let looks = 0;
    life.world.fault = ({ host, text: command }) => {
      if (!/^get '?ready/.test(command)) return undefined;
      looks += 1;
      if (looks % 2 === 0) life.world.of(host).set("ready", "yes");
      else life.world.of(host).delete("ready");
      return undefined;
    };
    expect(codeOf(await life.apply())).toBe(2);
    expect(life.keys("a")).toMatchObject({ two: "2" });
    expect(life.keys("a")["three"]).toBeUndefined();
    expect(life.world.effects.filter((effect) => effect.startsWith("b "))).toEqual([]);
    life.world.fault = ({ host, text: command }) => {
      if (/^get '?ready/.test(command)) life.world.of(host).set("ready", "yes");
      return undefined;
    };
    expect(codeOf(await life.resume())).toBe(0);
    expect(life.world.effects.filter((effect) => effect.startsWith("a put"))).toEqual([
      "a put ready not yet",
      "a put two 2",
      "a put three 3",
    ]);
  });
});

describe("F22: a window that closes", () => {
  const text = `${head("mode: serial, batches: 2")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;
  const hosts = ["a", "b", "c", "d"];
  const life = (onClose: OpenSpan["onClose"]): Life =>
    new Life(text, {
      hosts,
      window: { opensAt: START, closesAt: START + HOUR, onClose, text: "from then to then" },
    });
  /** The window closes while this effect happens. */
  const closingAt = (of: Life, effect: number) => ({
    onLine: () => {
      if (of.world.effects.length >= effect && of.clock.now() < START + HOUR)
        of.clock.leap(2 * HOUR);
    },
  });
  const done = { one: "1", two: "2" };

  test("under a step with finish_task lets it end, and nothing more begins anywhere", async () => {
    const run = life("finish_task");
    expect(codeOf(await run.apply(closingAt(run, 1)))).toBe(12);
    expect(run.world.effects.length).toBeLessThanOrEqual(2);
    expect(run.entries("intended")).toHaveLength(run.entries("settled").length);
    run.write({ type: "window-set", window: null, who: "somebody" });
    expect(codeOf(await run.resume())).toBe(0);
    expect(hosts.map((name) => run.keys(name))).toEqual([done, done, done, done]);
  });

  test("under a batch with finish_host lets the hosts under way arrive, and the next batch does not begin", async () => {
    const run = life("finish_host");
    expect(codeOf(await run.apply(closingAt(run, 2)))).toBe(12);
    expect(hosts.map((name) => run.keys(name))).toEqual([done, done, {}, {}]);
  });

  test("under a batch with rollback takes back what was begun", async () => {
    const run = life("rollback");
    await run.apply(closingAt(run, 2));
    expect(hosts.map((name) => run.keys(name))).toEqual([{}, {}, {}, {}]);
  });

  test("under a rollback does not keep a host half-way: the way back goes on to its end", async () => {
    const run = life("finish_task");
    expect(codeOf(await run.apply())).toBe(0);
    const before = run.world.effects.length;
    await run.rollback(undefined, closingAt(run, before + 1));
    expect(hosts.map((name) => run.keys(name))).toEqual([{}, {}, {}, {}]);
    expect(run.clock.now()).toBeGreaterThan(START + HOUR);
  });
});

describe("F27: a host that takes a hundred times as long", () => {
  const text = (mode: string): string => `${head(`mode: ${mode}`)}
phases:
  - name: one
    tasks:
      - strike: bell
  - name: two
    tasks:
      - strike: gong
`;

  test("is waited for at the barrier of a window, and nobody enters the next phase before it", async () => {
    const life = new Life(text("window"), { hosts: ["a", "slow", "c"] });
    life.world.slow.set("slow bell", 100_000);
    expect(codeOf(await life.apply())).toBe(0);
    const bells = life.world.effects.slice(0, 3).toSorted();
    expect(bells).toEqual(["a strike bell", "c strike bell", "slow strike bell"]);
    expect(life.world.effects).toHaveLength(6);
  });

  test("is waited for before the next batch begins", async () => {
    const life = new Life(text("serial, batches: 2"), {
      hosts: ["slow", "b", "c"],
    });
    life.world.slow.set("slow bell", 100_000);
    expect(codeOf(await life.apply())).toBe(0);
    const order = life.world.effects;
    expect(order).toHaveLength(6);
    expect(order.indexOf("slow strike gong")).toBeLessThan(order.indexOf("c strike bell"));
  });
});

describe("F20: on the way back", () => {
  const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: new }
      - put: { key: two, value: new }
`;
  const upgraded = async (): Promise<Life> => {
    const life = new Life(text, { hosts: ["a", "b"] });
    for (const name of ["a", "b"]) life.world.of(hostId(name)).set("one", "old");
    expect(codeOf(await life.apply())).toBe(0);
    return life;
  };

  test("a step that fails leaves its host there, takes the others back, and is tried again by resume", async () => {
    const life = await upgraded();
    life.world.broken.add("b one");
    expect(codeOf(await life.rollback())).toBe(11);
    expect([life.keys("a"), life.keys("b")]).toEqual([{ one: "old" }, { one: "new" }]);
    life.world.broken.clear();
    await life.resume();
    expect([life.keys("a"), life.keys("b")]).toEqual([{ one: "old" }, { one: "old" }]);
  });

  test("a controller that is killed at any line undoes nothing twice", async () => {
    const calm = await upgraded();
    const from = calm.lines.length;
    await calm.rollback();
    const lines = calm.lines.length - from;
    expect(lines).toBeGreaterThan(5);
    for (let line = 1; line <= lines; line++)
      for (const when of ["before", "after"] as const) {
        const life = await upgraded();
        await life.rollback(undefined, { deathAfter: { lines: line, when } });
        if (life.state.finished === undefined) await life.resume();
        if (life.entries("rollback-begun").length === 0) await life.rollback();
        expect([line, when, life.world.picture()]).toEqual([line, when, calm.world.picture()]);
        const back = life.world.effects.slice(4);
        expect([line, when, new Set(back).size]).toEqual([line, when, back.length]);
      }
  });
});
