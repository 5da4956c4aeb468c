import { describe, expect, jest, test } from "@jest/globals";
import { NEW, OLD, simulate } from "../helpers/simulated-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(300_000);

describe("refused with nothing changed", () => {
  test.concurrent.each<readonly [fault: string, words: string]>([
    ["prefix-too-early", "step/pdns-state"],
    ["foreign-snapshot", "old-ns9"],
    ["disk-full", "step/disk-full"],
    ["clock-skew", "step/clock-skew"],
    ["schema-demanded", "lmdb-schema-version=5"],
    ["host-key", "transport/host-key-changed"],
    ["sudo-password", "transport/sudo-password-required"],
  ])("%s", async (fault, words) => {
    await using simulated = await simulate();
    simulated.inject(fault);
    if (fault === "prefix-too-early") await stolen(simulated);
    const before = simulated.standing();
    const refused = await simulated.upgrade();
    expect({ code: refused.code, says: refused.err.includes(words) ? words : refused.err }).toEqual(
      {
        code: 14,
        says: words,
      },
    );
    expect(simulated.standing()).toEqual(before);
  });

  test.concurrent(
    "a poisoned prefix: one host was upgraded by hand, and all others took its schema over",
    async () => {
      await using simulated = await simulate();
      simulated.inject("upgraded-early");
      await eventually("the other host has schema 6", () => {
        const [first] = simulated.fleet.hosts;
        return first?.standing().schema === 6;
      });
      const before = simulated.standing();
      const refused = await simulated.upgrade();
      expect(refused).toMatchObject({ code: 14 });
      expect(refused.err).toContain("holds snapshots of schema 6 instead of 5");
      expect(simulated.standing()).toEqual(before);
    },
  );
});

describe("gone through", () => {
  test.concurrent.each(["connection-lost", "power-cut", "dpkg-interrupted", "storage-away"])(
    "%s",
    async (fault) => {
      await using simulated = await simulate();
      simulated.inject(fault);
      expect(await simulated.upgrade()).toMatchObject({ code: 0 });
      expect(simulated.standing()).toEqual([NEW]);
    },
  );

  test.concurrent(
    "a controller that was killed: resume finishes, and no package is installed twice",
    async () => {
      await using simulated = await simulate();
      simulated.inject("controller-killed");
      expect(await simulated.upgrade()).toMatchObject({ signal: "SIGKILL" });
      expect(await simulated.runbook("resume", "--yes")).toMatchObject({ code: 0 });
      expect(simulated.standing()).toEqual([NEW]);
      const installed = simulated.asked.filter(
        ({ asked: { program, words } }) =>
          program === "apt-get" && words[0] === "install" && words.includes("--no-remove"),
      );
      expect(installed.map(({ host }) => host)).toEqual(["ns1", "ns2"]);
    },
  );

  test.concurrent(
    "a new server that refuses to start: nothing was upgraded, and the way back brings everything back",
    async () => {
      await using simulated = await simulate();
      simulated.inject("server-refuses");
      expect(await simulated.upgrade()).toMatchObject({ code: 2 });
      expect(simulated.fleet.host("ns2").standing()).toMatchObject({ schema: 5, version: "5.1.5" });
      expect(await simulated.runbook("rollback", "--yes")).toMatchObject({ code: 0 });
      expect(simulated.standing()).toEqual([OLD]);
    },
  );

  test.concurrent("a repository that is away: it fails before anything stops", async () => {
    await using simulated = await simulate();
    simulated.inject("repository-away");
    expect(await simulated.upgrade()).toMatchObject({ code: 2 });
    expect(simulated.standing()).toEqual([OLD]);
    const stops = simulated.asked.filter(({ asked: { words } }) => words[0] === "stop");
    expect(stops).toEqual([]);
  });

  test.concurrent(
    "a poisoned old prefix on the way back: the backup serves, and nobody goes dark",
    async () => {
      await using simulated = await simulate({ hosts: 1 });
      const { fleet } = simulated;
      expect(await simulated.upgrade()).toMatchObject({ code: 0 });
      // What the upgraded host stored, as if its Lightning Stream had been on the old prefix once.
      for (const name of fleet.bucket.list("v6main__")) {
        const snapshot = fleet.bucket.get(name);
        if (snapshot !== undefined)
          fleet.bucket.put({ ...snapshot, name: name.replace("v6", "v5") });
      }
      const back = await simulated.runbook("rollback", "--yes");
      expect(back.code).toBe(11);
      expect(fleet.host("ns1").standing()).toMatchObject({ schema: 5, version: "4.9.17" });
      expect(fleet.host("ns1").unit("pdns").state).toBe("active");
      expect(fleet.host("ns1").unit("lightningstream").state).toBe("inactive");
    },
  );
});

async function stolen(simulated: {
  fleet: { bucket: { list(prefix: string): readonly string[] } };
}) {
  await eventually(
    "it has stored something there",
    () => simulated.fleet.bucket.list("v6").length > 0,
  );
}
