import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Shown
hosts: all
rollout: { on_failure: stop, batches: 2 }
phases:
  - name: Make ready
    tasks:
      - { name: A file, copy: { content: "1", dest: "{{ root }}/file" } }
  - name: Work
    tasks:
      - { name: Wait for it, shell: "until test -e {{ root }}/go; do sleep 0.05; done", inverse: none }
      - { name: Fails on b, shell: "test {{ inventory_hostname }} != b", inverse: none }
`;

let fleet: PrivateFleet;
let followed = "";
let first = "";
beforeAll(async () => {
  fleet = await startFleet(["a", "b"]);
  fleet.file("shown.yaml", PLAYBOOK);
  const run = fleet.begin(["apply", "-i", "hosts.ini", "shown.yaml", "--yes"]);
  await run.saysIt("A file");
  const follower = fleet.begin(["show", "--follow"]);
  await follower.saysIt("A file");
  for (const name of ["a", "b"]) fleet.host(name).write("go", "");
  const [ended, shown] = await Promise.all([run.ended, follower.ended]);
  if (ended.code !== 2 || shown.code !== 0) throw new Error(ended.err + shown.err);
  followed = shown.out;
  [first = ""] = (await fleet.runbook(["runs"])).out.split(" ");
});
afterAll(async () => fleet[Symbol.asyncDispose]());

const shown = async (...options: readonly string[]): Promise<readonly string[]> => {
  const { code, out, err } = await fleet.runbook(["show", first, ...options]);
  expect([code, err]).toEqual([0, ""]);
  return out.split("\nRECAP")[0]?.match(/^\w+ +(?:changed|FAILED) .*$/gm) ?? [];
};

describe("show", () => {
  test("--follow tells a run to its end, and the same as afterwards", async () => {
    const { out } = await fleet.runbook(["show", first]);
    expect(out.startsWith(followed.split("\n\nRECAP")[0] ?? followed)).toBe(true);
    expect(followed).toMatch(/b +FAILED +Fails on b/);
    expect(followed).toContain("RECAP");
  });

  test("filters by host, phase and status, alone and together", async () => {
    expect((await shown("--host", "a")).every((line) => line.startsWith("a "))).toBe(true);
    expect(await shown("--phase", "ready")).toHaveLength(2);
    expect(await shown("--status", "failed")).toEqual([expect.stringContaining("Fails on b")]);
    expect(
      await shown("--status", "changed,failed", "--phase", "Work", "--host", "b"),
    ).toHaveLength(2);
  });

  test("says what there is where a filter names what there is not", async () => {
    for (const [option, word, told] of [
      ["--host", "c", "It has: a, b"],
      ["--status", "chnged", 'Did you mean "changed"?'],
      ["--phase", "Wrk", 'Did you mean "Work"?'],
    ] as const) {
      const { code, out, err } = await fleet.runbook(["show", first, option, word]);
      expect([code, out]).toEqual([5, ""]);
      expect(err).toContain(`There is no ${option.slice(2)} "${word}" in this run.`);
      expect(err).toContain(told);
    }
  });

  test("--follow ends when the run's controller is gone", async () => {
    rmSync(fleet.host("a").path("go"));
    await fleet.runbook(["abandon", first, "--yes"]);
    const killed = fleet.begin(["apply", "-i", "hosts.ini", "shown.yaml", "--yes", "--limit", "a"]);
    await killed.saysIt("A file");
    killed.signal("SIGKILL");
    await killed.ended;
    const { code, out } = await fleet.runbook(["show", "--follow"]);
    expect([code, out]).toEqual([0, expect.stringContaining("under way, or killed")]);
    fleet.host("a").write("go", "");
  });
});

describe("as JSON", () => {
  test("runs has every run with its standing", async () => {
    const { code, out } = await fleet.runbook(["runs", "--json"]);
    const [one] = JSON.parse(out) as readonly object[];
    expect(code).toBe(0);
    expect(one).toMatchObject({ run: first, playbook: "Shown", hosts: 2 });
    expect(one).toHaveProperty("startedAt", expect.stringMatching(/^\d{4}-.*Z$/));
  });

  test("status has every host with its standing", async () => {
    const { code, out } = await fleet.runbook([
      "status",
      "shown.yaml",
      "-i",
      "hosts.ini",
      "--json",
    ]);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      ["a", "b"].map((host) => ({ host, standing: "to-do", problems: [], toDo: [] })),
    ]);
  });
});
