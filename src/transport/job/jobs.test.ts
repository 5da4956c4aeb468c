import { afterEach, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { userInfo } from "node:os";
import { rawShell, secret, sh, withStdin, type Command } from "../../model/command.ts";
import { hostId, runId } from "../../model/ids.ts";
import type { HostConnection, HostSession, JobOptions, JobScope } from "../../model/transport.ts";
import { createTransport, type TransportLimits } from "../index.ts";
import {
  eventually,
  localSettings,
  realClock,
  said,
  Scratch,
  sshSettings,
} from "../../../test/helpers/reaching.ts";

const login = { kind: "login" } as const;
/** More may be named, with colons between them: busybox (as a link called sh), mksh. */
const SHELLS = [
  "/bin/dash",
  "/bin/bash",
  ...(process.env["RUNBOOK_TEST_SHELLS"]?.split(":") ?? []),
].filter((shell) => existsSync(shell));
const scope: JobScope = { run: runId("run1"), hostTask: "1.1@here" };
const OTHER_BOOT = "00000000-0000-0000-0000-000000000000";
const safe = (name: string, more: Partial<JobOptions> = {}): JobOptions => ({
  name,
  cancel: "safe",
  ...more,
});

/** One machine: what a job leaves is in the scratch directory, whoever runs the tests. */
class Machine implements AsyncDisposable {
  readonly scratch = new Scratch();
  readonly #open: AsyncDisposable[] = [];
  readonly jobs = join(
    this.scratch.path,
    ...(userInfo().uid === 0 ? ["jobs"] : ["state", "runbook", "jobs"]),
  );

  constructor() {
    process.env["XDG_STATE_HOME"] = join(this.scratch.path, "state");
    mkdirSync(join(this.scratch.path, "state"));
  }

  /** Another controller that reaches this machine. */
  controller(
    of: JobScope = scope,
    limits: Partial<TransportLimits> = {},
    shell = "/bin/sh",
  ): HostSession {
    return this.connection(limits, shell).session(login, of);
  }

  connection(limits: Partial<TransportLimits> = {}, shell = "/bin/sh"): HostConnection {
    const transport = createTransport({
      settingsOf: () => ({ ...localSettings(), shell }),
      clock: realClock,
      limits: { stateRoot: this.scratch.path, killGraceMs: 300, ...limits },
    });
    this.#open.push(transport);
    return transport.connection(hostId("here"));
  }

  file(name: string): string {
    return join(this.scratch.path, name);
  }

  /** A file of the job. */
  of(job: string, file: string): string {
    const script = readdirSync(this.jobs).find((name) => name.endsWith(`~~${job}@script`));
    return join(this.jobs, (script ?? "none").replace(/script$/, file));
  }

  async dropControllers(): Promise<void> {
    for (const transport of this.#open.splice(0)) await transport[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dropControllers();
    this.scratch[Symbol.dispose]();
  }
}

const before = process.env["XDG_STATE_HOME"];
afterEach(() => {
  if (before === undefined) delete process.env["XDG_STATE_HOME"];
  else process.env["XDG_STATE_HOME"] = before;
});

const claimOf = (machine: Machine, job: string): [number, string, string] => {
  const [pid = "", start = "", boot = ""] = readFileSync(machine.of(job, "claim"), "utf8")
    .trim()
    .split(" ");
  return [Number(pid), start, boot];
};

describe("a job", () => {
  test("answers like a command, with its input, and leaves private files until it is forgotten", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    const command = withStdin(rawShell("cat; echo err >&2; umask; exit 5"), secret("in\0put"));
    expect(said(await session.job(command, safe("j")))).toEqual([5, "in\0put0022\n", "err\n"]);
    expect(statSync(machine.jobs).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(machine.jobs))
      expect(statSync(join(machine.jobs, file)).mode & 0o777).toBe(0o600);
    expect(await session.jobs()).toEqual(["j"]);
    await session.forgetJobs();
    expect(await session.jobs()).toEqual([]);
    expect(readdirSync(machine.jobs)).toEqual([]);
  });

  test("is found by its run, alive or over, whatever its host-task; and its files go when it is over", async () => {
    await using machine = new Machine();
    const connection = machine.connection();
    const [one, other, stranger] = (
      [scope, { ...scope, hostTask: "2.1-x y@here.1" }, { ...scope, run: runId("run10") }] as const
    ).map((of) => connection.session(login, of));
    await one?.job(rawShell("true"), safe("done"));
    await stranger?.job(rawShell("true"), safe("not of this run"));
    const go = machine.file("go");
    const slow = other?.job(rawShell(`until [ -e '${go}' ]; do sleep 0.05; done`), safe("slow"));
    await eventually("it runs", async () => (await other?.standing("slow"))?.kind === "running");
    expect(await connection.jobsOfRun(login, scope.run)).toEqual([
      { name: "1.1@here done", isLive: false },
      { name: "2.1-x y@here.1 slow", isLive: true },
    ]);
    await connection.forgetRun(login, scope.run);
    expect(await connection.jobsOfRun(login, scope.run)).toEqual([
      { name: "2.1-x y@here.1 slow", isLive: true },
    ]);
    writeFileSync(go, "");
    await slow;
    await connection.forgetRun(login, scope.run);
    expect(await connection.jobsOfRun(login, scope.run)).toEqual([]);
    expect(await stranger?.jobs()).toEqual(["not of this run"]);
  });

  test("returns output of any size and any bytes", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    for (const size of [0, 1, 899, 900, 901, 5_000, 300_000]) {
      const bytes = Buffer.alloc(
        size,
        Uint8Array.from({ length: 256 }, (_, n) => n),
      );
      const answer = await session.job(withStdin(sh`cat; exit 1`, bytes), safe(`size-${size}`));
      expect(answer).toMatchObject({ kind: "exited", code: 1 });
      expect(answer.kind === "exited" && Buffer.from(answer.stdout).equals(bytes)).toBe(true);
    }
  });

  test.each([
    ["every byte that a shell can hold", Uint8Array.from({ length: 253 }, (_, n) => n + 3)],
    ["lines, some of them empty", Buffer.from("\n\na \\ b\t\n\n")],
    ["no last newline", Buffer.from(" a\n b ")],
    ["a NUL in a text", Buffer.from("a\0b\n")],
    ["what events use as signs", Buffer.from("a\x01b\n\x02")],
    ["carriage returns and escapes", Buffer.from("a\r\n\x1b[2J\n")],
  ])("returns short output with %s", async (_what, bytes) => {
    await using machine = new Machine();
    for (const shell of SHELLS) {
      const session = machine.controller({ ...scope, hostTask: shell }, {}, shell);
      const answer = await session.job(withStdin(sh`cat; echo err >&2`, bytes), safe("short"));
      expect(answer.kind === "exited" && Buffer.from(answer.stdout)).toEqual(Buffer.from(bytes));
      expect(answer.kind === "exited" && Buffer.from(answer.stderr)).toEqual(Buffer.from("err\n"));
    }
  });

  test("that is a program runs without a shell of its own, and sees nothing of the runner", async () => {
    await using machine = new Machine();
    for (const shell of SHELLS) {
      const session = machine.controller({ ...scope, hostTask: shell }, {}, shell);
      const names =
        "job shell kind listener lock own number since run now start boot line code".split(" ");
      const words = names.map((name) => `"\${${name}-unset}"`).join(" ");
      const shown: Command = { ...rawShell(`/bin/echo ${words} "$PPID"`), isProgram: true };
      const answer = await session.job(shown, safe("shown"));
      expect(said(answer)).toEqual([0, expect.stringMatching(/^(unset ){14}\d+\n$/), ""]);
      const missing: Command = { ...sh`/no/such/program`, isProgram: true };
      expect(said(await session.job(missing, safe("missing")))).toEqual([
        127,
        "",
        expect.stringContaining("/no/such/program: "),
      ]);
    }
  });

  test("of one name runs once, however often and from wherever it is asked for", async () => {
    await using machine = new Machine();
    const work = sh`echo x >>${machine.file("effects")}; sleep 0.2; cat ${machine.file("effects")}`;
    const controllers = [machine.controller(), machine.controller(), machine.controller()];
    const answers = await Promise.all(
      controllers.flatMap((each) => [each.job(work, safe("once")), each.job(work, safe("once"))]),
    );
    expect(answers.map(said)).toEqual(Array.from({ length: 6 }, () => [0, "x\n", ""]));
    expect(said(await machine.controller().job(work, safe("once")))).toEqual([0, "x\n", ""]);
  });

  test("of another scope or name is another job", async () => {
    await using machine = new Machine();
    const work = sh`echo x >>${machine.file("effects")}`;
    await machine.controller().job(work, safe("a"));
    await machine.controller().job(work, safe("b"));
    await machine.controller({ ...scope, hostTask: "1.1@here2" }).job(work, safe("a"));
    expect(readFileSync(machine.file("effects"), "utf8")).toBe("x\nx\nx\n");
    expect(await machine.controller().jobs()).toEqual(["a", "b"]);
    await machine.controller().forgetJobs();
    expect(await machine.controller({ ...scope, hostTask: "1.1@here2" }).jobs()).toEqual(["a"]);
  });

  test("goes on without its controller, and the next controller attaches to it", async () => {
    await using machine = new Machine();
    const gate = machine.file("gate");
    const work = sh`echo x >>${machine.file("effects")}; until [ -e ${gate} ]; do sleep 0.05; done; echo end`;
    const first = machine.controller().job(work, safe("long"));
    await eventually("the job works", () => existsSync(machine.file("effects")));
    await machine.dropControllers();
    expect(await first).toMatchObject({ kind: "connection-lost" });

    const second = machine.controller();
    expect(await second.standing("long")).toMatchObject({
      kind: "running",
      pid: claimOf(machine, "long")[0],
    });
    const again = second.job(work, safe("long"));
    writeFileSync(gate, "");
    expect(said(await again)).toEqual([0, "end\n", ""]);
    expect(readFileSync(machine.file("effects"), "utf8")).toBe("x\n");
    await machine.dropControllers();
    expect(await machine.controller().standing("long")).toMatchObject({ kind: "finished" });
  });

  test("survives SIGKILL of its controller in the middle", async () => {
    await using machine = new Machine();
    const gate = machine.file("gate");
    const work = `echo x >>${machine.file("effects")}; until [ -e ${gate} ]; do sleep 0.05; done; echo end`;
    // The shell of a controller that is killed is what dies with it; the job's own session is not.
    const session = machine.controller();
    void session.job(rawShell(work), safe("killed"));
    await eventually("the job works", () => existsSync(machine.file("effects")));
    const shell = await session.read(rawShell("echo $$"));
    const pid = Number(shell.kind === "exited" ? Buffer.from(shell.stdout).toString() : 0);
    process.kill(-pid, "SIGKILL");
    writeFileSync(gate, "");
    expect(said(await machine.controller().job(rawShell(work), safe("killed")))).toEqual([
      0,
      "end\n",
      "",
    ]);
    expect(readFileSync(machine.file("effects"), "utf8")).toBe("x\n");
  });

  test("whose runner was killed is vanished once nothing of it runs any more", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    const gate = machine.file("gate");
    const answer = session.job(
      sh`echo x >${machine.file("effects")}; until [ -e ${gate} ]; do sleep 0.05; done`,
      safe("shot"),
    );
    await eventually("the job works", () => existsSync(machine.file("effects")));
    process.kill(claimOf(machine, "shot")[0], "SIGKILL");
    // Its child goes on, so it is not over yet.
    expect(await machine.controller().standing("shot")).toMatchObject({ kind: "running" });
    writeFileSync(gate, "");
    expect(await answer).toMatchObject({
      kind: "vanished",
      reason: expect.stringContaining("left no exit status"),
    });
    expect(await machine.controller().standing("shot")).toMatchObject({ kind: "vanished" });
  });

  test("is not mistaken for another process that got its number", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    await session.job(sh`true`, safe("reused"));
    const other = spawn("sleep", ["60"]);
    try {
      const [, start, boot] = claimOf(machine, "reused");
      rmSync(machine.of("reused", "status"));
      writeFileSync(
        machine.of("reused", "claim"),
        `${other.pid ?? 0} ${Number(start) - 1} ${boot}\n`,
      );
      expect(await session.standing("reused")).toMatchObject({ kind: "vanished" });
      expect(await session.job(sh`true`, safe("reused"))).toMatchObject({ kind: "vanished" });
    } finally {
      other.kill();
    }
  });

  test("of an earlier boot is vanished, or finished when its status was kept", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    await session.job(rawShell("echo kept; exit 2"), safe("boot"));
    const [pid, start] = claimOf(machine, "boot");
    writeFileSync(
      machine.of("boot", "claim"),
      `${pid} ${start} 00000000-0000-0000-0000-000000000000\n`,
    );
    const finished = await session.standing("boot");
    expect(finished.kind === "finished" && said(finished.result)).toEqual([2, "kept\n", ""]);
    rmSync(machine.of("boot", "status"));
    expect(await session.standing("boot")).toEqual({
      kind: "vanished",
      reason: "the host was started again while the job ran",
    });
  });

  test.each([
    ["a placeholder", "-"],
    ["nothing", ""],
    ["the first half of a status", "13"],
  ])("whose status is %s did not end", async (_what, left) => {
    await using machine = new Machine();
    const session = machine.controller();
    await session.job(sh`true`, safe("torn"));
    const [pid, start] = claimOf(machine, "torn");
    writeFileSync(
      machine.of("torn", "claim"),
      `${pid} ${start} 00000000-0000-0000-0000-000000000000\n`,
    );
    writeFileSync(machine.of("torn", "status"), left);
    expect(await session.standing("torn")).toMatchObject({ kind: "vanished" });
    expect(await session.job(sh`true`, safe("torn"))).toMatchObject({ kind: "vanished" });
  });

  test("leaves nothing once it was forgotten and its connection was closed", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    for (const name of ["a", "b"]) {
      const own = machine.controller({ ...scope, hostTask: name });
      await own.job(sh`true`, safe("j"));
      await own.forgetJobs();
    }
    await session.job(sh`true`, safe("kept"));
    await machine.dropControllers();
    const left = new Set(readdirSync(machine.jobs).map((file) => file.replace(/@\w+$/, "")));
    expect([...left]).toEqual([expect.stringMatching(/~~kept$/)]);
  });

  test("that was prepared and never claimed is absent, and is begun by the next who asks", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    await session.job(sh`echo first`, safe("prepared"));
    for (const file of ["claim", "status", "stdout", "stderr"])
      rmSync(machine.of("prepared", file));
    expect(await session.standing("prepared")).toEqual({ kind: "absent" });
    expect(said(await session.job(sh`echo second`, safe("prepared")))).toEqual([0, "second\n", ""]);
  });

  test("that left nothing is begun in the boot it was meant for, and in no other", async () => {
    await using machine = new Machine();
    const effect = sh`echo x >>${machine.file("effects")}`;
    const opened = await machine.connection().open(login);
    const boot = opened.kind === "open" ? opened.boot : undefined;
    expect(boot).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    const stale = machine.controller({ ...scope, boot: OTHER_BOOT });
    const unknown = {
      kind: "vanished",
      reason: "the host was started again, and whether the job had begun is not known",
    };
    expect(await stale.job(effect, safe("gone"))).toEqual(unknown);
    expect(await stale.jobs()).toEqual([]);
    const fresh = machine.controller({ ...scope, ...(boot !== undefined && { boot }) });
    expect(said(await fresh.job(effect, safe("gone")))).toEqual([0, "", ""]);
    // What a power cut may leave of it: what was written first.
    for (const file of ["claim", "status", "stdout", "stderr"]) rmSync(machine.of("gone", file));
    expect(await stale.job(effect, safe("gone"))).toEqual(unknown);
    expect(readFileSync(machine.file("effects"), "utf8")).toBe("x\n");
  });

  test("that has ended says so in any boot", async () => {
    await using machine = new Machine();
    await machine.controller().job(sh`echo kept`, safe("ended"));
    const stale = machine.controller({ ...scope, boot: OTHER_BOOT });
    expect(said(await stale.job(sh`echo again`, safe("ended")))).toEqual([0, "kept\n", ""]);
  });

  test("flushes that it began only where it is meant for no certain boot", async () => {
    await using machine = new Machine();
    const shell = machine.file("spied-sh");
    mkdirSync(machine.file("bin"));
    writeFileSync(
      machine.file("bin/sync"),
      `#!/bin/sh\nprintf '%s\\n' "\${1##*@}" >>${machine.file("flushed")}\n`,
      { mode: 0o755 },
    );
    const path = `PATH=${machine.file("bin")}:$PATH; export PATH`;
    writeFileSync(shell, `#!/bin/sh\n${path}; exec /bin/sh "$@"\n`, { mode: 0o755 });
    const opened = await machine.connection().open(login);
    const boot = opened.kind === "open" ? opened.boot : undefined;
    const meant = { ...scope, hostTask: "meant", ...(boot !== undefined && { boot }) };
    await machine.controller(meant, {}, shell).job(sh`true`, safe("meant"));
    expect(existsSync(machine.file("flushed"))).toBe(false);
    await machine.controller(scope, {}, shell).job(sh`true`, safe("any"));
    expect(readFileSync(machine.file("flushed"), "utf8")).toBe("claim\n");
  });

  test("leaves its background children alone and does not wait for them", async () => {
    await using machine = new Machine();
    const gate = machine.file("gate");
    const command = sh`(until [ -e ${gate} ]; do sleep 0.05; done; echo late >${machine.file("late")}) & echo now`;
    expect(said(await machine.controller().job(command, safe("daemon")))).toEqual([0, "now\n", ""]);
    writeFileSync(gate, "");
    await eventually("the child went on", () => existsSync(machine.file("late")));
  });
});

