import { describe, expect, test } from "@jest/globals";
import { sh, withStdin } from "../model/command.ts";
import { hostId, runId } from "../model/ids.ts";
import type { Clock } from "../model/clock.ts";
import { answersFrom, ScriptedHosts, type ScriptedFault } from "./scripted.ts";

const scope = { run: runId("r1"), hostTask: "1.1@a" };

function sessionOf(hosts: ScriptedHosts) {
  return hosts.transport().connection(hostId("a")).session({ kind: "login" }, scope);
}

function handClock(): Clock {
  let time = 0;
  return {
    now: () => time,
    ticks: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

describe("scripted hosts", () => {
  test("answer from a table and keep every command in order with its kind and input", async () => {
    const hosts = new ScriptedHosts({
      answer: answersFrom([["cat -- /x", { stdout: "hello\n" }]]),
    });
    const session = sessionOf(hosts);
    const [read, change] = await Promise.all([
      session.read(sh`cat -- ${"/x"}`),
      session.change(withStdin(sh`tee -- ${"/x"}`, "new")),
    ]);
    expect(read).toMatchObject({ kind: "exited", code: 0, stdout: Buffer.from("hello\n") });
    expect(change).toMatchObject({ kind: "exited", code: 127 });
    expect(hosts.asked.map(({ kind, text }) => [kind, text])).toEqual([
      ["read", "cat -- /x"],
      ["change", "tee -- /x"],
    ]);
    expect(hosts.asked[1]?.stdin).toEqual(new TextEncoder().encode("new"));
  });

  test("run a job of one name once, also for a controller that comes back", async () => {
    let effects = 0;
    const hosts = new ScriptedHosts({ answer: () => ({ stdout: String(++effects) }) });
    await sessionOf(hosts).job(sh`work`, { name: "j", cancel: "leave" });
    const again = await sessionOf(hosts).job(sh`work`, { name: "j", cancel: "leave" });
    expect(again).toMatchObject({ stdout: Buffer.from("1") });
    expect(effects).toBe(1);
    await sessionOf(hosts).forgetJobs();
    expect(await sessionOf(hosts).standing("j")).toEqual({ kind: "absent" });
  });

  test.each<[ScriptedFault, number, string, string]>([
    ["lost-before", 0, "connection-lost", "absent"],
    ["lost-after", 1, "connection-lost", "finished"],
    ["vanish", 1, "vanished", "vanished"],
  ])(
    "a job with the fault %s has %i effects, says %s, and is found %s",
    async (fault, effects, says, found) => {
      let seen = 0;
      const hosts = new ScriptedHosts({ answer: () => ({ code: seen++ }), fault: () => fault });
      const session = sessionOf(hosts);
      expect((await session.job(sh`work`, { name: "j", cancel: "safe" })).kind).toBe(says);
      expect((await session.standing("j")).kind).toBe(found);
      expect(seen).toBe(effects);
    },
  );

  test("a deadline leaves one job running and kills another, as its cancel says", async () => {
    const clock = handClock();
    const hosts = new ScriptedHosts({ clock, answer: () => ({ takesMs: 1_000, stdout: "end" }) });
    const session = sessionOf(hosts);
    const left = await session.job(sh`a`, { name: "left", cancel: "leave", timeoutMs: 100 });
    expect(left).toEqual({ kind: "timed-out", afterMs: 100 });
    expect(await session.standing("left")).toEqual({ kind: "running", pid: 1, sinceMs: 0 });
    await session.job(sh`b`, { name: "killed", cancel: "safe", timeoutMs: 100 });
    expect(await session.standing("killed")).toMatchObject({ result: { kind: "signalled" } });
    await clock.sleep(1_000);
    expect(await session.standing("left")).toMatchObject({ kind: "finished" });
  });

  test("a job under the lock of another number is refused with status 75", async () => {
    const hosts = new ScriptedHosts({
      answer: () => ({}),
      lock: () => ({ run: "r1", fencing: 2 }),
    });
    const session = hosts
      .transport()
      .connection(hostId("a"))
      .session({ kind: "login" }, { ...scope, fencing: 1 });
    expect(await session.job(sh`work`, { name: "j", cancel: "safe" })).toMatchObject({ code: 75 });
    expect(hosts.asked).toEqual([]);
  });
});
