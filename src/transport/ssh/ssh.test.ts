import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { rawShell, secret, sh, withStdin } from "../../model/command.ts";
import { hostId, runId } from "../../model/ids.ts";
import type { ConnectionSettings, HostConnection } from "../../model/transport.ts";
import { createTransport, type TransportLimits } from "../index.ts";
import { freePort } from "../../../test/helpers/real-sshd.ts";
import {
  eventually,
  plainBecome,
  realClock,
  said,
  Scratch,
  sshSettings,
} from "../../../test/helpers/reaching.ts";
import {
  newSshKey,
  runInShell,
  serveSsh,
  type SshServer,
  type SshServerOptions,
} from "./server.ts";

const login = { kind: "login" } as const;
const root = { kind: "become", user: "root" } as const;

/** A server, its known_hosts file, and transports to it. */
async function stage(options: Partial<SshServerOptions> = {}) {
  const scratch = new Scratch();
  const server = await serveSsh({ run: runInShell(), ...options });
  const knownHosts = [
    scratch.file("known_hosts", `[127.0.0.1]:${server.port} ${server.hostKeys[0] ?? ""}\n`),
  ];
  const open: AsyncDisposable[] = [];
  const notes: string[] = [];
  return {
    scratch,
    server,
    notes,
    knownHosts,
    trust({ port, hostKeys }: SshServer): void {
      scratch.file("known_hosts", `[127.0.0.1]:${port} ${hostKeys[0] ?? ""}\n`);
    },
    connect(
      over: Partial<Extract<ConnectionSettings, { kind: "ssh" }>> = {},
      limits: Partial<TransportLimits> = {},
    ): HostConnection {
      const transport = createTransport({
        settingsOf: () => sshSettings(server.port, { knownHosts, ...over }),
        clock: realClock,
        limits: { stateRoot: scratch.path, firstRetryMs: 20, mostRetryMs: 100, ...limits },
        onNote: (_, text) => void notes.push(text),
      });
      open.push(transport);
      return transport.connection(hostId("ns1"));
    },
    async [Symbol.asyncDispose]() {
      for (const transport of open) await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      scratch[Symbol.dispose]();
    },
  };
}

describe("logging in", () => {
  test("one connection and one shell serve all commands of an identity", async () => {
    await using on = await stage();
    const host = on.connect();
    expect(await host.open(login)).toMatchObject({ kind: "open" });
    for (let n = 0; n < 20; n++) await host.session(login).read(sh`echo ${n}`);
    expect(on.server.seen).toEqual({ logins: 1, programs: 1 });
  });

  test("a key file is offered before the password", async () => {
    const key = newSshKey();
    await using on = await stage({
      authorize: (attempt) => attempt.method === "publickey" && attempt.key.equals(key.blob),
    });
    const file = on.scratch.file("id", key.privateKey);
    expect(await on.connect({ identities: [file] }).open(login)).toMatchObject({ kind: "open" });
  });

  test("a wrong password is refused, sent once, and not sent again", async () => {
    let attempts = 0;
    await using on = await stage({ authorize: () => (attempts++, false) });
    const host = on.connect();
    const opened = await host.open(login);
    expect(opened).toMatchObject({
      kind: "refused",
      diagnostic: {
        code: "transport/login-refused",
        summary: expect.stringContaining("ops"),
        hint: expect.any(String),
      },
    });
    expect(await host.open(login)).toEqual(opened);
    expect(await host.session(login).read(sh`true`)).toMatchObject({
      kind: "connection-lost",
      unsent: true,
    });
    // Reads do not go through `open`, and yet nothing may lock an account.
    expect(attempts).toBe(1);
  });

  test("an encrypted key says how to use it", async () => {
    await using on = await stage({ authorize: () => false });
    const file = join(on.scratch.path, "locked");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "passphrase", "-f", file]);
    const opened = await on.connect({ identities: [file, "/nowhere/id"] }).open(login);
    const detail = opened.kind === "refused" ? opened.diagnostic.detail?.join("\n") : "";
    expect(detail).toContain(`ssh-add ${file}`);
    expect(detail).toContain("/nowhere/id does not exist");
  });

  test("nobody there, a silent server and a refused connection are unreachable", async () => {
    await using on = await stage();
    const nobody = await on.connect({ port: await freePort() }).open(login);
    expect(nobody).toMatchObject({
      kind: "unreachable",
      diagnostic: { code: "transport/unreachable" },
    });
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await on.connect({ port, connectTimeoutMs: 100 }).open(login)).toMatchObject({
      kind: "unreachable",
    });
    silent.close();
    expect(await on.connect({ address: "no-such-name.invalid" }).open(login)).toMatchObject({
      kind: "unreachable",
      diagnostic: { hint: expect.stringContaining("ansible_host") },
    });
  });

  test("a server that closes before its greeting is asked again", async () => {
    await using on = await stage();
    on.server.refuseGreetings(3);
    expect(await on.connect().open(login)).toMatchObject({ kind: "open" });
  });
});