describe("a host that is away", () => {
  test("does not say that there are no jobs", async () => {
    await using transport = createTransport({
      settingsOf: () => sshSettings(1),
      clock: realClock,
      limits: { readPatienceMs: 50, jobPatienceMs: 50, firstRetryMs: 20 },
    });
    const session = transport.connection(hostId("away")).session(login, scope);
    await expect(session.jobs()).rejects.toThrow("does not say where the job stands");
    await expect(session.standing("j")).rejects.toThrow("does not say where the job stands");
    expect(await session.job(sh`true`, safe("j"))).toMatchObject({
      kind: "connection-lost",
      unsent: true,
    });
  });
});

describe("the deadline of a job", () => {
  test("kills it with all its children when its cancel is safe, even those that ignore TERM", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    const command = sh`trap '' TERM; sh -c "trap '' TERM; echo \$\$ >${machine.file("pid")}; while :; do sleep 0.05; done" & wait`;
    const answer = await session.job(command, safe("stubborn", { timeoutMs: 1_500 }));
    expect(answer).toEqual({ kind: "timed-out", afterMs: 1_500 });
    const pid = Number(readFileSync(machine.file("pid"), "utf8"));
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await session.standing("stubborn")).toMatchObject({
      result: { kind: "signalled", signal: "SIGKILL" },
    });
  });

  test("lets a job that can end by itself do so", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    const command = rawShell("trap 'echo tidied; exit 9' TERM; while :; do sleep 0.05; done");
    await session.job(command, safe("tidy", { timeoutMs: 1_500 }));
    const standing = await session.standing("tidy");
    expect(standing.kind === "finished" && said(standing.result)).toEqual([
      9,
      "tidied\n",
      expect.any(String),
    ]);
  });

  test("leaves it running when its cancel is leave", async () => {
    await using machine = new Machine();
    const session = machine.controller();
    const gate = machine.file("gate");
    const options: JobOptions = { name: "left", cancel: "leave", timeoutMs: 1_000 };
    const command = sh`until [ -e ${gate} ]; do sleep 0.05; done; echo end`;
    expect(await session.job(command, options)).toEqual({ kind: "timed-out", afterMs: 1_000 });
    expect(await session.standing("left")).toMatchObject({ kind: "running" });
    await session.forgetJobs();
    expect(await session.jobs()).toEqual(["left"]);
    writeFileSync(gate, "");
    expect(said(await session.job(command, { name: "left", cancel: "leave" }))).toEqual([
      0,
      "end\n",
      "",
    ]);
  });
});

