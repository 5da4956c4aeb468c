import { expect, test } from "@jest/globals";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { toySteps } from "../helpers/toy-steps.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";

const hosts = ["a", "b", "c", "d", "e", "f"];

const text = (rollout: string, keywords = "throttle: 2"): string => `${head(rollout)}
phases:
  - name: one
    tasks:
      - { id: free, put: { key: free, value: "1" } }
      - { id: narrow, install: { key: narrow, value: "1" }, ${keywords} }
      - { id: after, put: { key: after, value: "1" } }
`;

/** The most hosts that were in a task at the same time, as the journal tells it. */
function most(lines: readonly JournalLine[], task: string, way: "forward" | "back"): number {
  let [inside, greatest] = [0, 0];
  const [begins, ends] =
    way === "forward" ? ["intended", "settled"] : ["undo-intended", "undo-settled"];
  for (const { entry } of lines) {
    if (!("of" in entry) || entry.of.task !== task) continue;
    if (entry.type === begins) inside++;
    if (entry.type === ends) inside--;
    greatest = Math.max(greatest, inside);
  }
  return greatest;
}

test.each([
  "mode: window, on_failure: rollback_run, forks: 6",
  "mode: serial, batches: 6, forks: 6",
  "mode: serial, batches: [1, 4]",
])(
  "no more hosts than throttle says are in a task (%s), and the tasks around it are as wide as ever",
  async (rollout) => {
    const life = new Life(text(rollout), { hosts });
    expect(codeOf(await life.apply())).toBe(0);
    expect(most(life.lines, "narrow", "forward")).toBe(2);
    expect(most(life.lines, "free", "forward")).toBeGreaterThan(2);
    for (const host of hosts)
      expect(life.keys(host)).toEqual({ free: "1", narrow: "1", after: "1" });
  },
);

test("the way back is as narrow as the way there", async () => {
  const life = new Life(text("mode: window, on_failure: ask, forks: 6"), { hosts });
  await life.apply();
  expect(codeOf(await life.rollback())).toBe(10);
  expect(most(life.lines, "narrow", "back")).toBe(2);
  expect(most(life.lines, "after", "back")).toBeGreaterThan(2);
  for (const host of hosts) expect(life.keys(host)).toEqual({});
});

test("a host that tries again stays in the task, and nobody takes its place meanwhile", async () => {
  const tried = text(
    "mode: window, on_failure: ask, forks: 6",
    "throttle: 1, retries: 2, delay: 5, until: true",
  );
  const life = new Life(tried, { hosts });
  life.world.broken.add("a narrow");
  await life.apply();
  const order = life
    .entries("intended")
    .filter(({ of }) => of.task === "narrow")
    .map(({ of }) => of.host);
  expect(order.slice(0, 4)).toEqual(["a", "a", "a", "b"]);
});

test("a fleet phase changes no more hosts at a time", async () => {
  const fleet = `${head("mode: serial, forks: 6")}
phases:
  - name: all
    scope: fleet
    tasks:
      - { id: narrow, install: { key: narrow, value: "1" }, throttle: 2 }
      - { id: free, install: { key: free, value: "1" } }
`;
  const life = new Life(fleet, { hosts });
  expect(codeOf(await life.apply())).toBe(0);
  expect(
    most(
      life.lines.filter(({ entry }) => "of" in entry && entry.of.host !== "fleet"),
      "narrow",
      "forward",
    ),
  ).toBe(2);
});

test("what cannot be a number of hosts is said where it stands", () => {
  const problemsOf = (keywords: string): readonly string[] =>
    loadPlaybook(text("mode: serial", keywords), "toy.yaml", toySteps).problems.map(
      ({ at, summary }) => `${at?.line}:${at?.column} ${summary}`,
    );
  expect(problemsOf("throttle: 0")).toEqual(['11:71 "throttle" must be at least 1, not 0']);
  expect(problemsOf("throttle: two")).toEqual([
    '11:71 "throttle" must be a whole number, not "two"',
  ]);
  expect(problemsOf("probe: { holds: { key: narrow }, throttle: 1 }")).toEqual([
    '11:94 "throttle" has no meaning at a probe',
  ]);
});

const batches = `${head("mode: serial, batches: [2, 4], max_failures: 50%, max_failures_per_batch: 25%, forks: 1, on_failure: stop")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
`;

test("a batch in which more hosts fail than it may ends the run, though the whole selection may lose more", async () => {
  const life = new Life(batches, { hosts });
  life.world.broken.add("a one");
  expect(codeOf(await life.apply())).toBe(2);
  expect(life.entries("lane-begun").map(({ host }) => host)).toEqual(["a"]);
});

test("each batch has a count of its own", async () => {
  const life = new Life(batches, { hosts });
  life.world.broken.add("c one");
  expect(codeOf(await life.apply())).toBe(2);
  expect(life.entries("lane-begun").map(({ host }) => host)).toEqual(hosts);
  const second = new Life(batches, { hosts });
  for (const host of ["c", "d"]) second.world.broken.add(`${host} one`);
  await second.apply();
  expect(second.entries("lane-begun").map(({ host }) => host)).toEqual(["a", "b", "c", "d"]);
});
