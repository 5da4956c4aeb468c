import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSshKey } from "../../src/transport/ssh/server.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const playbook = (tasks: string, head = ""): string => `
runbook: 1
name: Small
hosts: all
${head}
phases:
  - name: Work
    tasks:
${tasks.replaceAll(/^/gm, "      ")}
`;
const TOUCH = '- copy: { content: x, dest: "{{ root }}/x" }';

let fleet: PrivateFleet;
beforeAll(async () => {
  fleet = await startFleet(["a", "b"]);
  fleet.file("touch.yaml", playbook(TOUCH));
});
afterAll(async () => fleet[Symbol.asyncDispose]());

const applied = (file: string, ...more: readonly string[]) =>
  fleet.runbook(["apply", "-i", "hosts.ini", file, ...more]);

const untouched = (): boolean => !fleet.host("a").has("x") && !fleet.host("b").has("x");

describe("without a terminal", () => {
  test("nothing is applied without --yes: 14, naming it", async () => {
    const { code, out, err } = await applied("touch.yaml");
    expect([code, out]).toEqual([14, ""]);
    expect(err).toContain("--yes");
    expect(untouched()).toBe(true);
  });

  test("nothing irreversible is done without --accept-irreversible: 14, naming it", async () => {
    fleet.file(
      "leap.yaml",
      playbook(`- irreversible: it leaps\n  shell: "echo >{{ root }}/leapt"`),
    );
    const { code, out, err } = await applied("leap.yaml", "--yes");
    expect(code).toBe(14);
    expect(out).toContain("point of no return on a, b: ");
    expect(err).toContain("--accept-irreversible");
    expect(fleet.host("a").has("leapt")).toBe(false);
    expect(fleet.host("a").has("home/.runbook/lock/fencing")).toBe(false);
    expect((await applied("leap.yaml", "--yes", "--accept-irreversible")).code).toBe(0);
    expect(fleet.host("a").has("leapt")).toBe(true);
    const report = await fleet.runbook(["report", "--format", "json"]);
    expect(JSON.parse(report.out)).toMatchObject({
      decisions: [
        { question: "irreversible", answer: ["it leaps"] },
        { question: "go", answer: "yes" },
      ],
    });
  });
});

describe("exit codes", () => {
  test("2: a host failed; the others after it are not begun", async () => {
    fleet.file("fails.yaml", playbook(`- shell: "echo out; echo what is wrong >&2; exit 7"`));
    const { code, out, err } = await applied("fails.yaml", "--yes");
    expect(code).toBe(2);
    expect(out).toContain("FAILED");
    expect(out).toContain("what is wrong");
    expect(out).not.toMatch(/^b .*FAILED/m);
    expect(err).toMatch(/go on: +runbook resume/);
    await fleet.runbook(["abandon", runOf(out), "--yes"]);
  });

  test("10: a host failed, and what was touched is back", async () => {
    fleet.file("back.yaml", playbook(`${TOUCH}\n- shell: exit 3\n  inverse: none`));
    const { code } = await applied("back.yaml", "--yes", "--on-failure", "rollback_run");
    expect(code).toBe(10);
    expect(untouched()).toBe(true);
  });

  test.each([
    ["an option that does not exist", ["apply", "touch.yaml", "--yse"]],
    ["a command that does not exist", ["aply"]],
    ["a run that does not exist", ["show", "20200101-000000-aaaa"]],
    ["a choice that does not exist", ["apply", "touch.yaml", "--mode", "parallel"]],
    ["a step that does not exist", ["doc", "lineinfil"]],
  ])("5: %s", async (_what, args) => {
    const { code, out, err } = await fleet.runbook(args);
    expect([code, out]).toEqual([5, ""]);
    expect(err).not.toBe("");
  });

  test("14: a preflight gate does not hold", async () => {
    const gate =
      "preflight:\n  - assert: { that: \"inventory_hostname == 'a'\", fail_msg: not ready }";
    fleet.file("gate.yaml", playbook(TOUCH, gate));
    const { code, err } = await applied("gate.yaml", "--yes");
    expect(code).toBe(14);
    expect(err).toContain("b: ");
    expect(err).toContain("not ready");
    expect(untouched()).toBe(true);
  });

  test.each([
    ["no inventory at all", ["apply", "touch.yaml", "--yes"]],
    ["an inventory that is not there", ["apply", "-i", "nowhere.ini", "touch.yaml", "--yes"]],
    ["a limit that matches nothing", ["plan", "-i", "hosts.ini", "-l", "zz", "touch.yaml"]],
    ["a host that is not there", ["inventory", "-i", "hosts.ini", "--host", "zz"]],
  ])("15: %s", async (_what, args) => {
    const { code, out, err } = await fleet.runbook(args);
    expect([code, out]).toEqual([15, ""]);
    expect(err).not.toBe("");
  });

  test("16: every problem of the playbook at once, each with its place", async () => {
    fleet.file(
      "wrong.yaml",
      playbook("- lineinfil: { path: /x }\n- copy: { dst: /x }\n- debug: { msg: '{{ x' }"),
    );
    const { code, out, err } = await applied("wrong.yaml", "--yes");
    expect([code, out]).toEqual([16, ""]);
    expect(err).toContain('Did you mean "lineinfile"?');
    expect(err).toMatch(/wrong\.yaml:9:\d+ /);
    expect(err).toMatch(/wrong\.yaml:10:\d+ /);
    expect(err).toMatch(/\d errors$/m);
  });

  test("16: a playbook that is not there", async () => {
    const { code, err } = await applied("nowhere.yaml", "--yes");
    expect(code).toBe(16);
    expect(err).toContain("there is no playbook nowhere.yaml");
  });

  test("11: no journal can be kept, and nothing is done", async () => {
    const { code, err } = await applied("touch.yaml", "--yes", "--state-dir", "/proc/nowhere");
    expect(code).toBe(11);
    expect(err).toContain("no journal can be kept in /proc/nowhere");
    expect(err).toContain("--state-dir");
    expect(untouched()).toBe(true);
  });
});

describe("hosts that cannot be reached", () => {
  test("4: nothing listens there; the others are left alone", async () => {
    fleet.file("gone.ini", `a\nb\ngone ansible_host=127.0.0.1 ansible_port=1 root=/nowhere\n`);
    const { code, err } = await fleet.runbook([
      ...["apply", "-i", "hosts.ini", "-i", "gone.ini", "touch.yaml", "--yes"],
    ]);
    expect(code).toBe(4);
    expect(err).toContain("gone: no connection to 127.0.0.1:1: ");
    expect(untouched()).toBe(true);
  });

  test("14: the host key is not known, with its fingerprint and where it was looked for", async () => {
    const nobody = withHome("nobody");
    const { code, err } = await fleet.runbook(["plan", "-i", "hosts.ini", "touch.yaml"], nobody);
    expect(code).toBe(14);
    expect(err).toContain("a: the host key of [127.0.0.1]:");
    expect(err).toContain("SHA256:");
    expect(err).toContain(`${nobody.env.HOME}/.ssh/known_hosts`);
  });

  test("14: the host key has changed, with the line that says otherwise", async () => {
    const other = withHome("other");
    const { port } = fleet.host("a").server;
    const lines = `[127.0.0.1]:${port} ${newSshKey().publicKey}\n`;
    writeFileSync(join(other.env.HOME, ".ssh", "known_hosts"), lines);
    const args = ["plan", "-i", "hosts.ini", "-l", "a", "touch.yaml"];
    const { code, err } = await fleet.runbook(args, other);
    expect(code).toBe(14);
    expect(err).toContain("transport/host-key-changed");
    expect(err).toContain("known_hosts:1");
  });

  test("14: the server does not take the key, and it is said what was offered", async () => {
    const key = fleet.file("other-key", newSshKey().privateKey, 0o600);
    const args = ["plan", "-i", "hosts.ini", "touch.yaml", "--private-key", key];
    const { code, err } = await fleet.runbook(args);
    expect(code).toBe(14);
    expect(err).toContain("a, b: the server does not let ops in");
    expect(err).toContain("offered: key ");
  });
});

function runOf(out: string): string {
  const run = /run (\d{8}-\d{6}-\w{6})/.exec(out)?.[1];
  if (run === undefined) throw new Error(`no run is named in:\n${out}`);
  return run;
}

/** Another operator, who has never met these hosts. */
function withHome(name: string): { readonly env: { readonly HOME: string } } {
  const home = join(fleet.folder, name);
  mkdirSync(join(home, ".ssh"), { recursive: true });
  chmodSync(join(home, ".ssh"), 0o700);
  return { env: { HOME: home } };
}
