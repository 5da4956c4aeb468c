import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const ESCAPE = "\u001b";
const EVIL = `${ESCAPE}]0;owned\u0007${ESCAPE}[2J\u009b31mred\u202e`;

const PLAYBOOK = `
runbook: 1
name: Small
hosts: web
inputs:
  port: { type: integer, default: 8080, description: where it listens }
  release: { type: string, required: true, description: what to install }
phases:
  - name: Work
    tasks:
      - name: A file
        copy: { content: "{{ release }}:{{ port }}\\n", dest: "{{ root }}/release" }
  - name: Look
    scope: fleet
    tasks:
      - name: Everywhere
        debug: { msg: done }
`;

let fleet: PrivateFleet;
beforeAll(async () => {
  fleet = await startFleet(["a", "b"], {
    groups: "color=red\n\n[web]\na\nb\n\n[web:vars]\ncolor=green\n",
  });
  fleet.file("small.yaml", PLAYBOOK);
  fleet.file("host_vars/b.yml", "color: blue\n");
  const args = ["apply", "-i", "hosts.ini", "small.yaml", "-e", "release=1.2", "--yes"];
  const { code, err } = await fleet.runbook(args);
  if (code !== 0) throw new Error(err);
});
afterAll(async () => fleet[Symbol.asyncDispose]());

const shown = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await fleet.runbook(args);
  expect([args, code, err]).toEqual([args, 0, ""]);
  return out;
};

describe("standard output carries what was asked for and nothing else", () => {
  test("inventory --list is JSON although there are warnings", async () => {
    const args = ["inventory", "-i", "hosts.ini", "--list", "-e", "unused=1"];
    const { out } = await fleet.runbook(args);
    const list = JSON.parse(out) as Record<string, { hosts?: string[] }>;
    expect(list["web"]?.hosts).toEqual(["a", "b"]);
  });

  test("inventory --host, --graph and --list-hosts answer as Ansible's tools do", async () => {
    const of = JSON.parse(await shown("inventory", "-i", "hosts.ini", "--host", "b")) as unknown;
    expect(of).toMatchObject({ color: "blue", ansible_user: "ops" });
    expect(await shown("inventory", "-i", "hosts.ini", "--list-hosts", "web:!a")).toBe("b\n");
    expect(await shown("inventory", "-i", "hosts.ini", "--graph", "web")).toBe(
      "@web:\n  |--a\n  |--b\n",
    );
  });

  test("vars --explain says where each value comes from, and which one wins", async () => {
    const out = await shown("vars", "b", "-i", "hosts.ini", "--explain", "color");
    expect(out.replaceAll(`${fleet.folder}/`, "")).toBe(
      [
        'loses "red"',
        "        group all in the inventory hosts.ini:6:1",
        'loses "green"',
        "        group web in the inventory hosts.ini:13:1",
        'wins  "blue"',
        "        host_vars beside the inventory host_vars/b.yml:1:8",
        "",
      ].join("\n"),
    );
  });

  test("validate says what is valid, for how many hosts", async () => {
    expect(await shown("validate", "small.yaml")).toBe("small.yaml: valid\n");
    expect(await shown("validate", "-i", "hosts.ini", "-e", "release=1", "small.yaml")).toBe(
      "small.yaml: valid for 2 hosts\n",
    );
    const missing = await fleet.runbook(["validate", "-i", "hosts.ini", "small.yaml"]);
    expect([missing.code, missing.out]).toEqual([16, ""]);
    expect(missing.err).toContain("release");
  });

  test("doc of a playbook lists its inputs and its tasks with their ids", async () => {
    expect(await shown("doc", "small.yaml")).toBe(`Small
hosts: web

inputs (-e NAME=VALUE):
  port  (default 8080)
      where it listens
  release  (required)
      what to install

phases:
  Work
    1.1        A file
  Look (once for the fleet)
    2.1        Everywhere
`);
    expect(await shown("doc", "copy")).toContain("# copy");
    expect(await shown("doc", "--list")).toMatch(/^lineinfile +\S/m);
  });

  test("runs has one line for each run, and show tells what was seen", async () => {
    expect(await shown("runs")).toMatch(
      /^\d{8}-\d{6}-\w{6} {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}\S.* 2 hosts {2}\S+@\S+ {2}Small: succeeded$/m,
    );
    const [run = ""] = (await shown("runs")).split(" ");
    const out = await shown("show", run);
    expect(out).toMatch(/^Small: run \S+, 2 hosts\n/);
    expect(out).toMatch(/^a     changed  A file(?: [\d.]+ m?s)?$/m);
    expect(out).toMatch(/\nevery host is at its goal or finished\n$/);
  });

  test("show --entries is JSON on every line, numbered without gaps, and names no values", async () => {
    const [run = ""] = (await shown("runs")).split(" ");
    const lines = (await shown("show", run, "--entries")).trimEnd().split("\n");
    const entries = lines.map((line) => JSON.parse(line) as { seq: number; type: string });
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries[0]?.type).toBe("run-started");
    expect(entries.at(-1)?.type).toBe("run-finished");
    expect(lines.join("\n")).not.toContain("1.2:8080");
  });

  test("a pipe gets no escape codes, FORCE_COLOR brings them, NO_COLOR wins", async () => {
    const plan = ["plan", "-i", "hosts.ini", "small.yaml", "-e", "release=2", "--diff"];
    const coloured = await fleet.runbook(plan, { env: { FORCE_COLOR: "1" } });
    expect(coloured.out).toContain(`${ESCAPE}[`);
    const plain = await fleet.runbook(plan);
    const never = await fleet.runbook(plan, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(plain.out).not.toContain(ESCAPE);
    expect(never).toEqual(plain);
  });

  test("what reads only the first line ends it without an error", async () => {
    const { code, err } = await fleet.runbook(["doc", "--list"], {
      under: ["/bin/sh", "-c", `"$@" | head -n 1; exit 0`, "sh"],
    });
    expect([code, err]).toEqual([0, ""]);
  });
});

