/** What an operator says about a run that came to rest: the answer it waits for, and what happened to a host-task in doubt. */
import { describe, expect, jest, test } from "@jest/globals";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const FAILS = `
runbook: 1
name: Fails
hosts: all
rollout: { batches: 1, on_failure: ask }
phases:
  - name: Work
    tasks:
      - name: A file
        copy: { content: "new\\n", dest: "{{ root }}/file" }
      - name: Break
        shell: "exit 7"
        when: inventory_hostname == "b"
        inverse: none
`;
const PAUSES = `
runbook: 1
name: Pauses
hosts: all
rollout: { mode: serial, pause_after: 1 }
phases:
  - name: Work
    tasks:
      - copy: { content: "new\\n", dest: "{{ root }}/file" }
`;

async function applied(playbook: string): Promise<PrivateFleet & { readonly code: number | null }> {
  const fleet = await startFleet(["a", "b"]);
  fleet.file("site.yaml", playbook);
  const { code } = await fleet.runbook(["apply", "-i", "hosts.ini", "site.yaml", "--yes"]);
  return { ...fleet, code };
}

describe("resume --answer", () => {
  test("takes the run back as answered, and takes no word for an answer that is none", async () => {
    await using fleet = await applied(FAILS);
    expect(fleet.code).toBe(2);
    for (const word of ["rolback_run", "go_on"]) {
      const { code, err } = await fleet.runbook(["resume", "--answer", word]);
      expect([code, err]).toEqual([
        5,
        expect.stringContaining("one of: stop, rollback_host, rollback_run."),
      ]);
    }
    expect([fleet.host("a").has("file"), fleet.host("b").has("file")]).toEqual([true, true]);
    const { code, out } = await fleet.runbook(["resume", "--answer", "rollback_run"]);
    expect(code).toBe(10);
    expect(out).toContain('decision: on_failure: "rollback_run"');
    expect([fleet.host("a").has("file"), fleet.host("b").has("file")]).toEqual([false, false]);
  });

  test("begins the other hosts after a pause; without an answer nothing is begun", async () => {
    await using fleet = await applied(PAUSES);
    expect(fleet.code).toBe(12);
    const wrong = await fleet.runbook(["resume", "--answer", "rollback_run"]);
    expect([wrong.code, wrong.err]).toEqual([5, expect.stringContaining("one of: go_on, stop.")]);
    expect((await fleet.runbook(["resume"])).code).toBe(12);
    expect(fleet.host("b").has("file")).toBe(false);
    expect((await fleet.runbook(["resume", "--answer", "go_on"])).code).toBe(0);
    expect(fleet.host("b").has("file")).toBe(true);
  });

  test("is refused where nothing is asked", async () => {
    await using fleet = await applied(FAILS.replace("on_failure: ask", "on_failure: stop"));
    const { code, err } = await fleet.runbook(["resume", "--answer", "stop"]);
    expect([code, err]).toEqual([5, expect.stringContaining("waits for no answer")]);
  });
});

const DOUBTED = `
runbook: 1
name: Doubted
hosts: all
phases:
  - name: Work
    tasks:
      - id: leap
        shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done; echo done >>{{ root }}/effects"
        inverse: none
      - copy: { content: "new\n", dest: "{{ root }}/file" }
`;

/** The controller was killed while a command was at work, and so was the command: nobody saw how far it came. */
async function inDoubt(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a"]);
  const host = fleet.host("a");
  fleet.file("site.yaml", DOUBTED);
  const run = fleet.begin(["apply", "-i", "hosts.ini", "site.yaml", "--yes"]);
  await eventually("the command is at work", () => host.has("effects"));
  run.signal("SIGKILL");
  await run.ended;
  const jobs = host.path("home/.runbook/jobs");
  const claims = readdirSync(jobs).filter((name) => name.endsWith("@claim"));
  const pids = claims.map((name) => Number(readFileSync(join(jobs, name), "utf8").split(" ")[0]));
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(-pid, "SIGKILL");
  host.write("go", "");
  return fleet;
}

describe("resume --settle", () => {
  test("goes on from what somebody saw, keeps who said it, and does it no second time", async () => {
    await using fleet = await inDoubt();
    const doubt = await fleet.runbook(["resume"]);
    expect([doubt.code, doubt.err]).toEqual([11, expect.stringContaining("--settle leap@a=")]);
    const wrong = await fleet.runbook(["resume", "--settle", "leap@b=applied"]);
    expect([wrong.code, wrong.err]).toEqual([5, expect.stringContaining("In doubt are: leap@a.")]);
    const settled = await fleet.runbook(["resume", "--settle", "leap@a=applied"]);
    expect(settled.code).toBe(0);
    expect(settled.out).toMatch(/decision: settle leap@a: "applied" \(.+@.+\)/);
    expect(fleet.host("a").read("effects")).toBe("begun\n");
    expect(fleet.host("a").has("file")).toBe(true);
  });

  test("does again what somebody saw that it did not happen", async () => {
    await using fleet = await inDoubt();
    expect((await fleet.runbook(["resume", "--settle", "leap@a=not-applied"])).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("begun\nbegun\ndone\n");
  });
});
