import { describe, expect, jest, test } from "@jest/globals";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const SLOW = `
runbook: 1
name: Slow
hosts: all
rollout: { mode: window }
phases:
  - name: Work
    tasks:
      - shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done"
        inverse: none
`;
const KEEPING = `
runbook: 1
name: Keeping
hosts: all
phases:
  - name: Work
    tasks:
      - file: { path: "{{ root }}/large", state: absent }
`;

async function fleetOf(...names: readonly string[]): Promise<PrivateFleet> {
  const fleet = await startFleet(names);
  fleet.file("slow.yaml", SLOW);
  fleet.file("keeping.yaml", KEEPING);
  return fleet;
}

const applied = (name: string): readonly string[] => ["apply", "-i", "hosts.ini", name, "--yes"];
const runOf = (journal: string | undefined): string => basename(journal ?? "", ".journal.jsonl");
const LOCK = "home/.runbook/lock/fencing";

/** A run whose controller was killed while a job ran on every host. */
async function killed(fleet: PrivateFleet, ...hosts: readonly string[]): Promise<string> {
  const first = fleet.begin(applied("slow.yaml"));
  for (const host of hosts)
    await eventually(`${host} is at work`, () => fleet.host(host).has("effects"));
  first.signal("SIGKILL");
  await first.ended;
  return runOf(fleet.journals()[0]);
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe("unlock", () => {
  test("says who holds the hosts and what is alive there, and takes nothing from under a job", async () => {
    await using fleet = await fleetOf("a");
    const run = await killed(fleet, "a");
    const refused = await fleet.runbook(["unlock", run, "--yes"]);
    expect(refused.code).toBe(13);
    expect(refused.out).toMatch(/^a {2}locked, number 1: who \S+, playbook .*slow\.yaml, since /m);
    expect(refused.out).toMatch(/^a {2}a job is alive: 1\.1@a\.1 /m);
    expect(refused.err).toContain("--despite-jobs");
    expect(fleet.host("a").has(LOCK)).toBe(true);
    fleet.host("a").write("go", "");
  });

  test("asks, frees the hosts, writes it down, and leaves a run that can be resumed", async () => {
    await using fleet = await fleetOf("a", "b");
    const run = await killed(fleet, "a", "b");
    fleet.host("a").write("go", "");
    fleet.host("b").write("go", "");
    await eventually("no job is alive", async () => {
      const { out } = await fleet.runbook(["unlock", run]);
      return !out.includes("is alive");
    });
    const unasked = await fleet.runbook(["unlock", run]);
    expect([unasked.code, unasked.err]).toEqual([14, expect.stringContaining("--yes")]);
    expect(fleet.host("a").has(LOCK)).toBe(true);
    const done = await fleet.runbook(["unlock", run, "--yes"]);
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toMatch(/^Free: (a, b|b, a)\.$/m);
    expect([fleet.host("a").has(LOCK), fleet.host("b").has(LOCK)]).toEqual([false, false]);
    expect((await fleet.runbook(["show", run, "--entries"])).out).toContain('"unlock"');
    const again = await fleet.runbook(["unlock", run, "--yes"]);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("holds no lock")]);
    expect((await fleet.runbook(["resume", run])).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("begun\n");
  });

  test("leaves a host pending that does not answer, and frees it when it does: 4, then 0", async () => {
    await using fleet = await fleetOf("a", "b");
    const run = await killed(fleet, "a", "b");
    for (const host of ["a", "b"]) fleet.host(host).write("go", "");
    await eventually("no job is alive", async () => {
      const { out } = await fleet.runbook(["unlock", run]);
      return !out.includes("is alive");
    });
    fleet.host("b").server.refuseGreetings(Number.POSITIVE_INFINITY);
    const some = await fleet.runbook(["unlock", run, "--yes"]);
    expect(some.code).toBe(4);
    expect(some.out).toContain("Free: a.");
    expect(some.err).toContain(`Pending: b did not answer`);
    expect([fleet.host("a").has(LOCK), fleet.host("b").has(LOCK)]).toEqual([false, true]);
    fleet.host("b").server.refuseGreetings(0);
    expect((await fleet.runbook(["unlock", run, "--yes"])).code).toBe(0);
    expect(fleet.host("b").has(LOCK)).toBe(false);
  });

  test("does not know a run that has no journal, and leaves the lock of another run alone", async () => {
    await using fleet = await fleetOf("a");
    const unknown = await fleet.runbook(["unlock", "20260101-000000-nobody", "--yes"]);
    expect([unknown.code, unknown.err]).toEqual([5, expect.stringContaining("there is no run")]);
    const run = await killed(fleet, "a");
    fleet.host("a").write("go", "");
    const lock = fleet.host("a").read(LOCK);
    fleet.host("a").write(LOCK, lock.replace(run, "20260101-000000-other2"));
    await eventually("it says whose the lock is", async () => {
      const { code, out } = await fleet.runbook(["unlock", run, "--yes"]);
      return code === 0 && out.includes("locked by another run, 20260101-000000-other2");
    });
    expect(fleet.host("a").has(LOCK)).toBe(true);
  });
});