describe("the host key", () => {
  test.each([
    ["is unknown", "", "transport/host-key-unknown"],
    ["has changed", "KNOWN OTHER", "transport/host-key-changed"],
    ["is revoked", "@revoked * SHOWN", "transport/host-key-revoked"],
  ])("%s: refused before any login", async (_what, text, code) => {
    let attempts = 0;
    await using on = await stage({ authorize: () => (attempts++, true) });
    const line = text
      .replace("KNOWN", `[127.0.0.1]:${on.server.port}`)
      .replace("OTHER", newSshKey().publicKey)
      .replace("SHOWN", on.server.hostKeys[0] ?? "");
    const file = on.scratch.file("other_hosts", `${line}\n`);
    const host = on.connect({ knownHosts: [file] });
    expect(await host.open(login)).toMatchObject({ kind: "refused", diagnostic: { code } });
    expect(attempts).toBe(0);
  });

  test("that changes in the middle of a run ends the reading, and nothing is sent", async () => {
    await using on = await stage();
    const session = on.connect().session(login);
    await session.read(sh`true`);
    on.server.changeHostKey();
    on.server.drop();
    expect(await session.read(sh`true`)).toMatchObject({
      kind: "connection-lost",
      reason: expect.stringContaining("has changed"),
    });
    expect(on.server.seen.logins).toBe(1);
  });

  test("of a stranger is added with accept-new, and then it is known", async () => {
    await using on = await stage();
    const file = join(on.scratch.path, "ssh", "known_hosts");
    expect(
      await on.connect({ knownHosts: [file], hostKeys: "accept-new" }).open(login),
    ).toMatchObject({ kind: "open" });
    expect(on.notes.join()).toContain("added the host key");
    expect(await on.connect({ knownHosts: [file] }).open(login)).toMatchObject({ kind: "open" });
  });

  test("a check that is off is said", async () => {
    await using on = await stage();
    expect(await on.connect({ knownHosts: [], hostKeys: "off" }).open(login)).toMatchObject({
      kind: "open",
    });
    expect(on.notes.join()).toContain("was not checked");
  });
});

