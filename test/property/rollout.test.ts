import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { fold, laneOf } from "../../src/engine/fold.ts";
import { isTouched } from "../../src/engine/standing.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { hostId } from "../../src/model/ids.ts";
import {
  applyToy,
  controller,
  quickClock,
  rollbackToy,
  toyPlaybook,
  toySpec,
} from "../helpers/toy-run.ts";
import { World } from "../helpers/toy-steps.ts";

/** How many random cases; the full run has 10,000 of each. */
const CASES = Number(process.env["RUNBOOK_CASES"] ?? 100);

const HOSTS = ["a", "b", "c", "d", "e", "f"];

const rollouts = fc.record({
  mode: fc.constantFrom("serial", "window"),
  batches: fc.constantFrom("1", "2", "[1, 2]", '"50%"', "[1, 10%, 25%]"),
  max_failures: fc.constantFrom("0", "1", '"34%"'),
  on_failure: fc.constantFrom("stop", "rollback_host", "rollback_run"),
  broken: fc.subarray(HOSTS),
  forks: fc.integer({ min: 1, max: 4 }),
});

const text = (rollout: {
  mode: string;
  batches: string;
  max_failures: string;
  on_failure: string;
}): string => `
runbook: 1
name: toy
hosts: all
rollout:
  mode: ${rollout.mode}
  batches: ${rollout.batches}
  max_failures: ${rollout.max_failures}
  on_failure: ${rollout.on_failure}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
  - name: two
    tasks:
      - put: { key: two, value: "2" }
      - put: { key: three, value: "3" }
`;

interface Lived {
  readonly world: World;
  readonly lines: readonly JournalLine[];
  readonly allowed: number;
}

async function live(
  rollout: typeof rollouts extends fc.Arbitrary<infer R> ? R : never,
): Promise<Lived> {
  const world = new World();
  for (const host of rollout.broken) world.broken.add(`${host} two`);
  const playbook = toyPlaybook(text(rollout));
  const spec = toySpec(playbook, "", { hosts: HOSTS, forks: rollout.forks });
  for (const host of spec.fleet) world.of(host);
  const lines: JournalLine[] = [];
  const done = await applyToy(controller(world, spec, playbook, lines, quickClock()));
  expect(done.kind).toBe("ended");
  return { world, lines, allowed: spec.maxFailures };
}

test("no lane begins after more hosts have failed than max_failures allows", () =>
  fc.assert(
    fc.asyncProperty(rollouts, async (rollout) => {
      const { lines, allowed } = await live(rollout);
      let failed = 0;
      for (const { entry } of lines) {
        if (entry.type === "settled" && entry.outcome === "failed") failed++;
        if (entry.type === "lane-begun") expect(failed).toBeLessThanOrEqual(allowed);
      }
    }),
    { numRuns: CASES, seed: 6 },
  ));

test("every selected host is touched or untouched, and whoever was begun and did not fail has come to its end", () =>
  fc.assert(
    fc.asyncProperty(rollouts, async (rollout) => {
      const { lines, world } = await live(rollout);
      const state = fold(lines);
      if (!state) throw new Error("no state");
      for (const name of HOSTS) {
        const host = hostId(name);
        const lane = laneOf(state, host);
        const keys = [...world.of(host).keys()].toSorted((a, b) => (a < b ? -1 : 1));
        if (!isTouched(lane)) expect(keys).toEqual([]);
        else if (lane.back?.standing === "back") expect(keys).toEqual([]);
        else if (rollout.broken.includes(name)) expect(keys).toEqual(["one"]);
        else expect(keys).toEqual(["one", "three", "two"]);
      }
    }),
    { numRuns: CASES, seed: 6 },
  ));

test("in window mode no host enters a phase before every host that goes on has left the one before", () =>
  fc.assert(
    fc.asyncProperty(rollouts, async (rollout) => {
      const { lines } = await live({ ...rollout, mode: "window" });
      const firstOfTwo = lines.findIndex(
        ({ entry }) => entry.type === "intended" && entry.of.task === "2.1",
      );
      const lastOfOne = lines.findLastIndex(
        ({ entry }) => entry.type === "settled" && entry.of.task === "1.1",
      );
      if (firstOfTwo >= 0) expect(lastOfOne).toBeLessThan(firstOfTwo);
    }),
    { numRuns: CASES, seed: 6 },
  ));

test("rollback undoes exactly what was done, in reverse order on every host, and doing it twice is doing it once", () =>
  fc.assert(
    fc.asyncProperty(rollouts, async (rollout) => {
      const world = new World();
      for (const host of rollout.broken) world.broken.add(`${host} two`);
      const playbook = toyPlaybook(text({ ...rollout, on_failure: "stop" }));
      const spec = toySpec(playbook, "", { hosts: HOSTS, forks: rollout.forks });
      const lines: JournalLine[] = [];
      const clock = quickClock();
      await applyToy(controller(world, spec, playbook, lines, clock));
      const forward = world.effects.length;
      await rollbackToy(controller(world, spec, playbook, lines, clock));
      const back = world.effects.slice(forward);
      for (const host of HOSTS) {
        const did = world.effects
          .slice(0, forward)
          .filter((effect) => effect.startsWith(`${host} `));
        const undid = back.filter((effect) => effect.startsWith(`${host} `));
        expect(undid.map((effect) => effect.split(" ")[2])).toEqual(
          did.map((effect) => effect.split(" ")[2]).toReversed(),
        );
        expect([...world.of(hostId(host)).keys()]).toEqual([]);
      }
      await rollbackToy(controller(world, spec, playbook, lines, clock));
      expect(world.effects.slice(forward + back.length)).toEqual([]);
    }),
    { numRuns: CASES, seed: 6 },
  ));

test("the fold of any prefix of a journal is a state, and the fold of all is the state that the run ended with", () =>
  fc.assert(
    fc.asyncProperty(rollouts, async (rollout) => {
      const { lines } = await live(rollout);
      for (let length = 1; length <= lines.length; length++)
        expect(fold(lines.slice(0, length))).toBeDefined();
    }),
    { numRuns: CASES, seed: 6 },
  ));
