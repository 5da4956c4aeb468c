import { describe, expect, test } from "@jest/globals";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rawShell, secret, sh, withStdin } from "../../model/command.ts";
import { hostId } from "../../model/ids.ts";
import type { HostConnection } from "../../model/transport.ts";
import { createTransport, type TransportLimits } from "../index.ts";
import { eventually, localSettings, realClock, said } from "../../../test/helpers/reaching.ts";

const login = { kind: "login" } as const;
/** More may be named, with colons between them: busybox (as a link called sh), mksh. */
const SHELLS = [
  "/bin/dash",
  "/bin/bash",
  ...(process.env["RUNBOOK_TEST_SHELLS"]?.split(":") ?? []),
].filter((shell) => existsSync(shell));

function controller(of: { shell?: string; limits?: Partial<TransportLimits> } = {}) {
  const settings = { ...localSettings(), shell: of.shell ?? "/bin/sh" };
  return createTransport({ settingsOf: () => settings, clock: realClock, limits: of.limits ?? {} });
}

const host = (of: { connection(id: ReturnType<typeof hostId>): HostConnection }) =>
  of.connection(hostId("here")).session(login);

describe.each(SHELLS)("a framed %s", (shell) => {
  test.each<[string, string, unknown]>([
    ["keeps outputs and status apart", "echo out; echo err >&2; exit 3", [3, "out\n", "err\n"]],
    ["keeps output without a last newline", "printf a; printf b >&2", [0, "a", "b"]],
    ["does not see the end of a shell that exits", "set -e; false; echo no", [1, "", ""]],
    ["knows here-documents", "cat <<'END'\n$x 'y'\nEND", [0, "$x 'y'\n", ""]],
    ["gives commands an empty input", "cat; echo end", [0, "end\n", ""]],
    ["gives commands no arguments of its own", 'echo "$#"', [0, "0\n", ""]],
    ["speaks English", "echo $LC_ALL", [0, "C\n", ""]],
    ["creates files for everybody to read", "umask", [0, "0022\n", ""]],
  ])("%s", async (_what, text, answer) => {
    await using transport = controller({ shell });
    expect(said(await host(transport).read(rawShell(text)))).toEqual(answer);
  });

  test("does not carry anything over from one command to the next", async () => {
    await using transport = controller({ shell });
    const session = host(transport);
    await session.read(
      rawShell("x=1; cd /; umask 077; set -u; trap 'echo no' EXIT; alias ls=no; exec 2>/dev/null"),
    );
    const after = await session.read(
      rawShell('echo "${x:-unset} $(umask)"; [ "$PWD" != / ] || [ "$HOME" = / ]; echo $nothing'),
    );
    expect(said(after)).toEqual([0, "unset 0022\n\n", ""]);
  });

  test("survives syntax errors", async () => {
    await using transport = controller({ shell });
    const session = host(transport);
    for (const broken of ["if", "echo 'x", "(", "echo $(", "cat <<END", ")", "}", "case x in"]) {
      const answer = await session.read(rawShell(broken));
      expect(answer.kind).toBe("exited");
    }
    expect(said(await session.read(sh`echo alive`))).toEqual([0, "alive\n", ""]);
  });

  test("hands any bytes to standard input", async () => {
    await using transport = controller({ shell });
    const session = host(transport);
    const every = Uint8Array.from({ length: 1024 }, (_, n) => n % 256);
    for (const bytes of [
      new Uint8Array(),
      Buffer.from("-n"),
      Buffer.from("%s\\n'"),
      every,
      randomBytes(300_000),
    ]) {
      const answer = await session.read(withStdin(sh`cat`, bytes));
      expect(answer).toMatchObject({ kind: "exited", code: 0 });
      expect(answer.kind === "exited" && Buffer.from(answer.stdout).equals(bytes)).toBe(true);
    }
  });

  test("is not held up by input that nobody reads", async () => {
    await using transport = controller({ shell });
    const answer = await host(transport).read(
      withStdin(sh`echo early`, Buffer.alloc(500_000, "x")),
    );
    expect(said(answer)).toEqual([0, "early\n", ""]);
  });

  test("returns NULs, escapes, invalid UTF-8 and look-alikes of frames as they are", async () => {
    await using transport = controller({ shell });
    const session = host(transport);
    const bytes = Buffer.concat([
      Buffer.from([0, 255, 27, 91, 50, 74, 13, 10]),
      Buffer.from("\n@runbook-00000000000000000000000000000000:2:0\n@runbook-"),
      randomBytes(5_000),
    ]);
    const answer = await session.read(withStdin(sh`cat; echo next >&2`, bytes));
    expect(answer.kind === "exited" && Buffer.from(answer.stdout).equals(bytes)).toBe(true);
    expect(said(await session.read(rawShell("set")))).toEqual([0, expect.any(String), ""]);
    expect(said(await session.read(sh`echo after`))).toEqual([0, "after\n", ""]);
  });

  test("does not wait for children left in the background", async () => {
    await using transport = controller({ shell });
    const session = host(transport);
    expect(said(await session.read(rawShell("sleep 30 & echo now; exit 4")))).toEqual([
      4,
      "now\n",
      "",
    ]);
    await session.read(rawShell("pkill -f '^sleep 30$' || true"));
  });
});

