import { expect, test } from "@jest/globals";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const text = (rollout: string): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
`;
const asking = text("mode: serial, batches: [1, 2], pause_after: 1");
const hosts = ["a", "b", "c"];

test("after the canary nobody begins before somebody says so, and what was said is kept", async () => {
  const life = new Life(asking, { hosts });
  const asked: string[] = [];
  const ask = (question: { text: string }): Promise<string> => {
    asked.push(question.text);
    return Promise.resolve("go_on");
  };
  expect(codeOf(await life.apply({ ask }))).toBe(0);
  expect(asked).toEqual(["1 hosts are done. Go on with the others?"]);
  expect(life.world.effects[0]).toBe("a put one 1");
  expect(life.world.effects).toHaveLength(3);
});

test("where nobody can be asked the run stops after the canary, and a resume asks again", async () => {
  const life = new Life(asking, { hosts });
  expect(codeOf(await life.apply())).toBe(12);
  expect(life.world.effects).toEqual(["a put one 1"]);
  expect(codeOf(await life.resume())).toBe(12);
  expect(codeOf(await life.resume({ ask: () => Promise.resolve("go_on") }))).toBe(0);
  expect(life.world.effects).toHaveLength(3);
});

test("the answer is kept with the name of who gave it, not of who began the run", async () => {
  const life = new Life(asking, { hosts });
  await life.apply();
  await life.resume({ ask: () => Promise.resolve("go_on"), who: "night@bastion" });
  expect(life.entries("decision").map(({ who }) => who)).toEqual([
    "nobody could be asked",
    "night@bastion",
  ]);
});

test("a pause of some time is waited for to its end, also by the next controller", async () => {
  const timed = text("mode: serial, pause_after: 1, pause_for: 10m");
  const life = new Life(timed, { hosts });
  const begun = life.clock.now();
  const line = 1 + (await counted(timed));
  await life.apply({ death: { line, when: "after" } });
  expect(life.world.effects).toEqual(["a put one 1"]);
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.entries("decision")).toHaveLength(1);
  expect(life.clock.now() - begun).toBeGreaterThan(600_000);
});

/** Lines before the one with which the pause begins. */
async function counted(of: string): Promise<number> {
  const life = new Life(of, { hosts });
  await life.apply();
  return life.lines.findIndex(({ entry }) => entry.type === "decision");
}

test("a failed canary is a failure, and no question of going on", async () => {
  const life = new Life(asking, { hosts });
  life.world.broken.add("a one");
  expect(codeOf(await life.apply())).toBe(2);
  expect(life.entries("decision").map(({ question }) => question)).toEqual(["on_failure"]);
});
