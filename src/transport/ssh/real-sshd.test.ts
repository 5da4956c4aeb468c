import { describe, expect, test } from "@jest/globals";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { rawShell, sh, withStdin } from "../../model/command.ts";
import { hostId, runId } from "../../model/ids.ts";
import type { HostConnection } from "../../model/transport.ts";
import { createTransport, type TransportLimits } from "../index.ts";
import { eventually, realClock, said } from "../../../test/helpers/reaching.ts";
import { startRealSshd, type RealSshd } from "../../../test/helpers/real-sshd.ts";

// Needs /usr/sbin/sshd (package openssh-server): without it these tests fail and say so.
const login = { kind: "login" } as const;

function reach(
  sshd: RealSshd,
  over: Parameters<RealSshd["settings"]>[0] = {},
  limits: Partial<TransportLimits> = {},
): { host: HostConnection } & AsyncDisposable {
  const transport = createTransport({
    settingsOf: () => sshd.settings(over),
    clock: realClock,
    limits: { stateRoot: sshd.directory, firstRetryMs: 20, mostRetryMs: 200, ...limits },
  });
  return {
    host: transport.connection(hostId("real")),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

describe("OpenSSH's server", () => {
  test("takes our key, shows its own, and runs commands", async () => {
    await using sshd = await startRealSshd();
    await using to = reach(sshd);
    expect(await to.host.open(login)).toMatchObject({ kind: "open" });
    const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
    const answer = await to.host
      .session(login)
      .read(withStdin(sh`cat; echo err >&2; exit 7`, bytes));
    expect(answer).toMatchObject({ kind: "exited", code: 7, stderr: Buffer.from("err\n") });
    expect(answer.kind === "exited" && Buffer.from(answer.stdout).equals(bytes)).toBe(true);
  });

  test("is asked for the type of key that is known, so a second host key is no alarm", async () => {
    await using sshd = await startRealSshd();
    const ecdsa = readFileSync(join(sshd.directory, "host_ecdsa.pub"), "utf8");
    writeFileSync(join(sshd.directory, "known_ecdsa"), `[127.0.0.1]:${sshd.port} ${ecdsa}`);
    await using to = reach(sshd, { knownHosts: [join(sshd.directory, "known_ecdsa")] });
    expect(await to.host.open(login)).toMatchObject({ kind: "open" });
  });

  test("lets us in with a key of the agent, and with no other of its keys where identities are named", async () => {
    await using sshd = await startRealSshd();
    const socket = join(sshd.directory, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      await eventually("the agent listens", () => existsSync(socket));
      const locked = join(sshd.directory, "locked");
      writeFileSync(locked, readFileSync(join(sshd.directory, "id")), { mode: 0o600 });
      writeFileSync(`${locked}.pub`, readFileSync(join(sshd.directory, "id.pub")));
      execFileSync("ssh-add", ["-q", locked], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: "pipe",
      });
      execFileSync("ssh-keygen", ["-q", "-p", "-N", "passphrase", "-f", locked], { stdio: "pipe" });

      await using named = reach(sshd, { identities: [locked], agent: socket });
      expect(await named.host.open(login)).toMatchObject({ kind: "open" });
      await using any = reach(sshd, { identities: [], identitiesOnly: false, agent: socket });
      expect(await any.host.open(login)).toMatchObject({ kind: "open" });
      await using none = reach(sshd, { identities: [], agent: socket });
      expect(await none.host.open(login)).toMatchObject({ kind: "refused" });
    } finally {
      agent.kill();
    }
  });

  test("refuses a strange key, and says what was offered", async () => {
    await using sshd = await startRealSshd();
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-f",
      join(sshd.directory, "stranger"),
    ]);
    await using to = reach(sshd, { identities: [join(sshd.directory, "stranger")] });
    expect(await to.host.open(login)).toMatchObject({
      kind: "refused",
      diagnostic: {
        code: "transport/login-refused",
        detail: expect.arrayContaining([expect.stringContaining("publickey")]),
      },
    });
  });

  test("that was restarted under a job and a read is found again", async () => {
    await using sshd = await startRealSshd();
    await using to = reach(sshd);
    const session = to.host.session(login, { run: runId("r"), hostTask: "1.1@real" });
    const gate = join(sshd.directory, "gate");
    process.env["XDG_STATE_HOME"] = sshd.directory;
    const effects = join(sshd.directory, "effects");
    const job = session.job(
      sh`echo x >>${effects}; until [ -e ${gate} ]; do sleep 0.05; done; echo done`,
      { name: "j", cancel: "leave" },
    );
    await eventually("the job works", () => existsSync(effects));
    sshd.kill();
    const reading = session.read(sh`echo back`);
    await sshd.start();
    expect(said(await reading)).toEqual([0, "back\n", ""]);
    writeFileSync(gate, "");
    expect(said(await job)).toEqual([0, "done\n", ""]);
    expect(readFileSync(effects, "utf8")).toBe("x\n");
    delete process.env["XDG_STATE_HOME"];
  });

  test("whose connections are killed loses no read and repeats no change", async () => {
    await using sshd = await startRealSshd();
    await using to = reach(sshd);
    const session = to.host.session(login);
    const file = join(sshd.directory, "changes");
    let lost = 0;
    for (let round = 0; round < 5; round++) {
      const change = session.change(sh`echo ${round} >>${file}; sleep 0.2`);
      await eventually(
        "the change began",
        () => existsSync(file) && readFileSync(file, "utf8").includes(`${round}\n`),
      );
      sshd.dropConnections();
      if ((await change).kind === "connection-lost") lost += 1;
      expect(said(await session.read(sh`echo ${round}`))).toEqual([0, `${round}\n`, ""]);
    }
    expect(lost).toBe(5);
    expect(readFileSync(file, "utf8")).toBe("0\n1\n2\n3\n4\n");
  });

  test("with MaxSessions 1 serves one shell, and says so when another is needed at the same time", async () => {
    await using sshd = await startRealSshd(["MaxSessions 1"]);
    const exe = join(sshd.directory, "sudo");
    writeFileSync(exe, `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift\nexec "$@"\n`, {
      mode: 0o755,
    });
    await using to = reach(sshd, {
      user: process.env["USER"] ?? "root",
      become: { method: "sudo", user: "x", exe, flags: [] },
    });
    for (const user of ["pdns", "postgres", "pdns"]) {
      const answer = await to.host.session({ kind: "become", user }).read(sh`echo ${user}`);
      expect(said(answer)).toEqual([0, `${user}\n`, ""]);
    }
  });

  test("with a small MaxStartups lets thirty connections in at last", async () => {
    await using sshd = await startRealSshd(["MaxStartups 2:100:3"]);
    await using transport = createTransport({
      settingsOf: () => sshd.settings(),
      clock: realClock,
    });
    const opened = await Promise.all(
      Array.from({ length: 30 }, (_, n) => transport.connection(hostId(`h${n}`)).open(login)),
    );
    expect(opened.map(({ kind }) => kind)).toEqual(Array.from({ length: 30 }, () => "open"));
  }, 60_000);

  test("is a way to what listens on the host's own loopback", async () => {
    await using sshd = await startRealSshd();
    await using to = reach(sshd);
    const server = createServer((socket) => void socket.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const dialled = await to.host.session(login).dial("127.0.0.1", port);
    if (dialled.kind !== "open") throw new Error(dialled.reason);
    const chunks: Buffer[] = [];
    for await (const chunk of dialled.stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("hello");
    server.close();
    expect(await to.host.session(login).dial("127.0.0.1", port)).toMatchObject({ kind: "refused" });
  });

  test("kills what hangs when a read takes too long", async () => {
    await using sshd = await startRealSshd();
    await using to = reach(sshd);
    const session = to.host.session(login);
    const hanging = `sleep ${3_000_000 + process.pid}`;
    expect(await session.read(rawShell(hanging), { timeoutMs: 100 })).toMatchObject({
      kind: "timed-out",
    });
    const gone = `while pgrep -f '^${hanging}$'; do sleep 0.05; done`;
    expect(await session.read(rawShell(`{ ${gone}; } >/dev/null`))).toMatchObject({ code: 0 });
  });
});