describe("abandon", () => {
  test("frees what answers, says what is pending, and is done once: 4, then 14", async () => {
    await using fleet = await fleetOf("a", "b");
    const run = await killed(fleet, "a", "b");
    fleet.host("b").server.refuseGreetings(Number.POSITIVE_INFINITY);
    expect((await fleet.runbook(["abandon", run, "--yes"])).code).toBe(13);
    const given = await fleet.runbook(["abandon", run, "--yes", "--despite-jobs"]);
    expect([given.code, given.err]).toEqual([4, expect.stringContaining("Pending: b")]);
    expect([fleet.host("a").has(LOCK), fleet.host("b").has(LOCK)]).toEqual([false, true]);
    const twice = await fleet.runbook(["abandon", run, "--yes"]);
    expect([twice.code, twice.err]).toEqual([14, expect.stringContaining("abandoned")]);
    for (const host of ["a", "b"]) fleet.host(host).write("go", "");
  });
});

describe("clean", () => {
  test("keeps what is not finished or can be taken back, and says why", async () => {
    await using fleet = await fleetOf("a");
    fleet.host("a").write("large", "x".repeat(100_000));
    expect((await fleet.runbook(applied("keeping.yaml"))).code).toBe(0);
    const kept = fleet.host("a").path("home/.runbook/records");
    expect(filesIn(kept)).toHaveLength(1);
    const young = await fleet.runbook(["clean", "--yes"]);
    expect([young.code, young.out]).toEqual([0, expect.stringContaining("stays: it is too young")]);
    const wanted = await fleet.runbook(["clean", "--older-than", "0", "--yes"]);
    expect([wanted.code, wanted.out]).toEqual([0, expect.stringContaining("--way-back")]);
    const dry = await fleet.runbook(["clean", "--keep", "0", "--way-back", "--dry-run"]);
    expect([dry.code, dry.err]).toEqual([0, ""]);
    expect(dry.out).toContain("a  would remove: 1 things that were kept for the way back");
    expect([fleet.journals().length, filesIn(kept).length]).toEqual([1, 1]);
    const unasked = await fleet.runbook(["clean", "--keep", "0", "--way-back"]);
    expect(unasked.code).toBe(14);
    const done = await fleet.runbook(["clean", "--keep", "0", "--way-back", "--yes"]);
    expect([done.code, done.err]).toEqual([0, ""]);
    expect([fleet.journals(), filesIn(kept)]).toEqual([[], []]);
  });

  test("takes what is kept when the host went back, and what a killed controller left of its jobs", async () => {
    await using fleet = await fleetOf("a");
    const run = await killed(fleet, "a");
    const unfinished = await fleet.runbook(["clean", run, "--yes"]);
    expect([unfinished.code, unfinished.out]).toEqual([
      14,
      expect.stringContaining(`runbook abandon ${run}`),
    ]);
    expect((await fleet.runbook(["abandon", run, "--yes", "--despite-jobs"])).code).toBe(0);
    const jobs = fleet.host("a").path("home/.runbook/jobs");
    expect(filesIn(jobs)).not.toEqual([]);
    const alive = await fleet.runbook(["clean", run, "--way-back", "--yes"]);
    expect([alive.code, alive.out]).toEqual([
      4,
      expect.stringContaining("a  left: a job is alive"),
    ]);
    expect(fleet.journals()).toHaveLength(1);
    fleet.host("a").write("go", "");
    await eventually("the job is over", async () => {
      return (await fleet.runbook(["clean", run, "--way-back", "--yes"])).code === 0;
    });
    expect([fleet.journals(), filesIn(jobs)]).toEqual([[], []]);
  });

  test("keeps the journal while a host is away, and keeps what another run still needs", async () => {
    await using fleet = await fleetOf("a");
    fleet.host("a").write("large", "x".repeat(100_000));
    await fleet.runbook(applied("keeping.yaml"));
    const [first] = fleet.journals();
    fleet.host("a").write("large", "x".repeat(100_000));
    await fleet.runbook(applied("keeping.yaml"));
    const second = fleet.journals()[1];
    fleet.host("a").server.refuseGreetings(Number.POSITIVE_INFINITY);
    const away = await fleet.runbook(["clean", runOf(second), "--way-back", "--yes"]);
    expect([away.code, away.err]).toEqual([4, expect.stringContaining("--journals-only")]);
    fleet.host("a").server.refuseGreetings(0);
    expect((await fleet.runbook(["clean", runOf(second), "--way-back", "--yes"])).code).toBe(0);
    expect(filesIn(fleet.host("a").path("home/.runbook/records"))).toHaveLength(1);
    expect((await fleet.runbook(["rollback", runOf(first), "--yes"])).code).toBe(0);
    expect(fleet.host("a").read("large")).toHaveLength(100_000);
    renameSync(fleet.host("a").path("large"), fleet.host("a").path("gone"));
    expect((await fleet.runbook(["clean", "--keep", "0", "--yes"])).code).toBe(0);
    expect(fleet.journals()).toEqual([]);
  });
});
