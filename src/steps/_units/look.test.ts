import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { isRunning, isStopped, parseUnits, type UnitSeen } from "./look.ts";
import { parseMoved, type UnitTarget } from "./move.ts";
import { keptFromStarting, notSettled, ownedByOthers } from "./settled.ts";
import { isUnitName, shortName, unitName } from "./unit-name.ts";

const sample = (name: string) =>
  readFileSync(new URL(`samples/${name}.txt`, import.meta.url), "utf8");

function unitsIn(text: string): readonly UnitSeen[] {
  const look = parseUnits(text);
  if (look.kind !== "units") throw new Error(look.kind);
  return look.units;
}

const pdns = (more: Partial<UnitTarget>): readonly UnitTarget[] => [
  { unit: "pdns.service", hold: "keep", boot: "keep", run: "keep", ...more },
];

describe("a look at units", () => {
  test("reads running units and says when one does not exist", () => {
    const [sync, server, nosuch] = unitsIn(sample("serving"));
    expect(sync).toMatchObject({ unit: "lightningstream.service", type: "simple", mainPid: 1293 });
    expect(sync?.processes).toEqual([1293]);
    expect(server).toMatchObject({
      active: "active",
      fileState: "enabled",
      hold: { kind: "none" },
    });
    expect(nosuch?.load).toBe("not-found");
    expect([sync, server].map((one) => one !== undefined && isRunning(one))).toEqual([true, true]);
  });

  test("knows a host without systemd by its first process", () => {
    expect(parseUnits("init:busybox\n")).toEqual({ kind: "no-systemd", init: "busybox" });
  });

  test("sees whose hold it is and that it is in effect", () => {
    const [held] = parseMoved(sample("held-and-stopped")).last;
    expect(held?.hold).toEqual({ kind: "ours", run: "20261122-lab", effective: true });
    expect(held !== undefined && isStopped(held)).toBe(true);
  });

  test.each([
    ["systemd has not read it", "NeedDaemonReload=no", "NeedDaemonReload=yes"],
    ["another drop-in sorts after it", /(DropInPaths=\S+)/g, "$1 /etc/x.d/zzz-mine.conf"],
    ["systemd does not list it", /DropInPaths=\S+/g, "DropInPaths="],
  ])("does not call a hold effective when %s", (_why, from, to) => {
    const moved = parseMoved(sample("held-and-stopped").replaceAll(from, to));
    expect(moved.last[0]?.hold).toMatchObject({ kind: "ours", effective: false });
    expect(notSettled(pdns({ hold: "set" }), moved)).toHaveLength(1);
  });

  test("does not take a file of our name for a hold when we did not write it", () => {
    const text = sample("held-and-stopped").replaceAll("hold:# Held by runbook", "hold:# mine");
    const [seen] = parseMoved(text).last;
    expect(seen?.hold).toEqual({ kind: "foreign" });
    expect(seen && ownedByOthers(seen)?.summary).toContain("was not written by runbook");
  });

  test("names a mask and a foreign assertion with what to do", () => {
    const [sync, server] = unitsIn(sample("in-the-way"));
    expect(server && ownedByOthers(server)?.hint).toContain("systemctl unmask pdns.service");
    expect(sync && ownedByOthers(sync)).toBeUndefined();
    expect(sync && keptFromStarting(sync)?.hint).toContain("lightningstream.service.d/stop.conf");
  });

  test("leaves an operator's condition that waits for a file to systemd", () => {
    const text = sample("in-the-way").replace(/^unmet:.*Assert.*\n/m, "");
    const [sync] = unitsIn(text);
    expect(sync?.unmet).toHaveLength(1);
    expect(sync && keptFromStarting(sync)).toBeUndefined();
  });
});

describe("a unit that was moved", () => {
  test("is settled when held, stopped and without processes", () => {
    const moved = parseMoved(sample("held-and-stopped"));
    expect(notSettled(pdns({ hold: "set", run: "stop" }), moved)).toEqual([]);
  });

  test("is not settled while a process of it is left", () => {
    const moved = parseMoved(sample("held-and-stopped").replaceAll("process:0", "process:77"));
    expect(notSettled(pdns({ run: "stop" }), moved)).toEqual([
      "pdns.service: it is inactive, with processes 77 left",
    ]);
  });

  test("is not settled when it loops in activating", () => {
    const moved = parseMoved(sample("dies-at-start"));
    expect(moved.refused).toEqual(["systemctl start -- pdns.service"]);
    expect(notSettled(pdns({ run: "start" }), moved)).toEqual([
      "pdns.service: it is activating (auto-restart), result exit-code",
    ]);
    expect(notSettled(pdns({ run: "stop" }), moved)).toHaveLength(1);
  });

  test("is settled when it runs and keeps its process", () => {
    const text = sample("started");
    expect(notSettled(pdns({ hold: "free", run: "start" }), parseMoved(text))).toEqual([]);
    const [first = "", last = ""] = text.split("last:");
    for (const [from, to] of [
      ["NRestarts=0", "NRestarts=1"],
      ["MainPID=2345", "MainPID=2400"],
    ] as const) {
      const moved = parseMoved(`${first}last:${last.replace(from, to)}`);
      expect(notSettled(pdns({ run: "start" }), moved)).toHaveLength(1);
    }
  });

  test("counts a oneshot that ended well as started", () => {
    const done = sample("held-and-stopped").replaceAll("Type=notify", "Type=oneshot");
    expect(notSettled(pdns({ run: "start" }), parseMoved(done))).toEqual([]);
    const bad = done.replaceAll("Result=success", "Result=exit-code");
    expect(notSettled(pdns({ run: "start" }), parseMoved(bad))).toHaveLength(1);
  });

  test("is not settled when nothing was said of it", () => {
    expect(notSettled(pdns({ run: "stop" }), parseMoved(""))).toHaveLength(1);
  });
});

describe("a unit's name", () => {
  test("is a service's unless it says otherwise", () => {
    expect(["pdns", "pdns@a", "x.timer", "pdns.service"].map(unitName)).toEqual([
      "pdns.service",
      "pdns@a.service",
      "x.timer",
      "pdns.service",
    ]);
    expect(shortName("pdns.service")).toBe("pdns");
  });

  test("cannot be a path or an option", () => {
    expect(["a/b", "-x", "a b", ""].filter(isUnitName)).toEqual([]);
  });
});
