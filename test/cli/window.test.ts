import { expect, jest, test } from "@jest/globals";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: By night
hosts: all
rollout:
  window: { timezone: UTC, start: "START", end: "END" }
phases:
  - name: Work
    tasks:
      - copy: { content: x, dest: "{{ root }}/x" }
        expect: 5m
`;

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
const HOUR = 3_600_000;

test("a run outside of its window is stopped, says what fits, and is gone on with in the span that its operator gives", async () => {
  await using fleet = await startFleet(["a", "b"]);
  const soon = Date.now() + 2 * HOUR;
  fleet.file(
    "night.yaml",
    PLAYBOOK.replace("START", clock(soon)).replace("END", clock(soon + HOUR)),
  );
  const plan = await fleet.runbook(["plan", "-i", "hosts.ini", "night.yaml"]);
  expect(plan.out).toContain("; opens in 1 h ");
  expect(plan.out).toContain("  fits: a, b, done ");
  const stopped = await fleet.runbook(["apply", "-i", "hosts.ini", "night.yaml", "--yes"]);
  expect([stopped.code, stopped.err]).toEqual([
    12,
    expect.stringContaining("the window is not open yet: from "),
  ]);
  expect(fleet.host("a").has("x")).toBe(false);
  expect((await fleet.runbook(["resume"])).code).toBe(12);
  const wrong = await fleet.runbook(["resume", "--window", "soon"]);
  expect([wrong.code, wrong.err]).toEqual([5, expect.stringContaining("is not a span of time")]);
  const late = clock(Date.now() + HOUR);
  const done = await fleet.runbook(["resume", "--window", `now/${late}`]);
  expect([done.code, done.out]).toEqual([0, expect.stringContaining("window: from ")]);
  expect([fleet.host("a").has("x"), fleet.host("b").has("x")]).toEqual([true, true]);
});

test("a run waits for its window when it is told to, and an interrupt ends the wait", async () => {
  await using fleet = await startFleet(["a"]);
  const soon = Date.now() + 2 * HOUR;
  fleet.file(
    "night.yaml",
    PLAYBOOK.replace("START", clock(soon)).replace("END", clock(soon + HOUR)),
  );
  const waiting = fleet.begin([
    "apply",
    "-i",
    "hosts.ini",
    "night.yaml",
    "--yes",
    "--wait-for-window",
  ]);
  await waiting.saysIt("Waiting for the window from ");
  waiting.signal("SIGTERM");
  expect((await waiting.ended).code).toBe(12);
  const lifted = await fleet.runbook(["resume", "--window", "none"]);
  expect([lifted.code, lifted.err]).toEqual([0, ""]);
});

test("a window that has closed for good refuses a run before it connects", async () => {
  await using fleet = await startFleet(["a"]);
  const once = PLAYBOOK.replace("START", "2026-01-01 22:00").replace("END", "2026-01-02 04:00");
  fleet.file("night.yaml", once);
  const { code, err } = await fleet.runbook(["apply", "-i", "hosts.ini", "night.yaml", "--yes"]);
  expect([code, err]).toEqual([14, expect.stringContaining("--window gives another one")]);
  expect(fleet.journals()).toEqual([]);
});