describe("a lost connection", () => {
  const faults = ["drop", "hangUp"] as const;

  test.each(faults)("%s during a read: the read is sent again", async (fault) => {
    await using on = await stage();
    const session = on.connect().session(login);
    const file = join(on.scratch.path, "begun");
    const reading = session.read(sh`echo x >>${file}; sleep 0.3; echo done`);
    await eventually("the read began", () => existsSync(file));
    on.server[fault]();
    expect(said(await reading)).toEqual([0, "done\n", ""]);
    expect(readFileSync(file, "utf8")).toBe("x\nx\n");
  });

  test.each(faults)("%s during a change: in doubt, and not sent again", async (fault) => {
    await using on = await stage();
    const session = on.connect().session(login);
    const file = join(on.scratch.path, "changed");
    const changing = session.change(sh`echo x >>${file}; sleep 0.3`);
    await eventually("the change began", () => existsSync(file));
    on.server[fault]();
    const answer = await changing;
    expect(answer.kind).toBe("connection-lost");
    expect(answer).not.toHaveProperty("unsent");
    await session.read(sh`true`);
    expect(readFileSync(file, "utf8")).toBe("x\n");
  });

  test.each(faults)("%s during a job: the job is followed on", async (fault) => {
    await using on = await stage();
    const scope = { run: runId("r"), hostTask: "1.1@ns1" };
    const session = on.connect().session(login, scope);
    const file = join(on.scratch.path, "effects");
    const gate = join(on.scratch.path, "gate");
    process.env["XDG_STATE_HOME"] = on.scratch.path;
    const job = session.job(
      sh`echo x >>${file}; until [ -e ${gate} ]; do sleep 0.05; done; echo done`,
      { name: "j", cancel: "safe" },
    );
    await eventually("the job began", () => existsSync(file));
    on.server[fault]();
    await session.read(sh`touch ${gate}`);
    expect(said(await job)).toEqual([0, "done\n", ""]);
    expect(readFileSync(file, "utf8")).toBe("x\n");
    delete process.env["XDG_STATE_HOME"];
  });

  test("while jobs are cleared up: they are cleared up when the host is back", async () => {
    await using on = await stage();
    process.env["XDG_STATE_HOME"] = on.scratch.path;
    const scope = { run: runId("r"), hostTask: "1.1@ns1" };
    const host = on.connect({}, { jobPatienceMs: 50 });
    const session = host.session(login, scope);
    await session.job(sh`true`, { name: "j", cancel: "safe" });
    await session.forgetJobs();
    const { port } = on.server;
    await on.server[Symbol.asyncDispose]();
    // Clearing up begins a second later, and finds nobody.
    await realClock.sleep(1_500);
    await using again = await serveSsh({ run: runInShell(), port });
    on.trust(again);
    const other = on.connect().session(login, scope);
    expect(await other.jobs()).toEqual(["j"]);
    await session.read(sh`true`);
    await host[Symbol.asyncDispose]();
    expect(await other.jobs()).toEqual([]);
    delete process.env["XDG_STATE_HOME"];
  });

  test("a black hole is noticed by keepalive", async () => {
    await using on = await stage();
    const limits = { keepaliveIntervalMs: 50, keepaliveCount: 2, readPatienceMs: 300 };
    const session = on.connect({ connectTimeoutMs: 100 }, limits).session(login);
    await session.read(sh`true`);
    on.server.freeze();
    expect(await session.change(sh`true`)).toMatchObject({ kind: "connection-lost" });
    expect(await session.read(sh`true`)).toMatchObject({ kind: "connection-lost", unsent: true });
  });

  test("a host that stays away is given up after the patience of the asker", async () => {
    await using on = await stage();
    const session = on.connect({}, { readPatienceMs: 200 }).session(login);
    await session.read(sh`true`);
    await on.server[Symbol.asyncDispose]();
    expect(await session.read(sh`true`)).toMatchObject({ kind: "connection-lost" });
  });

  test("a host that was reached before is waited for, one that never was is not", async () => {
    await using on = await stage();
    const host = on.connect({}, { readPatienceMs: 10_000 });
    expect(await host.open(login)).toMatchObject({ kind: "open" });
    const { port } = on.server;
    await on.server[Symbol.asyncDispose]();
    const opening = host.open(login);
    // The reached host would wait for its whole patience: that the other one answers first is what shows the difference.
    expect(await on.connect({}, { readPatienceMs: 600_000 }).open(login)).toMatchObject({
      kind: "unreachable",
    });
    await using again = await serveSsh({ run: runInShell(), port });
    on.trust(again);
    expect(await opening).toMatchObject({ kind: "open" });
  });

  test("resting closes the socket, and the next command opens another", async () => {
    await using on = await stage();
    const host = on.connect();
    await host.session(login).read(sh`true`);
    await host.rest();
    await eventually("no connection is left", () => on.server.connections === 0);
    expect(said(await host.session(login).read(sh`echo back`))).toEqual([0, "back\n", ""]);
    expect(on.server.seen.logins).toBe(2);
  });
});

