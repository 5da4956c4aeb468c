import { describe, expect, test, jest } from "@jest/globals";
import { readFileSync } from "node:fs";
import type { PrivateFleet, PrivateHost } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

/** A command that says that it began, and waits to be let go. Each run of it leaves one line. */
const PLAYBOOK = `
runbook: 1
name: Slow
hosts: all
rollout: { mode: serial }
phases:
  - name: Work
    tasks:
      - name: Before
        copy: { content: before, dest: "{{ root }}/before" }
      - name: Slow work
        shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done; echo done >>{{ root }}/effects"
        inverse: none
      - name: After
        copy: { content: after, dest: "{{ root }}/after" }
  - name: More
    tasks:
      - name: Much later
        copy: { content: later, dest: "{{ root }}/later" }
`;

const apply = ["apply", "-i", "hosts.ini", "slow.yaml", "--yes"];
const ONCE = "begun\ndone\n";

async function slowFleet(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a", "b"]);
  fleet.file("slow.yaml", PLAYBOOK);
  return fleet;
}

function letGo(host: PrivateHost): void {
  host.write("go", "");
}

async function atWork(host: PrivateHost): Promise<void> {
  await eventually(`the command is at work on ${host.name}`, () => host.has("effects"));
}

function expectDone(fleet: PrivateFleet): void {
  for (const name of ["a", "b"]) {
    const host = fleet.host(name);
    expect([name, host.read("effects")]).toEqual([name, ONCE]);
    expect(host.read("after") + host.read("later")).toBe("afterlater");
    // No lock and no job is left behind.
    expect(host.has("home/.runbook/lock/fencing")).toBe(false);
  }
}

describe("a controller that is killed while a command is at work", () => {
  test("finds it again: resume follows it and starts it no second time", async () => {
    await using fleet = await slowFleet();
    const run = fleet.begin(apply);
    await atWork(fleet.host("a"));
    run.signal("SIGKILL");
    expect((await run.ended).signal).toBe("SIGKILL");
    const resumed = fleet.begin(["resume"]);
    letGo(fleet.host("a"));
    letGo(fleet.host("b"));
    expect(await resumed.ended).toMatchObject({ code: 0, err: "" });
    expectDone(fleet);
  });

  test("finds its end when it ended meanwhile", async () => {
    await using fleet = await slowFleet();
    const [a, b] = [fleet.host("a"), fleet.host("b")];
    const run = fleet.begin(apply);
    await atWork(a);
    run.signal("SIGKILL");
    await run.ended;
    letGo(a);
    letGo(b);
    await eventually("it has ended", () => a.read("effects") === ONCE);
    const resumed = await fleet.runbook(["resume"]);
    expect(resumed).toMatchObject({ code: 0, err: "" });
    expectDone(fleet);
  });
});

test("a controller that was suspended, and whose connections died meanwhile, goes on and does nothing twice", async () => {
  await using fleet = await slowFleet();
  const [a, b] = [fleet.host("a"), fleet.host("b")];
  const run = fleet.begin(apply);
  await atWork(a);
  run.signal("SIGSTOP");
  await eventually("it stands still", () =>
    /\) T /.test(readFileSync(`/proc/${run.pid}/stat`, "utf8")),
  );
  for (const host of [a, b]) host.server.drop();
  letGo(a);
  letGo(b);
  await eventually("the command has ended without it", () => a.read("effects") === ONCE);
  run.signal("SIGCONT");
  expect((await run.ended).code).toBe(0);
  expectDone(fleet);
});

describe("an interrupt", () => {
  test("lets the host under way go on to its end, begins no other, and exits 12", async () => {
    await using fleet = await slowFleet();
    const [a, b] = [fleet.host("a"), fleet.host("b")];
    const run = fleet.begin(apply);
    await atWork(a);
    run.signal("SIGINT");
    await run.saysIt("Stopping at the next rest point");
    letGo(a);
    const { code, err } = await run.ended;
    expect(code).toBe(12);
    expect(err).toContain("runbook resume");
    expect([a.has("later"), b.has("before")]).toEqual([true, false]);
    letGo(b);
    expect(await fleet.runbook(["resume"])).toMatchObject({ code: 0 });
    expectDone(fleet);
  });

  test("means the same as SIGTERM, however often that comes", async () => {
    await using fleet = await slowFleet();
    const [a, b] = [fleet.host("a"), fleet.host("b")];
    const run = fleet.begin(apply);
    await atWork(a);
    run.signal("SIGTERM");
    await run.saysIt("Stopping at the next rest point");
    run.signal("SIGTERM");
    run.signal("SIGHUP");
    letGo(a);
    expect((await run.ended).code).toBe(12);
    expect([a.has("later"), b.has("before")]).toEqual([true, false]);
  });

  test("that is repeated stops after the running task", async () => {
    await using fleet = await slowFleet();
    const [a, b] = [fleet.host("a"), fleet.host("b")];
    const run = fleet.begin(apply);
    await atWork(a);
    run.signal("SIGINT");
    await run.saysIt("Stopping at the next rest point");
    run.signal("SIGINT");
    await run.saysIt("Stopping after the running tasks");
    letGo(a);
    expect((await run.ended).code).toBe(12);
    expect([a.read("effects"), a.has("after"), b.has("before")]).toEqual([ONCE, false, false]);
    letGo(b);
    expect(await fleet.runbook(["resume"])).toMatchObject({ code: 0 });
    expectDone(fleet);
  });

  test("that comes a third time leaves at once, and resume finds what goes on", async () => {
    await using fleet = await slowFleet();
    const [a, b] = [fleet.host("a"), fleet.host("b")];
    const run = fleet.begin(apply);
    await atWork(a);
    for (const word of ["Stopping at the next", "Stopping after the running", "Leaving"]) {
      run.signal("SIGINT");
      await run.saysIt(word);
    }
    expect((await run.ended).code).toBe(99);
    expect(a.read("effects")).toBe("begun\n");
    const resumed = fleet.begin(["resume"]);
    letGo(a);
    letGo(b);
    expect(await resumed.ended).toMatchObject({ code: 0 });
    expectDone(fleet);
  });
});
