import { describe, expect, jest, test } from "@jest/globals";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const COUNT = 12;
const PLAYBOOK = `
runbook: 1
name: Many
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo {{ item }} >>{{ root }}/effects"
        loop: "{{ range(${COUNT}) | list }}"
        inverse: none
`;
const ALL = Array.from({ length: COUNT }, (_, index) => `${index}\n`).join("");
const apply = ["apply", "-i", "hosts.ini", "many.yaml", "--yes"];

async function oneHost(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a"]);
  fleet.file("many.yaml", PLAYBOOK);
  return fleet;
}

/** Files may not grow beyond so many blocks of 512 bytes: writing fails as on a full disk. */
const diskOf = (blocks: number): readonly string[] => [
  ...["/bin/sh", "-c", `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, "sh"],
];

function onlyJournal(fleet: PrivateFleet): string {
  const [path, ...more] = fleet.journals();
  if (path === undefined || more.length > 0) throw new Error("there is not exactly one journal");
  return path;
}

describe("a disk that gets full", () => {
  test("before the first line of the journal: nothing is done", async () => {
    await using fleet = await oneHost();
    const { code, err } = await fleet.runbook(apply, { under: diskOf(1) });
    expect(code).toBe(11);
    expect(err).toContain("the journal cannot be written: ");
    expect(fleet.host("a").has("effects")).toBe(false);
    expect(fleet.host("a").has("home/.runbook/lock/fencing")).toBe(false);
  });

  test("in the middle: nothing more is begun, and resume does the rest once there is room", async () => {
    await using fleet = await oneHost();
    const other = await oneHost();
    await other.runbook(apply);
    const size = statSync(onlyJournal(other)).size;
    await other[Symbol.asyncDispose]();
    const { code, out, err } = await fleet.runbook(apply, {
      under: diskOf(Math.floor((size * 0.7) / 512)),
    });
    expect(code).toBe(11);
    expect(out + err).toContain("the journal cannot be written: ");
    expect(err).toContain("runbook resume");
    const done = fleet.host("a").read("effects");
    expect(ALL.startsWith(done) && done !== ALL).toBe(true);
    expect((await fleet.runbook(["resume"])).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe(ALL);
  });
});

describe("a disk that gets full while a host is waited for", () => {
  test("ends the wait: 11", async () => {
    const wait = `
      - shell: "test -e {{ root }}/never"
        read_only: true
        wait: 10m
        when: inventory_hostname == 'b'
      - shell:`;
    const playbook = PLAYBOOK.replace("\n      - shell:", wait).replace(
      "hosts: all",
      "hosts: all\nrollout: { mode: window, on_failure: ask }",
    );
    await using fleet = await startFleet(["a", "b"]);
    fleet.file("many.yaml", playbook);
    await using other = await startFleet(["a"]);
    other.file("many.yaml", playbook);
    await other.runbook(apply);
    const { size } = statSync(onlyJournal(other));
    const { code, err } = await fleet.runbook(apply, {
      under: diskOf(Math.floor((size * 0.8) / 512)),
    });
    expect([code, err]).toEqual([11, expect.stringContaining("the journal cannot be written: ")]);
    expect(fleet.host("b").has("effects")).toBe(false);
  });
});

describe("a journal", () => {
  test("that is torn anywhere in its last line is gone on with", async () => {
    await using fleet = await oneHost();
    expect((await fleet.runbook(apply)).code).toBe(0);
    const path = onlyJournal(fleet);
    const whole = readFileSync(path);
    const last = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const cut of [last + 1, whole.length - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      expect((await fleet.runbook(["show"])).out).toContain("under way, or killed");
      expect((await fleet.runbook(["resume"])).code).toBe(0);
      expect((await fleet.runbook(["show"])).out).toContain(
        "every host is at its goal or finished",
      );
    }
    expect(fleet.host("a").read("effects")).toBe(ALL);
  });

  test("that was changed afterwards is not believed: 11", async () => {
    await using fleet = await oneHost();
    await fleet.runbook(apply);
    const path = onlyJournal(fleet);
    writeFileSync(path, readFileSync(path, "utf8").replace('"lane-begun"', '"lane-bogun"'));
    for (const args of [["rollback", "--yes"], ["resume"], ["show"]]) {
      const { code, err } = await fleet.runbook(args);
      expect([args, code]).toEqual([args, 11]);
      expect(err).toContain("the journal was changed after it was written");
    }
    expect((await fleet.runbook(["runs"])).code).toBe(0);
  });

  test("that another key was used for says which option helps: 11", async () => {
    await using fleet = await oneHost();
    await fleet.runbook(apply);
    const key = fleet.file("other.key", `${Buffer.alloc(32, 7).toString("base64")}\n`, 0o600);
    const { code, err } = await fleet.runbook(["rollback", "--yes", "--state-key-file", key]);
    expect(code).toBe(11);
    expect(err).toContain("--state-key-file");
  });

  test("and its key are readable by nobody else", async () => {
    await using fleet = await oneHost();
    await fleet.runbook(apply);
    const modes = [fleet.stateFolder, onlyJournal(fleet), `${fleet.stateFolder}/key`].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(["700", "600", "600"]);
  });
});