describe("a job is not started", () => {
  const work = rawShell("echo worked");
  const lock = (machine: Machine, text: string): void => {
    mkdirSync(machine.file("lock"), { recursive: true });
    writeFileSync(machine.file("lock/fencing"), text);
  };

  test.each<[string, string | undefined, string]>([
    ["without the lock of its run", undefined, "there is no lock on this host"],
    ["under the lock of another run", "run2 1\nwho x\n", "belongs to run run2, fencing number 1"],
    ["under a younger number of its own run", "run1 4\n", "belongs to run run1, fencing number 4"],
  ])("%s", async (_what, text, why) => {
    await using machine = new Machine();
    if (text !== undefined) lock(machine, text);
    const session = machine.controller({ ...scope, fencing: 3 });
    const answer = await session.job(work, safe("fenced"));
    expect(said(answer)).toEqual([75, "", expect.stringContaining(why)]);
    expect(await session.jobs()).toEqual([]);
    lock(machine, "run1 3\nwho me\n");
    expect(said(await session.job(work, safe("fenced")))).toEqual([0, "worked\n", ""]);
  });

  test("by a private lock of another number, in the home of its user", async () => {
    await using machine = new Machine();
    const shell = machine.file("home-sh");
    const text = `#!/bin/sh\nHOME=${machine.scratch.path}; export HOME; exec /bin/sh "$@"\n`;
    writeFileSync(shell, text, { mode: 0o755 });
    mkdirSync(machine.file(".runbook/lock"), { recursive: true });
    writeFileSync(machine.file(".runbook/lock/fencing"), "run1 4\n");
    const old = machine.controller({ ...scope, fencing: 3, lock: "private" }, {}, shell);
    expect(said(await old.job(work, safe("old")))).toEqual([
      75,
      "",
      expect.stringContaining("belongs to run run1, fencing number 4"),
    ]);
    const young = machine.controller({ ...scope, fencing: 4, lock: "private" }, {}, shell);
    expect(said(await young.job(work, safe("young")))).toEqual([0, "worked\n", ""]);
  });

  test("that was under way when the lock was taken over, although whoever took it saw no job", async () => {
    await using machine = new Machine();
    // Whatever is started on this machine for the first controller is kept back before it begins.
    const slow = machine.file("slow-sh");
    const gate = machine.file("gate");
    writeFileSync(
      slow,
      `#!/bin/sh\ncase $1 in *@run) until [ -e ${gate} ]; do sleep 0.02; done ;; esac\nexec /bin/sh "$@"\n`,
      { mode: 0o755 },
    );
    const effect = sh`echo x >>${machine.file("effects")}`;
    lock(machine, "run1 1\n");
    const dying = machine.controller({ ...scope, fencing: 1 }, {}, slow);
    const start = dying.job(effect, safe("start"));
    await eventually(
      "it is about to be launched",
      () => existsSync(machine.jobs) && existsSync(machine.of("start", "run")),
    );
    lock(machine, "run1 2\n");
    const next = machine.controller({ ...scope, fencing: 2 });
    expect(await next.standing("start")).toEqual({ kind: "absent" });
    const again = machine.controller({ ...scope, hostTask: "1.1@here.2", fencing: 2 });
    expect(said(await again.job(effect, safe("start")))).toEqual([0, "", ""]);
    writeFileSync(gate, "");
    expect(said(await start)).toEqual([75, "", expect.stringContaining("fencing number 2")]);
    expect(readFileSync(machine.file("effects"), "utf8")).toBe("x\n");
  });

  test("in a directory that others can write to, or that is a link", async () => {
    await using machine = new Machine();
    mkdirSync(machine.jobs, { recursive: true, mode: 0o700 });
    const session = machine.controller();
    await session.job(work, safe("there"));
    const root = machine.jobs;
    const elsewhere = machine.file("elsewhere");
    rmSync(root, { recursive: true });
    mkdirSync(elsewhere, { mode: 0o777 });
    symlinkSync(elsewhere, root);
    if (userInfo().uid === 0) {
      expect(said(await session.job(work, safe("linked")))).toEqual([
        75,
        "",
        expect.stringContaining("not a private directory"),
      ]);
    }
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});