describe("control characters", () => {
  // Newlines and tabs are text; everything else that a terminal obeys is not.
  const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

  test("in what hosts say never reach the terminal as they are", async () => {
    fleet.host("a").write("evil", EVIL);
    fleet.host("a").write(`dir/${"x"}`, "");
    fleet.file(
      "evil.yaml",
      `
runbook: 1
name: Evil
hosts: a
phases:
  - name: Work
    tasks:
      - command: "cat {{ root }}/evil"
        read_only: true
        register: said
      - debug: { msg: "{{ said.stdout }}" }
      - debug: { var: said.stdout }
      - copy: { content: "{{ said.stdout }}", dest: "{{ root }}/copy" }
      - set_fact: { "name": "{{ said.stdout }}" }
      - file: { path: "{{ root }}/{{ said.stdout }}", state: touch }
      - shell: "cat {{ root }}/evil; cat {{ root }}/evil >&2; exit 1"
        inverse: none
`,
    );
    const args = ["-i", "hosts.ini", "evil.yaml", "--diff"];
    const plan = await fleet.runbook(["plan", ...args]);
    const run = await fleet.runbook(["apply", ...args, "--yes", "--log", "evil.log"]);
    const back = await fleet.runbook(["rollback", "--yes"]);
    const show = await fleet.runbook(["show"]);
    const entries = await fleet.runbook(["show", "--entries"]);
    for (const { out, err } of [plan, run, back, show, entries]) {
      const obeyed = (out + err).split("\n").filter((line) => OBEYED.test(line));
      expect(obeyed).toEqual([]);
    }
    expect(run.out).toContain("\\x1b]0;owned");
  });

  test("in names of the inventory and the playbook never reach the terminal as they are", async () => {
    fleet.file("evil.ini", `"a${ESCAPE}[2J" ansible_host=127.0.0.1 ansible_port=1\n`);
    fleet.file(
      "names.yaml",
      `
runbook: 1
name: "Evil ${"\\e"}[2J"
hosts: all
phases:
  - name: "Phase ${"\\e"}[2J"
    tasks:
      - name: "Task ${"\\e"}[2J"
        debug: { msg: x }
`,
    );
    const answers = await Promise.all([
      fleet.runbook(["plan", "-i", "evil.ini", "names.yaml"]),
      fleet.runbook(["plan", "-i", "hosts.ini", "names.yaml"]),
      fleet.runbook(["inventory", "-i", "evil.ini", "--graph"]),
      fleet.runbook(["inventory", "-i", "evil.ini", "--list-hosts", "all"]),
      fleet.runbook(["status", "-i", "evil.ini", "names.yaml"]),
      fleet.runbook(["doc", "names.yaml"]),
      fleet.runbook(["apply", "-i", "hosts.ini", "names.yaml", "--yes"]),
      fleet.runbook([`do${ESCAPE}[2J`]),
      fleet.runbook(["doc", `no${ESCAPE}[2J`]),
      fleet.runbook(["show", `no${ESCAPE}[2J`]),
    ]);
    // A colour of ours is obeyed where colours are wanted, and nothing else is.
    const { out: coloured } = await fleet.runbook(["plan", "-i", "hosts.ini", "names.yaml"], {
      env: { FORCE_COLOR: "1" },
    });
    expect(coloured).toContain("Task \\u001b[2J");
    for (const [index, { out, err }] of answers.entries()) {
      expect([index, (out + err).split("\n").filter((line) => OBEYED.test(line))]).toEqual([
        index,
        [],
      ]);
    }
  });
});
