import { expect, jest, test } from "@jest/globals";
import type { RunReport } from "../../src/report/run-report.ts";
import { NEW, OLD, simulate, UPGRADE } from "../helpers/simulated-fleet.ts";

// The shipped playbooks and the shipped program, on an embedded fleet.

jest.setTimeout(300_000);

const installs = (words: readonly string[]): boolean =>
  words[0] === "install" &&
  !words.includes("-s") &&
  !words.some((word) => /^--(print|download)/.test(word));

test.concurrent(
  "a serial upgrade brings every host to the new triple, and a second one enters no host",
  async () => {
    await using simulated = await simulate();
    const before = simulated.variables();
    const upgraded = await simulated.upgrade();
    expect(upgraded).toMatchObject({ code: 0 });
    expect(simulated.standing()).toEqual([NEW]);
    expect(simulated.variables()).toBe(before.replace("'v5' ", "'v6' "));
    const installed = simulated.asked.filter(
      ({ asked }) => asked.program === "apt-get" && installs(asked.words),
    );
    expect(installed.map(({ host }) => host)).toEqual(["ns1", "ns2"]);

    // Beside all this both were asked for SOAs: the report says what came.
    expect(upgraded.out).toMatch(/^DNS +: .*(of 2 servers silent|2 servers watched)/m);
    const report = await simulated.runbook("report", "--format", "json");
    const { dns } = JSON.parse(report.out) as RunReport;
    expect(dns?.servers.map(({ host, way }) => [host, way])).toEqual([
      ["ns1", "ssh"],
      ["ns2", "ssh"],
    ]);
    expect(dns?.servers.every(({ answered }) => answered > 0)).toBe(true);

    const asked = simulated.asked.length;
    expect(await simulated.upgrade()).toMatchObject({ code: 0 });
    const changing = simulated.asked
      .slice(asked)
      .filter(({ asked: { program, words } }) =>
        program === "systemctl" ? words[0] !== "show" : program === "apt-get",
      );
    expect(changing).toEqual([]);
  },
);

test.concurrent(
  "a window upgrade by an approved plan takes all hosts at once, and the rollback brings every byte of the variables back",
  async () => {
    await using simulated = await simulate({ hosts: 4 });
    const before = simulated.variables();
    const planned = await simulated.runbook(
      "plan",
      ...UPGRADE,
      "--mode",
      "window",
      "--out",
      "it.plan",
    );
    expect(planned).toMatchObject({ code: 0 });
    const upgraded = await simulated.runbook("apply", "it.plan", "--yes");
    expect(upgraded).toMatchObject({ code: 0 });
    expect(simulated.standing()).toEqual([NEW]);
    expect(await simulated.runbook("rollback", "--yes")).toMatchObject({ code: 0 });
    expect(simulated.standing()).toEqual([OLD]);
    expect(simulated.variables()).toBe(before);
  },
);

test.concurrent("a fleet without a prefix goes back to none, from the storage alone", async () => {
  await using simulated = await simulate({ hosts: 1, prefix: "" });
  // Such a fleet has no line for it in its variables either, so none is changed.
  const options = ["-e", "vars_path=pdns_package_version", "-e", "rollback_from=s3"];
  expect(await simulated.upgrade(...options)).toMatchObject({ code: 0 });
  expect(simulated.standing()).toEqual([NEW]);
  expect(await simulated.runbook("rollback", "--yes")).toMatchObject({ code: 0 });
  expect(simulated.standing()).toEqual([OLD.replace("v5", "no prefix")]);
});

test.concurrent(
  "the same upgrade works where paths are redirected instead of namespaces",
  async () => {
    await using simulated = await simulate({ isolation: "paths" });
    expect(simulated.fleet.isolation).toBe("paths");
    expect(await simulated.upgrade("--mode", "window")).toMatchObject({ code: 0 });
    expect(simulated.standing()).toEqual([NEW]);
    expect(await simulated.runbook("rollback", "--yes")).toMatchObject({ code: 0 });
    expect(simulated.standing()).toEqual([OLD]);
  },
);

test.concurrent("a plan asks nothing of a host that changes it", async () => {
  await using simulated = await simulate({ hosts: 1 });
  const { asked } = simulated;
  expect(await simulated.runbook("plan", ...UPGRADE)).toMatchObject({ code: 0 });
  const verbs = asked
    .filter(({ asked: { program } }) => program === "systemctl")
    .map(({ asked: { words } }) => words[0]);
  expect([...new Set(verbs)]).toEqual(["show"]);
  expect(asked.filter(({ asked: { words } }) => installs(words))).toEqual([]);
  expect(simulated.standing()).toEqual([OLD]);
});
