import { describe, expect, jest, test } from "@jest/globals";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: There and back
hosts: all
phases:
  - name: Work
    tasks:
      - name: A folder
        file: { path: "{{ root }}/etc", state: directory }
      - name: A new file
        copy: { content: "new\\n", dest: "{{ root }}/etc/new" }
      - name: An old file
        copy: { content: "new\\n", dest: "{{ root }}/old" }
      - name: Lines
        lineinfile: { path: "{{ root }}/lines", line: "{{ item }}" }
        loop: [three, four]
      - name: A command
        shell: "echo done >>{{ root }}/effects"
        inverse: { shell: "echo undone >>{{ root }}/effects" }
`;

const NAMES = ["a", "b", "c"];

/** The three hosts with the playbook applied, and nothing left of what it was applied from. */
async function appliedFleet(): Promise<PrivateFleet> {
  const fleet = await startFleet(NAMES);
  for (const name of NAMES) {
    fleet.host(name).write("old", "old\n", 0o640);
    fleet.host(name).write("lines", "one\ntwo\n");
  }
  fleet.file("back.yaml", PLAYBOOK);
  const { code, err } = await fleet.runbook(["apply", "-i", "hosts.ini", "back.yaml", "--yes"]);
  if (code !== 0) throw new Error(err);
  for (const gone of ["back.yaml", "hosts.ini"]) rmSync(join(fleet.folder, gone));
  return fleet;
}

function standing(fleet: PrivateFleet, name: string): "before" | "after" | "between" {
  const host = fleet.host(name);
  const seen = [host.read("old"), host.read("lines"), host.has("etc"), host.read("effects")];
  const is = (wanted: readonly unknown[]): boolean =>
    JSON.stringify(seen) === JSON.stringify(wanted);
  if (is(["old\n", "one\ntwo\n", false, "done\nundone\n"])) return "before";
  if (is(["new\n", "one\ntwo\nthree\nfour\n", true, "done\n"])) return "after";
  return "between";
}

const standings = (fleet: PrivateFleet): readonly string[] =>
  NAMES.map((name) => standing(fleet, name));

describe("a run whose playbook and inventory are gone", () => {
  test("says that the way back exists, changes nothing by saying it, and is rolled back from its journal", async () => {
    await using fleet = await appliedFleet();
    const checked = await fleet.runbook(["rollback", "--check"]);
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.out).toBe("c  open\nb  open\na  open\nThe way back exists.\n");
    expect(standings(fleet)).toEqual(["after", "after", "after"]);
    const back = await fleet.runbook(["rollback", "--yes"]);
    expect(back.code).toBe(0);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
    expect(back.out.match(/is back$/gm)).toHaveLength(3);
    // Newest first.
    expect([...back.out.matchAll(/^([abc]) .*is back$/gm)].map((match) => match[1])).toEqual([
      "c",
      "b",
      "a",
    ]);
  });

  test("says what somebody has changed since, wherever it is, and overwrites nothing", async () => {
    await using fleet = await appliedFleet();
    fleet.host("b").write("old", "edited by hand\n", 0o640);
    fleet.host("c").write("lines", "one\ntwo\nthree\nfour\nfive\n");
    const { code, out } = await fleet.runbook(["rollback", "--check"]);
    expect(code).toBe(11);
    expect(out).toMatch(/^a {2}open/m);
    expect(out).toMatch(/^b {2}closed .*was changed by somebody else.*\/old/m);
    expect(out).toMatch(/^The way back is not open everywhere\.$/m);
    expect(fleet.host("b").read("old")).toBe("edited by hand\n");
    expect(fleet.host("c").read("lines")).toBe("one\ntwo\nthree\nfour\nfive\n");
  });

  test("is rolled back once, however often it is asked for", async () => {
    await using fleet = await appliedFleet();
    expect((await fleet.runbook(["rollback", "--yes"])).code).toBe(0);
    const [run] = (await fleet.runbook(["runs"])).out.split(" ");
    const again = await fleet.runbook(["rollback", run ?? "", "--yes"]);
    expect(again.code).toBe(0);
    expect(again.out).not.toContain("undone");
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
    expect((await fleet.runbook(["runs"])).out).toContain("rolled-back");
  });

  test("takes back one host when one is named, and the others later", async () => {
    await using fleet = await appliedFleet();
    const one = await fleet.runbook(["rollback", "-l", "b", "--yes"]);
    expect(one.code).toBe(0);
    expect(one.err).toContain("Only some hosts go back");
    expect(standings(fleet)).toEqual(["after", "before", "after"]);
    const rest = await fleet.runbook(["rollback", "--yes"]);
    expect(rest.code).toBe(0);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
  });

  test("does not know other hosts", async () => {
    await using fleet = await appliedFleet();
    const { code, err } = await fleet.runbook(["rollback", "-l", "zz", "--yes"]);
    expect(code).toBe(15);
    expect(err).toContain("The run has no host zz; it has a, b, c.\n");
  });

  test("stops at what somebody has changed since, shows it, and takes the other hosts back", async () => {
    await using fleet = await appliedFleet();
    fleet.host("b").write("old", "edited by hand\n", 0o640);
    const back = await fleet.runbook(["rollback", "--yes"]);
    expect(back.code).toBe(11);
    expect(back.out).toContain("b     DRIFTED  An old file\n");
    expect(back.out).toContain(`${fleet.host("b").path("old")}: file of 4 bytes`);
    expect(fleet.host("b").read("old")).toBe("edited by hand\n");
    expect(standings(fleet)).toEqual(["before", "between", "before"]);
    // The operator puts back what the run had left, and goes on.
    fleet.host("b").write("old", "new\n", 0o640);
    const again = await fleet.runbook(["rollback", "--yes"]);
    expect(again.code).toBe(0);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
  });

  test("is whole without a host that is gone for good, when somebody says so and the inventory does not have it", async () => {
    await using fleet = await appliedFleet();
    await fleet.host("b").server[Symbol.asyncDispose]();
    const line = (name: string): string =>
      `${name} ansible_host=127.0.0.1 ansible_port=${fleet.host(name).server.port} ansible_user=ops\n`;
    fleet.file("hosts.ini", ["a", "b", "c"].map(line).join(""));
    const drop = ["rollback", "--drop-host", "b", "--yes"];
    const still = await fleet.runbook(drop);
    expect([still.code, still.err]).toEqual([5, expect.stringContaining("still in the inventory")]);
    fleet.file("hosts.ini", ["a", "c"].map(line).join(""));
    const nobody = await fleet.runbook(["rollback", "--drop-host", "zz", "--yes"]);
    expect([nobody.code, nobody.err]).toEqual([5, expect.stringContaining("no such host")]);
    expect(standings(fleet)).toEqual(["after", "after", "after"]);
    const { code, out, err } = await fleet.runbook(drop);
    expect([code, err]).toEqual([0, expect.stringContaining("b is left out for good")]);
    expect(out).toMatch(/decision: drop host: "b" \(.+@.+\)/);
    expect(standings(fleet)).toEqual(["before", "after", "before"]);
    expect((await fleet.runbook(["runs"])).out).toContain("rolled-back");
  });

  test("overwrites it where that is decided, shows what, and keeps who decided", async () => {
    await using fleet = await appliedFleet();
    const edit = (): void => fleet.host("b").write("old", "edited by hand\n", 0o640);
    edit();
    const back = await fleet.runbook(["rollback", "--overwrite-drift", "--yes"]);
    expect(back.code).toBe(0);
    expect(back.out).toContain("overwritten, as decided: what somebody changed since\n");
    expect(back.out).toContain(`${fleet.host("b").path("old")}: file of 4 bytes`);
    expect(back.out.match(/overwritten/g)).toHaveLength(1);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
    const { out } = await fleet.runbook(["show", "--entries"]);
    const entries = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const decision = entries.find((entry) => entry.question === "overwrite drift");
    expect(decision).toMatchObject({ type: "decision", answer: "yes" });
    expect(decision.who).toMatch(/.@./);
  });

  test("overwrites only in the way back that it was decided for", async () => {
    await using fleet = await appliedFleet();
    fleet.host("b").write("old", "edited by hand\n", 0o640);
    const one = await fleet.runbook(["rollback", "-l", "c", "--overwrite-drift", "--yes"]);
    expect(one.code).toBe(0);
    const rest = await fleet.runbook(["rollback", "--yes"]);
    expect([rest.code, rest.out]).toEqual([11, expect.stringContaining("DRIFTED")]);
    expect(rest.out + rest.err).toContain("--overwrite-drift");
    expect(fleet.host("b").read("old")).toBe("edited by hand\n");
    const decided = await fleet.runbook(["rollback", "--overwrite-drift", "--yes"]);
    expect(decided.code).toBe(0);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
  });

  test("that is killed on its way back goes on with it, and runs no inverse twice", async () => {
    await using fleet = await appliedFleet();
    const back = fleet.begin(["rollback", "--yes"]);
    await back.saysIt("c     back");
    back.signal("SIGKILL");
    await back.ended;
    const resumed = await fleet.runbook(["resume"]);
    expect(resumed.code).toBe(10);
    expect(standings(fleet)).toEqual(["before", "before", "before"]);
  });
});