describe("a framed shell", () => {
  test("keeps the beginning and the end of a gigabyte, and says so", async () => {
    await using transport = controller({ limits: { outputBytes: 1024 } });
    const session = host(transport);
    const megabytes = process.env["RUNBOOK_TEST_LARGE"] === undefined ? 64 : 1024;
    const answer = await session.read(
      rawShell(`printf begin; head -c ${megabytes}M /dev/zero; printf end`),
    );
    expect(answer).toMatchObject({ kind: "exited", code: 0, truncated: true });
    const text = answer.kind === "exited" ? Buffer.from(answer.stdout).toString("latin1") : "";
    expect(text.slice(0, 5)).toBe("begin");
    expect(text.slice(-3)).toBe("end");
    expect(text).toContain(`[${megabytes * 1024 * 1024 + 8 - 1024} bytes were left out here]`);
    expect(said(await session.read(sh`echo after`))).toEqual([0, "after\n", ""]);
  });

  test("returns megabytes unchanged", async () => {
    await using transport = controller();
    const bytes = randomBytes(4 * 1024 * 1024);
    const answer = await host(transport).read(withStdin(sh`cat`, bytes));
    const hash = (of: Uint8Array) => createHash("sha256").update(of).digest("hex");
    expect(answer.kind === "exited" && hash(answer.stdout)).toBe(hash(bytes));
  });

  test("answers many reads asked together in the order they were asked", async () => {
    await using transport = controller();
    const session = host(transport);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        session.read(sh`echo ${n}; echo ${-n} >&2; exit ${n % 7}`),
      ),
    );
    expect(answers.map(said)).toEqual(
      Array.from({ length: 200 }, (_, n) => [n % 7, `${n}\n`, `${-n}\n`]),
    );
  });

  test("tells death by a signal from a status", async () => {
    await using transport = controller();
    const session = host(transport);
    expect(await session.read(rawShell("sh -c 'kill -TERM $$'"))).toMatchObject({
      kind: "signalled",
      signal: "SIGTERM",
    });
    expect(await session.read(rawShell("sh -c 'kill -KILL $$'"))).toMatchObject({
      kind: "signalled",
      signal: "SIGKILL",
    });
    expect(await session.read(rawShell("exit 129"))).toMatchObject({ kind: "exited", code: 129 });
    expect(await session.read(rawShell("exit 255"))).toMatchObject({ kind: "exited", code: 255 });
  });

  test("a read that takes too long is killed with its children, and those behind it still get their answers", async () => {
    await using transport = controller();
    const session = host(transport);
    const stubborn = session.read(
      rawShell("trap '' TERM; sh -c 'trap \"\" TERM; exec sleep 3717'"),
      { timeoutMs: 150 },
    );
    const behind = session.read(sh`echo behind`);
    expect(await stubborn).toEqual({ kind: "timed-out", afterMs: 150 });
    expect(said(await behind)).toEqual([0, "behind\n", ""]);
    expect(said(await session.read(rawShell("pgrep -f '^sleep 3717$'")))).toEqual([1, "", ""]);
  });

  test("a read that kills its shell every time is given up", async () => {
    await using transport = controller();
    const session = host(transport);
    const answer = await session.read(rawShell("kill -9 $$"));
    expect(answer).toMatchObject({
      kind: "connection-lost",
      reason: expect.stringContaining("5 times"),
    });
    expect(said(await session.read(sh`echo alive`))).toEqual([0, "alive\n", ""]);
  });

  test("a change whose shell dies is sent once and is in doubt", async () => {
    await using transport = controller();
    const session = host(transport);
    const file = `/tmp/runbook-once-${randomBytes(6).toString("hex")}`;
    const answer = await session.change(sh`echo x >>${file}; kill -9 $$`);
    expect(answer).toMatchObject({ kind: "connection-lost" });
    expect(answer).not.toHaveProperty("unsent");
    expect(said(await session.read(sh`cat -- ${file}; rm -f -- ${file}`))).toEqual([0, "x\n", ""]);
  });

  test("a change waits for the reads before it, and the reads after it wait for the change", async () => {
    await using transport = controller();
    const session = host(transport);
    const file = `/tmp/runbook-order-${randomBytes(6).toString("hex")}`;
    const [before, , after] = await Promise.all([
      session.read(sh`sleep 0.1; cat -- ${file} 2>/dev/null`),
      session.change(sh`echo changed >${file}`),
      session.read(sh`cat -- ${file}; rm -f -- ${file}`),
    ]);
    expect(said(before)).toEqual([1, "", ""]);
    expect(said(after)).toEqual([0, "changed\n", ""]);
  });

  test("a secret on standard input stands in no argument list and no environment while the command runs", async () => {
    await using transport = controller();
    const session = host(transport);
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    const running = session.read(
      withStdin(sh`read -r x; sleep 0.5; printf %s "$x" | wc -c`, secret(`${canary}\n`)),
    );
    let looks = 0;
    await eventually("ps was sampled", () => {
      looks += 1;
      const seen = allProcesses();
      expect(seen).not.toContain(canary);
      return looks > 10;
    });
    expect(said(await running)).toEqual([0, `${canary.length}\n`, ""]);
  });
});

function allProcesses(): string {
  const list = (name: string): string =>
    pids()
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/${name}`, "latin1");
        } catch {
          return "";
        }
      })
      .join("\n");
  return list("cmdline") + list("environ");
}

function pids(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}
