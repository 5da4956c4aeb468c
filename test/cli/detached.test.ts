import { describe, expect, jest, test } from "@jest/globals";
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { MAIN } from "../helpers/command-line.ts";
import { onTerminal } from "../helpers/pty.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Slow
hosts: all
rollout: { mode: serial }
phases:
  - name: Work
    tasks:
      - name: Slow work
        shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done; echo done >>{{ root }}/effects"
        inverse: none
      - name: After
        copy: { content: after, dest: "{{ root }}/after" }
`;
const UID = process.getuid?.() ?? 0;
const apply = ["apply", "-i", "hosts.ini", "slow.yaml", "--yes"];

async function slowFleet(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a", "b"]);
  fleet.file("slow.yaml", PLAYBOOK);
  return fleet;
}

async function atWork(fleet: PrivateFleet): Promise<void> {
  await eventually("the command is at work on a", () => fleet.host("a").has("effects"));
}

interface Row {
  readonly run: string;
  readonly live: boolean;
  readonly standing: string;
}

async function rows(fleet: PrivateFleet): Promise<readonly Row[]> {
  const { out } = await fleet.runbook(["runs", "--json"]);
  return JSON.parse(out) as readonly Row[];
}

async function onlyRun(fleet: PrivateFleet): Promise<Row> {
  const [row, ...more] = await rows(fleet);
  if (!row || more.length > 0) throw new Error("there is not exactly one run");
  return row;
}

async function ends(fleet: PrivateFleet): Promise<void> {
  await eventually("no controller is at work", async () => !(await onlyRun(fleet)).live);
}

describe("a detached run", () => {
  test("lets the terminal go once it has begun, is not ended by a hang-up, and is followed to its end", async () => {
    await using fleet = await slowFleet();
    const { code, out } = await fleet.runbook([...apply, "--detach"]);
    const { run, live } = await onlyRun(fleet);
    expect([code, live]).toEqual([0, true]);
    expect(out).toContain(`runbook show --follow ${run}`);
    expect(out).toContain(`runbook stop ${run}`);
    expect((await fleet.runbook(["runs"])).out).toContain("at work");
    await atWork(fleet);
    const claim = readFileSync(join(fleet.stateFolder, `${run}.writer`), "utf8");
    const pid = Number(/^pid (\d+)$/m.exec(claim)?.[1]);
    process.kill(pid, "SIGHUP");
    const following = fleet.begin(["show", "--follow", run]);
    for (const name of ["a", "b"]) fleet.host(name).write("go", "");
    expect((await following.ended).out).toContain("every host is at its goal or finished");
    await ends(fleet);
    expect(fleet.host("b").read("effects")).toBe("begun\ndone\n");
    const said = join(fleet.stateFolder, `detached-${UID}`, `${run}.out`);
    expect(readFileSync(said, "utf8")).toContain("Done.");
    expect(lstatSync(said).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(fleet.stateFolder, `control-${UID}`))).toEqual([]);
  });

  test("is stopped at the next rest point by stop, which can wait for it", async () => {
    await using fleet = await slowFleet();
    await fleet.runbook([...apply, "--detach"]);
    await atWork(fleet);
    const { run } = await onlyRun(fleet);
    const stop = fleet.begin(["stop", run, "--wait"]);
    await stop.saysIt("next rest point");
    fleet.host("a").write("go", "");
    expect((await stop.ended).code).toBe(0);
    expect(await onlyRun(fleet)).toMatchObject({ live: false, standing: "stopped" });
    expect([fleet.host("a").has("after"), fleet.host("b").has("effects")]).toEqual([true, false]);
    const again = await fleet.runbook(["stop", run]);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("is not at work: ") });
    fleet.host("b").write("go", "");
    const resumed = await fleet.runbook(["resume", run, "--detach"]);
    expect([resumed.code, resumed.out]).toEqual([0, expect.stringContaining("goes on by itself")]);
    await ends(fleet);
    expect(fleet.host("b").read("after")).toBe("after");
  });

  test("asks its questions and its passwords at the terminal first, and the terminal may then be closed", async () => {
    await using fleet = await slowFleet();
    {
      using terminal = onTerminal([...apply.slice(0, -1), "-K", "--detach"], {
        cwd: fleet.folder,
        env: { PATH: process.env["PATH"] ?? "", HOME: fleet.home, TERM: "xterm" },
        columns: 100,
        rows: 40,
      });
      await terminal.shows("BECOME password:");
      terminal.type("hidden-word\r");
      await terminal.shows("Do this? [yes/no]");
      expect(terminal.raw()).toContain("Slow work");
      terminal.type("yes\r");
      await terminal.shows("goes on by itself");
      expect(await terminal.ended).toBe(0);
      expect(terminal.raw()).not.toContain("hidden-word");
    }
    for (const name of ["a", "b"]) fleet.host(name).write("go", "");
    await ends(fleet);
    expect(await onlyRun(fleet)).toMatchObject({ standing: "succeeded" });
  });

  test("that cannot begin says why here, with its exit status, and leaves no process", async () => {
    await using fleet = await slowFleet();
    fleet.file("slow.yaml", `${PLAYBOOK}preflight:\n  - assert: { that: "1 == 2" }\n`);
    const { code, err, out } = await fleet.runbook([...apply, "--detach"]);
    expect([code, err]).toEqual([14, expect.stringContaining("Refused; nothing was changed.")]);
    expect(out).not.toContain("goes on by itself");
    expect(await onlyRun(fleet)).toMatchObject({ live: false, standing: "refused" });
    expect(readdirSync(join(fleet.stateFolder, `detached-${UID}`))).toEqual([]);
    const alone = await fleet.runbook([...apply.slice(0, -1), "--detach"]);
    expect([alone.code, alone.err]).toEqual([14, expect.stringContaining("--yes accepts")]);
  });

  test("does not begin when whoever started it is killed before", async () => {
    await using fleet = await slowFleet();
    // The first look waits, until the starting process is gone.
    fleet.file(
      "slow.yaml",
      `${PLAYBOOK}preflight:\n  - wait_for: { path: "{{ root }}/open", timeout: 60 }\n`,
    );
    const run = fleet.begin([...apply, "--detach"]);
    await eventually("its journal is there", () => fleet.journals().length === 1);
    run.signal("SIGKILL");
    await run.ended;
    for (const name of ["a", "b"]) fleet.host(name).write("open", "");
    await ends(fleet);
    expect(await onlyRun(fleet)).toMatchObject({
      standing: "refused",
      text: "its terminal went away before it began",
    });
    expect(fleet.host("a").has("effects")).toBe(false);
  });
});

describe("stop", () => {
  test("reaches a run that is at a terminal, too, and --now twice leaves at once", async () => {
    await using fleet = await slowFleet();
    const run = fleet.begin(apply);
    await atWork(fleet);
    const { run: name } = await onlyRun(fleet);
    const first = await fleet.runbook(["stop", name, "--now"]);
    expect(first.out).toContain("stops after the running tasks");
    await run.saysIt("Stopping after the running tasks");
    expect((await fleet.runbook(["stop", name, "--now"])).out).toContain("leaves at once");
    expect((await run.ended).code).toBe(99);
    for (const host of ["a", "b"]) fleet.host(host).write("go", "");
    expect(await fleet.runbook(["resume"])).toMatchObject({ code: 0 });
    expect(fleet.host("a").read("effects")).toBe("begun\ndone\n");
  });

  test("knows the socket of a killed controller for what it is, and resume has one again", async () => {
    await using fleet = await slowFleet();
    const run = fleet.begin(apply);
    await atWork(fleet);
    run.signal("SIGKILL");
    await run.ended;
    const { run: name, live } = await onlyRun(fleet);
    expect(live).toBe(false);
    const nobody = await fleet.runbook(["stop", name]);
    expect([nobody.code, nobody.out]).toEqual([0, expect.stringContaining("runbook resume")]);
    const resumed = fleet.begin(["resume"]);
    await eventually("it can be asked", async () =>
      (await fleet.runbook(["stop", name])).out.includes("next rest point"),
    );
    fleet.host("a").write("go", "");
    expect((await resumed.ended).code).toBe(12);
  });

  test("works where the state folder is deeper than the address of a socket is long", async () => {
    await using fleet = await slowFleet();
    const deep = join(fleet.home, ..."abcdefgh".split("").map((letter) => letter.repeat(12)));
    mkdirSync(deep, { recursive: true });
    const env = { RUNBOOK_STATE_DIR: deep, TMPDIR: fleet.home };
    const run = fleet.begin(apply, { env });
    await atWork(fleet);
    const listed = JSON.parse((await fleet.runbook(["runs", "--json"], { env })).out) as Row[];
    const name = listed[0]?.run ?? "";
    expect((await fleet.runbook(["stop", name], { env })).out).toContain("next rest point");
    fleet.host("a").write("go", "");
    const { code, err } = await run.ended;
    expect([code, err]).toEqual([12, expect.not.stringContaining("cannot reach")]);
  });

  test("trusts no folder that others may enter, and no socket of another user", async () => {
    await using fleet = await slowFleet();
    const control = join(fleet.stateFolder, `control-${UID}`);
    const run = fleet.begin(apply);
    await atWork(fleet);
    const { run: name } = await onlyRun(fleet);
    chmodSync(control, 0o755);
    const refused = await fleet.runbook(["stop", name]);
    expect([refused.code, refused.err]).toEqual([13, expect.stringContaining("others may enter")]);
    fleet.host("a").write("go", "");
    fleet.host("b").write("go", "");
    // It was not asked.
    expect((await run.ended).code).toBe(0);
    rmSync(control, { recursive: true });
    writeFileSync(control, "");
    const without = await fleet.runbook([...apply, "-l", "a"]);
    expect([without.code, without.err]).toEqual([
      0,
      expect.stringContaining("cannot reach this run"),
    ]);
  });
});

test("a run whose outputs are closed under it goes on to its end", async () => {
  await using fleet = await slowFleet();
  const child = spawn(process.execPath, [MAIN, ...apply], {
    cwd: fleet.folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: fleet.home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  await atWork(fleet);
  child.stdout.destroy();
  child.stderr.destroy();
  for (const name of ["a", "b"]) fleet.host(name).write("go", "");
  await ended;
  expect(existsSync(fleet.host("b").path("after"))).toBe(true);
  expect(await onlyRun(fleet)).toMatchObject({ live: false, standing: "succeeded" });
});