describe("channels", () => {
  /** Stands for sudo without a password. */
  const freeSudo = `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift\nexec "$@"\n`;

  test("many identities share the few channels that a server allows", async () => {
    await using on = await stage({ maxSessions: 1 });
    const exe = on.scratch.file("sudo", freeSudo, 0o755);
    const host = on.connect({ become: { ...plainBecome, exe } });
    for (let round = 0; round < 2; round++) {
      for (const user of ["root", "pdns", "postgres"]) {
        const answer = await host.session({ kind: "become", user }).read(sh`echo ${user}`);
        expect(said(answer)).toEqual([0, `${user}\n`, ""]);
      }
      expect(said(await host.session(login).read(sh`echo me`))).toEqual([0, "me\n", ""]);
    }
    expect(on.server.seen.logins).toBe(1);
  });

  test("dialling goes through the host, and a refusal is said", async () => {
    const echo = createServer((socket) => void socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
    const address = echo.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using on = await stage({
      dial: (to, at) =>
        at === port
          ? new Promise((resolve) => {
              const socket = connect(at, to, () => resolve(socket));
            })
          : Promise.resolve(undefined),
    });
    const session = on.connect().session(login);
    const dialled = await session.dial("127.0.0.1", port);
    if (dialled.kind !== "open") throw new Error(dialled.reason);
    dialled.stream.write("hello");
    const [chunk] = await new Promise<Buffer[]>((resolve) =>
      dialled.stream.once("data", (data: Buffer) => resolve([data])),
    );
    expect(chunk?.toString()).toBe("hello");
    dialled.stream.destroy();
    expect(await session.dial("127.0.0.1", 1)).toMatchObject({ kind: "refused" });
    echo.close();
  });
});

describe("a jump host", () => {
  test("is logged in to once for all hosts behind it, and each hop shows its own key", async () => {
    const dial: SshServerOptions["dial"] = (to, at) =>
      new Promise((resolve) => {
        const socket = connect({ port: at, host: to, noDelay: true }, () => resolve(socket));
        socket.on("error", () => resolve(undefined));
      });
    await using bastion = await stage({ dial });
    await using first = await stage();
    await using second = await stage();
    const jumps = [sshSettings(bastion.server.port, { knownHosts: bastion.knownHosts })];
    const knownHosts = [...first.knownHosts, ...second.knownHosts];
    const ports = new Map([
      ["a", first.server.port],
      ["b", second.server.port],
    ]);
    await using transport = createTransport({
      settingsOf: (id) => sshSettings(ports.get(id) ?? 0, { knownHosts, jumps }),
      clock: realClock,
    });
    const answers = await Promise.all(
      ["a", "b"].map((id) =>
        transport
          .connection(hostId(id))
          .session(login)
          .read(sh`echo ${id}`),
      ),
    );
    expect(answers.map(said)).toEqual([
      [0, "a\n", ""],
      [0, "b\n", ""],
    ]);
    expect(bastion.server.seen.logins).toBe(1);
    expect([first.server.seen.logins, second.server.seen.logins]).toEqual([1, 1]);

    second.server.changeHostKey();
    second.server.drop();
    expect(
      await transport
        .connection(hostId("b"))
        .session(login)
        .read(sh`true`),
    ).toMatchObject({
      reason: expect.stringContaining("has changed"),
    });
  });
});

describe("sudo", () => {
  /** Behaves like sudo -S as far as we can see it: prompt on stderr, one line read, three tries. */
  const passwordSudo = (log: string): string => `#!/bin/sh
echo "$@" >>${log}
while [ "$1" != -- ]; do [ "$1" = -p ] && prompt=$2; shift; done; shift
for try in 1 2 3; do
  printf %s "$prompt" >&2
  IFS= read -r password || { echo >&2; echo "sudo: no password was provided" >&2; exit 1; }
  echo "tried" >>${log}
  [ "$password" = "s3cret pass" ] && exec "$@"
  echo "Sorry, try again." >&2
done
echo "sudo: 3 incorrect password attempts" >&2; exit 1
`;
  async function sudoStage(script: (log: string) => string, password?: string) {
    const on = await stage();
    const log = join(on.scratch.path, "log");
    const exe = on.scratch.file("sudo", script(log), 0o755);
    const become = {
      ...plainBecome,
      exe,
      ...(password === undefined ? {} : { password: secret(password) }),
    };
    return { ...on, host: on.connect({ become }), log: () => readFileSync(log, "utf8") };
  }

  test("gets its password once, and it is in no argument", async () => {
    await using on = await sudoStage(passwordSudo, "s3cret pass");
    expect(await on.host.open(root)).toMatchObject({ kind: "open" });
    const session = on.host.session(root);
    expect(said(await session.read(withStdin(sh`cat`, "input")))).toEqual([0, "input", ""]);
    expect(on.log().match(/tried/g)).toHaveLength(1);
    expect(on.log()).not.toContain("s3cret");
    expect(on.log()).toMatch(/-H -S -p \[runbook [0-9a-f]{24}\] password:  -u root --/);
  });

  test("is not asked a second time with a wrong password", async () => {
    await using on = await sudoStage(passwordSudo, "wrong");
    const opened = await on.host.open(root);
    expect(opened).toMatchObject({
      kind: "refused",
      diagnostic: { code: "transport/sudo-wrong-password" },
    });
    expect(await on.host.open(root)).toEqual(opened);
    expect(await on.host.session(root).read(sh`id`)).toMatchObject({
      kind: "connection-lost",
      unsent: true,
    });
    expect(on.log().match(/tried/g)).toHaveLength(1);
    expect(JSON.stringify(opened)).not.toContain("wrong\\n");
  });

  test.each<[string, string, string]>([
    ["wants a password that is not there", "", "transport/sudo-password-required"],
    [
      "wants a terminal",
      "echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1",
      "transport/sudo-requiretty",
    ],
    [
      "does not know the login user",
      "echo 'ops is not in the sudoers file.' >&2; exit 1",
      "transport/sudo-denied",
    ],
    [
      "does not know the other user",
      "echo 'sudo: unknown user root' >&2; exit 1",
      "transport/sudo-unknown-user",
    ],
    [
      "finds the account expired",
      "echo 'sudo: Account expired or PAM config lacks an account section' >&2; exit 1",
      "transport/sudo-expired",
    ],
    ["is missing", "exit 127", "transport/sudo-missing"],
    [
      "fails for a reason of its own",
      "echo 'sudo: unable to open /etc/sudoers' >&2; exit 1",
      "transport/sudo-failed",
    ],
    [
      "lets nothing run",
      'while [ "$1" != -- ]; do shift; done; "$2" -c "${4%%;*}"; echo "exec: Permission denied" >&2; exit 126',
      "transport/sudo-noexec",
    ],
  ])("%s: the diagnostic says so", async (_what, script, code) => {
    await using on = await sudoStage((log) =>
      script === "" ? passwordSudo(log) : `#!/bin/sh\n${script}\n`,
    );
    expect(await on.host.open(root)).toMatchObject({
      kind: "refused",
      diagnostic: { code, summary: expect.stringContaining("ns1"), hint: expect.any(String) },
    });
  });

  test("a lecture before the prompt, and noise in login files, disturb nothing", async () => {
    await using on = await sudoStage(
      (log) =>
        `#!/bin/sh\necho 'We trust you have received the usual lecture'; echo lecture >&2\n${passwordSudo(log)}`,
      "s3cret pass",
    );
    expect(said(await on.host.session(root).read(sh`echo fine`))).toEqual([0, "fine\n", ""]);
  });

  test("a user name that sudo would read as an option never reaches it", async () => {
    await using on = await sudoStage(passwordSudo, "s3cret pass");
    expect(await on.host.open({ kind: "become", user: "-s" })).toMatchObject({
      kind: "refused",
      diagnostic: { code: "transport/bad-user" },
    });
    expect(on.server.seen.programs).toBe(0);
  });

  test("is not needed by who is there already", async () => {
    await using on = await sudoStage(passwordSudo);
    expect(await on.host.open({ kind: "become", user: "ops" })).toMatchObject({ kind: "open" });
  });
});

test("a login that runs no shell is refused with what it said", async () => {
  await using on = await stage({
    run: (program) => {
      program.stdout.write("This account is currently not available.\n");
      program.exit(1);
    },
  });
  expect(await on.connect().open(login)).toMatchObject({
    kind: "refused",
    diagnostic: {
      code: "transport/no-shell",
      detail: ["This account is currently not available."],
    },
  });
});

test("login files that print are no part of any answer", async () => {
  await using on = await stage({
    run: (program) => {
      program.stdout.write("Welcome!\n");
      program.stderr.write("motd\n");
      runInShell()(program);
    },
  });
  expect(said(await on.connect().session(login).read(rawShell("echo clean")))).toEqual([
    0,
    "clean\n",
    "",
  ]);
});
