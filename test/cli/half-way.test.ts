import { expect, jest, test } from "@jest/globals";
import { startFleet } from "../helpers/private-fleet.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Half
hosts: all
rollout: { mode: window, on_failure: ask, max_failures: 2 }
phases:
  - name: Work
    tasks:
      - copy: { content: one, dest: "{{ root }}/one" }
      - name: A gate
        command: test -e {{ root }}/ready
        read_only: true
      - copy: { content: two, dest: "{{ root }}/two" }
`;

/** Hosts whose first file is there, and who stand at a gate. */
async function halfWay(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a", "b"]);
  fleet.file("half.yaml", PLAYBOOK);
  const { code } = await fleet.runbook(["apply", "-i", "hosts.ini", "half.yaml", "--yes"]);
  expect(code).toBe(2);
  return fleet;
}

const seen = (fleet: PrivateFleet): readonly (readonly boolean[])[] =>
  ["a", "b"].map((name) => ["one", "two"].map((file) => fleet.host(name).has(file)));
const isLocked = (fleet: PrivateFleet, name: string): boolean =>
  fleet.host(name).has("home/.runbook/lock/fencing");

test("a host that is taken back leaves the other one to be gone on with, under its lock", async () => {
  await using fleet = await halfWay();
  const back = await fleet.runbook(["rollback", "-l", "b", "--yes"]);
  expect([back.code, back.err]).toEqual([0, expect.stringContaining("b went back; a half way")]);
  expect(seen(fleet)).toEqual([
    [true, false],
    [false, false],
  ]);
  expect(isLocked(fleet, "a")).toBe(true);
  for (const name of ["a", "b"]) fleet.host(name).write("ready", "");
  await fleet.runbook(["resume"]);
  expect(seen(fleet)).toEqual([
    [true, true],
    [false, false],
  ]);
  expect([isLocked(fleet, "a"), isLocked(fleet, "b")]).toEqual([false, false]);
});

test("a host that does not answer keeps nobody from arriving, and is named", async () => {
  await using fleet = await halfWay();
  for (const name of ["a", "b"]) fleet.host(name).write("ready", "");
  await fleet.host("b").server[Symbol.asyncDispose]();
  const resumed = await fleet.runbook(["resume", "-T", "2", "--reconnect-timeout", "1"]);
  expect([resumed.code, resumed.err]).toEqual([11, expect.stringContaining("b")]);
  expect(seen(fleet)).toEqual([
    [true, true],
    [true, false],
  ]);
  expect(isLocked(fleet, "a")).toBe(true);
});

test("a resume of one host brings that one to its end, and the next one the other", async () => {
  await using fleet = await halfWay();
  for (const name of ["a", "b"]) fleet.host(name).write("ready", "");
  const unknown = await fleet.runbook(["resume", "-l", "zz"]);
  expect([unknown.code, unknown.err]).toEqual([
    15,
    expect.stringContaining("no host zz; it has a, b"),
  ]);
  const one = await fleet.runbook(["resume", "-l", "b"]);
  expect([one.code, one.out + one.err]).toEqual([
    12,
    expect.stringContaining("left out by --limit: a"),
  ]);
  expect(seen(fleet)).toEqual([
    [true, false],
    [true, true],
  ]);
  expect(["a", "b"].map((name) => isLocked(fleet, name))).toEqual([true, true]);
  expect((await fleet.runbook(["resume"])).code).toBe(0);
  expect(seen(fleet)[0]).toEqual([true, true]);
});
