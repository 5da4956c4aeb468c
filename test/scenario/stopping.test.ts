import { describe, expect, test } from "@jest/globals";
import type { StopWish } from "../../src/engine/execute.ts";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const wish = (level: () => 0 | 1 | 2): StopWish => ({
  get level() {
    return level();
  },
  raised: () => new Promise(() => undefined),
});

const twoTasks = (rollout: string): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;

test("an interrupt lets every lane come to a rest point, those of later batches too", async () => {
  const life = new Life(twoTasks("mode: serial, max_failures: 1"), { hosts: ["a", "b"] });
  life.world.broken.add("a one");
  const half = () => life.world.effects.includes("b put one 1");
  await life.apply({ wish: wish(() => (half() ? 2 : 0)) });
  expect(life.world.effects).toEqual(["b put one 1"]);
  // b stands between rest points, and a is to be tried again before it.
  expect(codeOf(await life.resume({ wish: wish(() => 1) }))).toBe(12);
  expect(life.world.effects).toEqual(["b put one 1", "b put two 2"]);
});

test("an interrupted run with a host in doubt ends 11", async () => {
  const text = `${head("mode: window, max_failures: 1")}
phases:
  - name: one
    rest: true
    tasks:
      - knock: door
  - name: two
    tasks:
      - put: { key: two, value: "2" }
`;
  const life = new Life(text, { hosts: ["a", "b"] });
  life.world.fault = ({ host, text: command }) =>
    host === "a" && command.includes("knock") ? "lost-after" : undefined;
  const seen = () => life.world.effects.length >= 2;
  expect(codeOf(await life.apply({ wish: wish(() => (seen() ? 1 : 0)) }))).toBe(11);
});

test("an answer is for the failure that it was given for", async () => {
  const life = new Life(twoTasks("mode: serial, on_failure: ask"), { hosts: ["a"] });
  life.world.broken.add("a two");
  const asked: string[] = [];
  const ask = (answer: string) => () => {
    asked.push(answer);
    return Promise.resolve(answer);
  };
  expect(codeOf(await life.apply({ ask: ask("stop") }))).toBe(2);
  expect(codeOf(await life.resume({ ask: ask("rollback_run") }))).toBe(10);
  expect(asked).toEqual(["stop", "rollback_run"]);
  expect(life.keys("a")).toEqual({});
});

test("an answer that is given later takes back at once, and tries nothing again first", async () => {
  const life = new Life(twoTasks("mode: serial, on_failure: ask"), { hosts: ["a"] });
  life.world.broken.add("a two");
  expect(codeOf(await life.apply())).toBe(2);
  life.world.broken.clear();
  expect(codeOf(await life.answer("rollback_run"))).toBe(10);
  expect(life.world.effects).toEqual(["a put one 1", "a drop one"]);
});

describe("locks", () => {
  test("of a run of which only some hosts went back are given up on all", async () => {
    const life = new Life(twoTasks("mode: serial"), { hosts: ["a", "b"] });
    life.world.broken.add("b two");
    expect(codeOf(await life.apply())).toBe(2);
    await life.rollback(["b"]);
    expect(life.state.finished?.outcome).toBe("rolled-back");
    expect(life.locked).toEqual([]);
  });

  test("of a controller that ended before it wrote them down can be given up", async () => {
    const life = new Life(twoTasks("mode: serial"), { hosts: ["a", "b"] });
    await life.apply({ death: { line: 2, when: "before" } });
    expect(life.locked).toEqual(["a", "b"]);
    expect(life.lines).toHaveLength(1);
    await life.unlock();
    expect(life.locked).toEqual([]);
  });

  test("that are taken when an answer was lost are given up with the others", async () => {
    const life = new Life(twoTasks("mode: serial"), { hosts: ["a", "b"] });
    let lost = false;
    life.world.fault = ({ host, text }) =>
      host === "b" && text.includes("/lock") && !lost ? ((lost = true), "lost-after") : undefined;
    expect(codeOf(await life.apply())).toBe("refused");
    expect(life.locked).toEqual([]);
  });

  test.each(["fenced", "private"] as const)(
    "that are %s keep a controller from working whose run was taken over",
    async (kind) => {
      const text = `${head()}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - strike: bell
`;
      const life = new Life(text, { hosts: ["a"] });
      life.world.lockKind = kind;
      life.world.fault = ({ text: command }) => {
        if (command.includes("put")) life.world.seize(hostId("a"), "RUN-toy", 2);
        return undefined;
      };
      expect(codeOf(await life.apply())).toBe(2);
      expect(life.world.effects).toEqual(["a put one 1"]);
    },
  );

  test("of the hosts that answer are taken over when one does not, so that their jobs may run", async () => {
    const text = `${head()}
phases:
  - name: one
    tasks:
      - install: { key: release, value: new }
`;
    const life = new Life(text, { hosts: ["a", "b"] });
    expect(codeOf(await life.apply())).toBe(0);
    await life.rollback(undefined, { death: { line: life.lines.length + 2, when: "after" } });
    life.world.unreachable.add(hostId("a"));
    expect(codeOf(await life.rollback())).toBe(11);
    expect(life.keys("b")).toEqual({});
    life.world.unreachable.clear();
    expect(codeOf(await life.resume())).toBe(10);
    expect(life.keys("a")).toEqual({});
    expect(life.locked).toEqual([]);
  });
});
