import { describe, expect, jest, test } from "@jest/globals";
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { installSudo, withSudo } from "../helpers/fake-sudo.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: One file and one line
hosts: all
phases:
  - name: Work
    tasks:
      - copy: { content: "{{ 'new ' * 4000 }}", dest: "{{ root }}/big" }
      - shell: "echo done >>{{ root }}/effects"
        inverse: none
`;
const SUDO = "ansible_become=true\nansible_become_password=tiger\n";
const apply = ["apply", "-i", "hosts.ini", "work.yaml", "--yes"];

/** A sudo under which no file grows beyond so many blocks of 512 bytes, as on a full disk. */
function diskOf(fleet: PrivateFleet, blocks: number): void {
  installSudo(fleet, "a", "tiger");
  const host = fleet.host("a");
  const sudo = host.read("bin/sudo");
  host.write(
    "bin/sudo",
    sudo.replace('exec "$@"', `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`),
    0o755,
  );
}

describe("F12: a target", () => {
  test("whose disk is full from the start is refused with what it said, and nothing is done", async () => {
    await using fleet = await startFleet(["a"], { env: withSudo, groups: SUDO });
    fleet.file("work.yaml", PLAYBOOK);
    diskOf(fleet, 0);
    const { code, out, err } = await fleet.runbook(apply);
    expect(code).toBe(14);
    expect(err).toContain("the lock could not be taken: ");
    expect(err).toContain("is there room");
    expect(err).toContain("Refused; nothing was changed.");
    expect(out).not.toContain("changed  ");
    expect(fleet.host("a").has("effects")).toBe(false);
  });

  test("whose disk gets full under a new file keeps the old one, and the run stops there", async () => {
    await using fleet = await startFleet(["a"], { env: withSudo, groups: SUDO });
    fleet.file("work.yaml", PLAYBOOK);
    fleet.host("a").write("big", "old");
    diskOf(fleet, 8);
    const { code, out, err } = await fleet.runbook(apply);
    expect([code, err]).toEqual([2, expect.stringContaining("big could not be written")]);
    expect(out + err).toContain("cat: write error");
    expect(fleet.host("a").read("big")).toBe("old");
    expect(fleet.host("a").has("effects")).toBe(false);
    expect(readdirSync(fleet.host("a").root).filter((name) => name.includes("big"))).toEqual([
      "big",
    ]);
    installSudo(fleet, "a", "tiger");
    const resumed = await fleet.runbook(["resume"]);
    expect([resumed.code, resumed.err]).toEqual([0, ""]);
    expect(fleet.host("a").read("effects")).toBe("done\n");
  });

  test("whose home nobody can write to, or is on a file system without writing, is refused", async () => {
    await using fleet = await startFleet(["a", "b"], {
      env: ({ name, root }) => (name === "b" ? { HOME: "/proc" } : { HOME: join(root, "home") }),
    });
    fleet.file("work.yaml", PLAYBOOK);
    const home = fleet.host("a").path("home");
    if (userInfo().uid === 0) chownSync(home, 0, 0);
    chmodSync(home, 0o555);
    const { code, out, err } = await fleet.runbook(apply);
    expect([code, out]).toEqual([14, expect.not.stringContaining("changed  ")]);
    expect(err).toContain("a: the lock could not be taken: ");
    expect(err).toContain("b: the lock could not be taken: ");
    expect([fleet.host("a").has("effects"), fleet.host("b").has("effects")]).toEqual([
      false,
      false,
    ]);
    chmodSync(home, 0o755);
  });

  test("that runs no program from the disk that jobs live on runs them all the same", async () => {
    await using fleet = await startFleet(["a"]);
    fleet.file("work.yaml", PLAYBOOK.replace("echo done", "ls -l {{ root }}/home/.runbook/jobs"));
    expect((await fleet.runbook(apply)).code).toBe(0);
    const files = fleet
      .host("a")
      .read("effects")
      .split("\n")
      .filter((line) => line.startsWith("-"));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((line) => /^-[^ ]*x/.test(line))).toEqual([]);
  });
});

describe("F19: a lock that nobody can read", () => {
  const lock = "home/.runbook/lock";

  test.each([
    ["malformed", "\u0000\u0007 what is this\n"],
    ["empty", ""],
  ])("because it is %s belongs to somebody: 13, and nothing is done", async (_what, text) => {
    await using fleet = await startFleet(["a"]);
    fleet.file("work.yaml", PLAYBOOK);
    fleet.host("a").write(`${lock}/fencing`, text);
    chmodSync(fleet.host("a").path("home/.runbook"), 0o700);
    const { code, out, err } = await fleet.runbook(apply);
    expect([code, out]).toEqual([13, expect.not.stringContaining("changed  ")]);
    expect(err).toContain("a is locked, and nobody can read by whom: ");
    expect(err).not.toContain("\u0007");
    expect(fleet.host("a").has("effects")).toBe(false);
  });

  test("because another user made it is not taken", async () => {
    await using fleet = await startFleet(["a"]);
    fleet.file("work.yaml", PLAYBOOK);
    mkdirSync(fleet.host("a").path("home/.runbook"), { mode: 0o755 });
    // Where the tests are nobody's, the folder is their own: nobody can write to it all the same.
    if (userInfo().uid !== 0) chmodSync(fleet.host("a").path("home/.runbook"), 0o555);
    const { code, out, err } = await fleet.runbook(apply);
    expect([code, out]).toEqual([14, expect.not.stringContaining("changed  ")]);
    expect(err).toContain("a: the lock could not be taken: ");
    expect(fleet.host("a").has("effects")).toBe(false);
  });
});
