import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startReportedRun } from "../helpers/reported-run.ts";

jest.setTimeout(120_000);

let fleet: PrivateFleet;
beforeAll(async () => {
  fleet = await startReportedRun();
});
afterAll(async () => fleet[Symbol.asyncDispose]());

const at = (name: string): string => join(fleet.folder, name);
const read = (name: string): string => readFileSync(at(name), "utf8");

/** Files may not grow beyond so many blocks of 512 bytes: writing fails as on a full disk. */
const diskOf = (blocks: number) => [
  ...["/bin/sh", "-c", `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, "sh"],
];

describe("a report on disk", () => {
  test("is what standard output has without --out, and its owner's alone", async () => {
    const args = ["report", "--format", "json"];
    const { out } = await fleet.runbook(args);
    const { code, out: nothing, err } = await fleet.runbook([...args, "--out", "a.json"]);
    expect([code, nothing]).toEqual([0, ""]);
    expect(err).toMatch(/^Run \S+: json report in a\.json\n$/);
    expect(read("a.json")).toBe(out);
    expect(statSync(at("a.json")).mode & 0o777).toBe(0o600);
  });

  test("takes the place of an older one, keeps its mode, and follows a link", async () => {
    fleet.file("shared/old.html", "old", 0o644);
    symlinkSync("shared/old.html", at("link.html"));
    expect((await fleet.runbook(["report", "--out", "link.html"])).code).toBe(0);
    expect(read("shared/old.html")).toMatch(/^<!doctype html>/);
    expect(statSync(at("shared/old.html")).mode & 0o777).toBe(0o644);
    expect(readdirSync(at("shared"))).toEqual(["old.html"]);
  });

  test("that a full disk cuts off is not there, and the older one still is", async () => {
    fleet.file("full/report.html", "the older one");
    const { code, err } = await fleet.runbook(["report", "--out", "full/report.html"], {
      under: diskOf(8),
    });
    expect(code).toBe(1);
    expect(err).toContain("error: the report was not written to full/report.html: ");
    expect(err).toContain("the file would be larger than is allowed here");
    expect(err).toContain("Nothing is lost");
    expect(read("full/report.html")).toBe("the older one");
    expect(readdirSync(at("full"))).toEqual(["report.html"]);
  });

  test.each([
    ["nowhere/report.html", "there is no such folder"],
    ["hosts.ini/report.html", "part of the path is no folder"],
    ["folder", "it is a folder"],
    ["/dev/full", "it is no plain file"],
  ])("cannot be written to %s: %s", async (place, reason) => {
    if (!existsSync(at("folder"))) mkdirSync(at("folder"));
    const { code, out, err } = await fleet.runbook(["report", "--out", place]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`error: the report was not written to ${place}: ${reason}`);
    expect(err).not.toMatch(/\n {4}at /);
  });

  (process.getuid?.() === 0 ? test.skip : test)("needs permission", async () => {
    mkdirSync(at("locked"));
    chmodSync(at("locked"), 0o500);
    const { code, err } = await fleet.runbook(["report", "--out", "locked/report.html"]);
    expect([code, err]).toEqual([1, expect.stringContaining("no permission to write there")]);
  });
});

describe("standard output that is full", () => {
  test("is said in one line, and the exit code is not that of success", async () => {
    const { code, err } = await fleet.runbook(["report", "--format", "html"], {
      under: ["/bin/sh", "-c", 'exec "$@" >/dev/full', "sh"],
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^error: standard output cannot be written: .*ENOSPC.*\n$/);
  });

  test("does not stop a run", async () => {
    fleet.file(
      "small.yaml",
      'runbook: 1\nname: small\nhosts: ns4\nphases:\n  - name: one\n    tasks:\n      - copy: { content: "1", dest: "{{ root }}/small" }\n',
    );
    const { code, err } = await fleet.runbook(["apply", "-i", "hosts.ini", "small.yaml", "--yes"], {
      under: ["/bin/sh", "-c", 'exec "$@" >/dev/full', "sh"],
    });
    expect(code).toBe(1);
    expect(err).toContain("standard output cannot be written");
    expect(fleet.host("ns4").read("small")).toBe("1");
    expect((await fleet.runbook(["show"])).out).toContain("every host is at its goal or finished");
  });
});

describe("what is secret", () => {
  test.each(["html", "json"])("is in no %s report", async (format) => {
    const [run = ""] = (await fleet.runbook(["runs"])).out.split(" ");
    const { out } = await fleet.runbook(["report", run, "--format", format]);
    expect(out).toContain("•••");
    expect(out).not.toContain("tell-nobody-7");
    expect(out).not.toContain("hush-hush");
  });
});

test("a run that does not exist is named, with what to do", async () => {
  const { code, out, err } = await fleet.runbook(["report", "20200101-000000-aaaaaa"]);
  expect([code, out]).toEqual([5, ""]);
  expect(err).toContain("there is no run 20200101-000000-aaaaaa");
});
