import { expect, test } from "@jest/globals";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const text = `${head("mode: serial, max_failures: 0, unreachable: skip")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;

test("a host that is skipped because it does not answer is no failure: the others are done, and it is named by 4", async () => {
  const life = new Life(text, { hosts: ["a", "b", "c"] });
  life.world.unreachable.add(hostId("a"));
  expect(codeOf(await life.apply())).toBe(4);
  expect(life.keys("b")).toEqual({ one: "1", two: "2" });
  expect(life.keys("c")).toEqual({ one: "1", two: "2" });
  expect(life.locked).toEqual([]);
});

test("a host that goes away before its turn is skipped, one that goes away in the middle has failed", async () => {
  const life = new Life(text, { hosts: ["a", "b", "c", "d"] });
  life.world.fault = ({ host, text: command }) => {
    if (host === "a" && command.includes("put two")) life.world.unreachable.add(hostId("b"));
    if (host === "c" && command.includes("put two")) life.world.unreachable.add(hostId("c"));
    return host === "c" && life.world.unreachable.has(host) ? "lost-before" : undefined;
  };
  expect(codeOf(await life.apply())).toBe(11);
  expect(life.keys("a")).toEqual({ one: "1", two: "2" });
  expect(life.keys("b")).toEqual({});
  expect(life.keys("d")).toEqual({});
  // Both are back, and the run is gone on with.
  life.world.unreachable.clear();
  life.world.fault = undefined;
  expect(codeOf(await life.resume())).toBe(0);
  for (const host of ["a", "b", "c", "d"]) expect(life.keys(host)).toEqual({ one: "1", two: "2" });
});

test("a resume leaves out who still does not answer", async () => {
  const life = new Life(text, { hosts: ["a", "b"] });
  await life.apply({ death: { line: 5, when: "after" } });
  life.world.unreachable.add(hostId("b"));
  expect(codeOf(await life.resume())).toBe(4);
  expect(life.keys("a")).toEqual({ one: "1", two: "2" });
});

test("a host is waited for as long as the playbook says, and found when it is back", async () => {
  const waits = text.replace("unreachable: skip", "unreachable: wait(10m)");
  const life = new Life(waits, { hosts: ["a", "b"] });
  life.world.unreachable.add(hostId("b"));
  const back = life.clock.now() + 300_000;
  const { clock } = life;
  const sleep = clock.sleep.bind(clock);
  Object.assign(clock, {
    sleep: async (ms: number) => {
      await sleep(ms);
      if (clock.now() >= back) life.world.unreachable.clear();
    },
  });
  expect(codeOf(await life.apply())).toBe(0);
  expect(life.keys("b")).toEqual({ one: "1", two: "2" });
  const gone = new Life(waits, { hosts: ["a", "b"] });
  gone.world.unreachable.add(hostId("b"));
  expect(codeOf(await gone.apply())).toBe("refused");
});
