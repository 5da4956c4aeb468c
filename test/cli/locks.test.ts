import { describe, expect, jest, test } from "@jest/globals";
import { basename } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const SLOW = `
runbook: 1
name: Slow
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done"
        inverse: none
`;
const QUICK = `
runbook: 1
name: Quick
hosts: all
phases:
  - name: Work
    tasks:
      - copy: { content: x, dest: "{{ root }}/x" }
`;
const slow = ["apply", "-i", "hosts.ini", "slow.yaml", "--yes"];
const quick = ["apply", "-i", "hosts.ini", "quick.yaml", "--yes"];

async function oneHost(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a"]);
  fleet.file("slow.yaml", SLOW);
  fleet.file("quick.yaml", QUICK);
  return fleet;
}

const began = (fleet: PrivateFleet): Promise<void> =>
  eventually("the first run is at work", () => fleet.host("a").has("effects"));

const runOf = (journal: string | undefined): string => basename(journal ?? "", ".journal.jsonl");

describe("a host on which a run is at work", () => {
  test("is refused to another run, with the name of the holder, and free afterwards", async () => {
    await using fleet = await oneHost();
    const first = fleet.begin(slow);
    await began(fleet);
    const run = runOf(fleet.journals()[0]);
    const second = await fleet.runbook(quick);
    expect(second.code).toBe(13);
    expect(second.err).toContain(`a is locked by run ${run}`);
    expect(second.err).toContain(`runbook resume ${run}`);
    expect(second.err).toContain("who ");
    expect(fleet.host("a").has("x")).toBe(false);
    // A plan takes no lock and needs none.
    expect((await fleet.runbook(["plan", "-i", "hosts.ini", "quick.yaml"])).code).toBe(0);
    fleet.host("a").write("go", "");
    expect((await first.ended).code).toBe(0);
    expect((await fleet.runbook(quick)).code).toBe(0);
  });

  test("stays locked when its controller is killed, until the run is abandoned", async () => {
    await using fleet = await oneHost();
    const first = fleet.begin(slow);
    await began(fleet);
    first.signal("SIGKILL");
    await first.ended;
    const run = runOf(fleet.journals()[0]);
    expect((await fleet.runbook(quick)).code).toBe(13);
    const unasked = await fleet.runbook(["abandon", run, "--despite-jobs"]);
    expect(unasked.code).toBe(14);
    expect(unasked.err).toContain("--yes");
    fleet.host("a").write("go", "");
    const abandoned = await fleet.runbook(["abandon", run, "--yes", "--despite-jobs"]);
    expect([abandoned.code, abandoned.err]).toEqual([0, ""]);
    expect((await fleet.runbook(quick)).code).toBe(0);
    const resumed = await fleet.runbook(["resume", run]);
    expect(resumed.code).toBe(14);
    expect(resumed.err).toContain("abandoned");
    expect((await fleet.runbook(["runs"])).out).toContain("Slow: abandoned");
  });
});

describe("two controllers that go on with the same run at once", () => {
  test("one of them works, the other is told who does", async () => {
    await using fleet = await oneHost();
    const first = fleet.begin(slow);
    await began(fleet);
    first.signal("SIGKILL");
    await first.ended;
    const both = [fleet.begin(["resume"]), fleet.begin(["resume"])];
    const loser = await Promise.race(both.map(({ ended }) => ended));
    expect(loser.code).toBe(13);
    expect(loser.err).toContain("is being worked on by another process: pid ");
    fleet.host("a").write("go", "");
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([0, 13]));
    expect(fleet.host("a").read("effects")).toBe("begun\n");
  });

  test("apply and resume of one run: the one that is at work keeps it", async () => {
    await using fleet = await oneHost();
    const first = fleet.begin(slow);
    await began(fleet);
    const resumed = await fleet.runbook(["resume"]);
    expect(resumed.code).toBe(13);
    const rolledBack = await fleet.runbook(["rollback", "--yes", runOf(fleet.journals()[0])]);
    expect(rolledBack.code).toBe(13);
    fleet.host("a").write("go", "");
    expect((await first.ended).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("begun\n");
  });
});
