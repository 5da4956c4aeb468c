import { afterAll, beforeAll, describe, expect, test, jest } from "@jest/globals";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Site
hosts: all
vars: { port: 8080 }
phases:
  - name: Files
    tasks:
      - name: A folder
        file: { path: "{{ root }}/etc", state: directory, mode: "0755" }
      - name: A copied file
        copy: { src: motd, dest: "{{ root }}/etc/motd" }
      - name: A rendered file
        template: { src: app.conf.j2, dest: "{{ root }}/etc/app.conf" }
      - name: A line in a file
        lineinfile: { path: "{{ root }}/own/limits", regexp: "^level=", line: level=info }
        when: inventory_hostname != "c"
  - name: Commands
    tasks:
      - name: Make a database
        command: { cmd: "sh -c 'echo once >>{{ root }}/effects; : >{{ root }}/db'", creates: "{{ root }}/db" }
        inverse: none
        register: made
      - name: Three files
        shell: { cmd: "echo {{ item }} | tr a-z A-Z >{{ root }}/{{ item }}", creates: "{{ root }}/{{ item }}" }
        inverse: { file: { path: "{{ root }}/{{ item }}", state: absent } }
        loop: [one, two, three]
      - name: Remember
        set_fact: { said: "status {{ made.rc }} on {{ inventory_hostname }}" }
      - name: Tell
        debug: { msg: "{{ said }}" }
      - name: Look
        assert: { that: [made.rc == 0, "said == 'status 0 on ' ~ inventory_hostname"] }
`;

const apply = ["apply", "-i", "hosts.ini", "site.yaml", "--yes"];
const plan = ["plan", "-i", "hosts.ini", "site.yaml"];

function prepared(fleet: PrivateFleet): void {
  for (const name of ["a", "b", "c"]) fleet.host(name).write("own/limits", "level=debug\n");
  fleet.file("site.yaml", PLAYBOOK);
  fleet.file("motd", "welcome\nto this host\n");
  fleet.file("app.conf.j2", "port={{ port }}\nhost={{ inventory_hostname }}\n");
}

describe("three hosts that have nothing yet", () => {
  let fleet: PrivateFleet;
  beforeAll(async () => {
    fleet = await startFleet(["a", "b", "c"]);
    prepared(fleet);
  });
  afterAll(async () => fleet[Symbol.asyncDispose]());

  test("a plan says for each task what is known of it, and leaves hosts and controller alone", async () => {
    const { code, out, err } = await fleet.runbook(plan);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(`a, b
  Files
    would change   A folder
    unknown        A copied file (after A folder)
    unknown        A rendered file (after A folder)
    would change   A line in a file
  Commands
    would change   Make a database
    unknown        Three files (after Make a database)
    will check     Remember
    will check     Tell
    will check     Look

c: as a, b, except
  Files
    skipped        A line in a file (when: "inventory_hostname != \\"c\\"" is false)

3 hosts: 3 to change (8 tasks would, 9 known later), 0 with nothing to do
`);
    for (const name of ["a", "b", "c"]) {
      expect(fleet.host(name).has("etc")).toBe(false);
      expect(fleet.host(name).has("home/.runbook")).toBe(false);
    }
    expect(fleet.journals()).toEqual([]);
  });

  test("--check is a plan, and --detailed-exitcode tells of changes", async () => {
    const [checked, planned, detailed] = await Promise.all([
      fleet.runbook([...apply, "--check"]),
      fleet.runbook(plan),
      fleet.runbook([...plan, "--detailed-exitcode"]),
    ]);
    expect(checked).toEqual(planned);
    expect(detailed).toEqual({ ...planned, code: 2 });
    expect(fleet.journals()).toEqual([]);
  });
});

describe("three hosts on which a playbook was applied", () => {
  let fleet: PrivateFleet;
  let said = "";
  beforeAll(async () => {
    fleet = await startFleet(["a", "b", "c"]);
    prepared(fleet);
    const { code, out, err } = await fleet.runbook([...apply, "--diff"]);
    // How long a task took is said when it took long.
    said = out.replaceAll(/ \d+(\.\d)? m?s$/gm, "");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
  afterAll(async () => fleet[Symbol.asyncDispose]());

  test("are as the playbook says", () => {
    for (const name of ["a", "b", "c"]) {
      const host = fleet.host(name);
      expect(host.read("etc/motd")).toBe("welcome\nto this host\n");
      expect(host.read("etc/app.conf")).toBe(`port=8080\nhost=${name}\n`);
      expect(host.read("own/limits")).toBe(name === "c" ? "level=debug\n" : "level=info\n");
      expect(host.read("effects")).toBe("once\n");
      expect(["one", "two", "three"].map((file) => host.read(file))).toEqual([
        "ONE\n",
        "TWO\n",
        "THREE\n",
      ]);
    }
  });

  test("told of each task with its changes, and of each host in the end", () => {
    const { root } = fleet.host("a");
    expect(said).toContain(
      `a     changed  A copied file\n          ${root}/etc/motd: new\n            + welcome\n`,
    );
    expect(said).toContain(`run: absent → echo two | tr a-z A-Z >${root}/two`);
    expect(said).toContain("status 0 on b");
    expect(said).toMatch(/^c +: ok=10 +changed=7 +unreachable=0 +failed=0 +skipped=1 /m);
    expect(said).toMatch(/^Done\. The way back: runbook rollback \S+ /m);
  });

  test("are left alone when it is applied again", async () => {
    const { code, out } = await fleet.runbook(apply);
    expect(code).toBe(0);
    expect(out).not.toContain("changed  ");
    expect(out).toContain("Done. Nothing was changed.");
    expect(out.match(/changed=0/g)).toHaveLength(3);
    expect(fleet.host("b").read("effects")).toBe("once\n");
    const again = await fleet.runbook([...plan, "--detailed-exitcode"]);
    expect(again.code).toBe(0);
    expect(again.out).toContain("    satisfied      A rendered file\n");
  });

  test("differ in one file when one was edited, and the plan shows the line", async () => {
    const motd = fleet.host("b").read("etc/motd");
    fleet.host("b").write("etc/motd", motd.replace("this", "that"));
    const { out } = await fleet.runbook([...plan, "--diff", "-l", "b"]);
    expect(out).toContain("- to that host\n");
    expect(out).toContain("+ to this host\n");
    expect(fleet.host("b").read("etc/motd")).toBe("welcome\nto that host\n");
    fleet.host("b").write("etc/motd", motd);
  });
});
