import { expect, test } from "@jest/globals";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { hostId } from "../../src/model/ids.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";
import { dice, outcomeOf, told } from "../helpers/toy-deaths.ts";
import type { World } from "../helpers/toy-steps.ts";
import { toySteps } from "../helpers/toy-steps.ts";

const hosts = ["a", "b", "c", "d"];

/** A host is out of the pool while its lane is under way. */
const text = (rollout: string, wait = ""): string => `${head(rollout)}
healthy:
  - holds: { key: pool, value: in }
    ${wait}
before_host:
  - put: { key: pool, value: out }
phases:
  - name: one
    tasks:
      - install: { key: one, value: "1" }
after_host:
  - put: { key: pool, value: in }
`;

const inService = (world: World): void => {
  for (const host of hosts) world.of(hostId(host)).set("pool", "in");
};

/** The most hosts that were out of the pool at the same time. */
function mostAway({ world }: Life): number {
  let greatest = 0;
  const away = new Set<string>();
  for (const { on, verb, key, value } of world.log) {
    if (verb !== "put" || key !== "pool") continue;
    if (value === "out") away.add(on);
    else away.delete(on);
    greatest = Math.max(greatest, away.size);
  }
  return greatest;
}

test.each([
  ["3", 1],
  ["2", 2],
  ["1", 3],
  ["51%", 1],
  ["50%", 2],
])(
  "with min_healthy %s of four hosts, %d are away at a time, whatever the batch allows",
  async (minimum, away) => {
    const life = new Life(text(`mode: serial, batches: 4, forks: 4, min_healthy: ${minimum}`), {
      hosts,
    });
    inService(life.world);
    expect(codeOf(await life.apply())).toBe(0);
    expect(mostAway(life)).toBe(away);
    for (const host of hosts) expect(life.keys(host)).toEqual({ pool: "in", one: "1" });
  },
);

test("a host that is not healthy takes nobody away, and is the only one that may begin", async () => {
  const life = new Life(text("mode: serial, min_healthy: 3"), { hosts });
  inService(life.world);
  life.world.of(hostId("c")).delete("pool");
  expect(codeOf(await life.apply())).toBe(12);
  expect(life.entries("lane-begun")).toEqual([]);
  expect(life.state.stopped?.text).toBe(
    "3 of 4 hosts are healthy, and 3 must stay so while another one is under way",
  );
  // Nobody is begun before it in its own batch.
  const first = new Life(text("mode: serial, batches: 4, forks: 1, min_healthy: 3"), { hosts });
  inService(first.world);
  first.world.of(hostId("c")).delete("pool");
  expect(codeOf(await first.apply())).toBe(0);
  expect(first.entries("lane-begun").map(({ host }) => host)[0]).toBe("c");
});

test("a host outside of the selection counts too, and one that does not answer is not healthy", async () => {
  const life = new Life(text("mode: serial, min_healthy: 3"), { hosts, selected: ["a", "b"] });
  inService(life.world);
  life.world.fault = ({ host, text: command }) => {
    if (host === "a" && command.includes("put pool in")) life.world.unreachable.add(hostId("d"));
    return undefined;
  };
  expect(codeOf(await life.apply())).toBe(12);
  expect(life.entries("lane-begun").map(({ host }) => host)).toEqual(["a"]);
  life.world.unreachable.clear();
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.keys("b")).toEqual({ pool: "in", one: "1" });
});

test("it is waited for as long as the steps say, and gone on with as soon as it is enough", async () => {
  const life = new Life(text("mode: serial, min_healthy: 3", "wait: 10m"), { hosts });
  inService(life.world);
  life.world.of(hostId("d")).set("pool", "late");
  const back = life.clock.now() + 300_000;
  const sleep = life.clock.sleep.bind(life.clock);
  Object.assign(life.clock, {
    sleep: async (ms: number) => {
      await sleep(ms);
      if (life.clock.now() >= back) life.world.of(hostId("d")).set("pool", "in");
    },
  });
  expect(codeOf(await life.apply())).toBe(0);
  // One look before each lane and one that changed: what stays as it was is not written down again.
  expect(life.entries("health-seen")).toHaveLength(5);
  const never = new Life(text("mode: serial, min_healthy: 3", "wait: 10m"), { hosts });
  inService(never.world);
  never.world.of(hostId("d")).set("pool", "late");
  const began = never.clock.now();
  expect(codeOf(await never.apply())).toBe(12);
  expect(never.clock.now() - began).toBeGreaterThan(600_000);
});

test("a lane under way goes on, though it is not enough for another one to begin", async () => {
  const life = new Life(text("mode: serial, batches: 4, forks: 1, min_healthy: 3"), { hosts });
  inService(life.world);
  await life.apply({ deathAfter: { lines: 12, when: "after" } });
  const [begun] = life.entries("lane-begun").map(({ host }) => host);
  life.world.of(hostId("d")).set("pool", "broken");
  life.world.of(hostId("c")).set("pool", "broken");
  expect(codeOf(await life.resume())).toBe(12);
  expect(life.keys(begun ?? "")).toEqual({ pool: "in", one: "1" });
});

test("a controller that is killed anywhere leaves as many hosts in service, and comes to the same end", async () => {
  const story = {
    text: text("mode: serial, batches: 4, forks: 3, min_healthy: 2"),
    options: { hosts },
    chapters: [{ does: "apply" as const, first: inService }],
  };
  const undisturbed = await told(story);
  const roll = dice(7);
  for (let line = 1; line <= undisturbed.life.lines.length; line++) {
    const when = roll(2) === 0 ? ("before" as const) : ("after" as const);
    const other = await told(story, [{ death: { line, when } }]);
    expect([line, outcomeOf(other)]).toEqual([line, outcomeOf(undisturbed)]);
    expect([line, mostAway(other.life)]).toEqual([line, 2]);
  }
});

test("what is missing, or means nothing, is said where it stands", () => {
  const said = (playbook: string): readonly string[] =>
    loadPlaybook(playbook, "toy.yaml", toySteps).problems.map(
      ({ at, severity, summary }) => `${at?.line}:${at?.column} ${severity}: ${summary}`,
    );
  const phases = 'phases: [{ name: one, tasks: [{ put: { key: a, value: "1" } }] }]\n';
  expect(said(`${head("min_healthy: 2")}${phases}`)).toEqual([
    '5:12 error: "min_healthy" counts healthy hosts, and nothing says which ones are',
  ]);
  expect(said(`${head("mode: serial")}healthy: [{ holds: { key: a } }]\n${phases}`)).toEqual([
    '6:1 warning: "healthy" has no meaning without `rollout: { min_healthy: … }`',
  ]);
  expect(
    said(`${head("min_healthy: 100%")}healthy: [{ put: { key: a, value: b } }]\n${phases}`),
  ).toEqual([
    '5:25 error: "min_healthy" must be a number of hosts, or a percentage such as 25% from 1% to 99%, not "100%"',
    '6:13 error: "put" changes something, and healthy: only looks',
  ]);
});
