import { describe, expect, jest, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secret } from "../../src/model/command.ts";
import { encryptVault } from "../../src/vault/vault.ts";
import { installSudo, withSudo } from "../helpers/fake-sudo.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";

jest.setTimeout(120_000);

const PLAYBOOK = `
runbook: 1
name: Two steps
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo {{ word }} >>{{ root }}/effects"
        inverse: none
      - id: ready
        shell: "test -e {{ root }}/ready && echo ready >>{{ root }}/effects"
        inverse: none
`;
const apply = ["apply", "-i", "hosts.ini", "two.yaml", "--yes"];

/** A run that stopped on its first host, half-way. */
async function halfWay(names: readonly string[], vars = "word=old"): Promise<PrivateFleet> {
  const fleet = await startFleet(names, { groups: `${vars}\n` });
  fleet.file("two.yaml", PLAYBOOK);
  const { code } = await fleet.runbook(apply);
  expect(code).toBe(2);
  for (const name of names) fleet.host(name).write("ready", "");
  return fleet;
}

describe("F23: between a run and its resume", () => {
  test("an edited playbook and other variables are said, and change nothing of the run", async () => {
    await using fleet = await halfWay(["a", "b"]);
    fleet.file("two.yaml", PLAYBOOK.replace("{{ word }}", "edited"));
    const inventory = join(fleet.folder, "hosts.ini");
    writeFileSync(inventory, readFileSync(inventory, "utf8").replace("word=old", "word=new"));
    const { code, out, err } = await fleet.runbook(["resume"]);
    expect(code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("old\nready\n");
    expect(fleet.host("b").read("effects")).toBe("old\nready\n");
    expect(err).toContain("two.yaml was edited since the run began");
    expect(out).toContain("Done.");
  });

  test("files that are gone are not needed", async () => {
    await using fleet = await halfWay(["a"]);
    writeFileSync(join(fleet.folder, "two.yaml"), "");
    expect((await fleet.runbook(["resume"])).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("old\nready\n");
  });
});

describe("F24: between a run and its resume", () => {
  test("a host that was added is named and not entered", async () => {
    await using fleet = await startFleet(["a", "b", "c"], { groups: "word=old\n" });
    fleet.file("two.yaml", PLAYBOOK);
    const inventory = join(fleet.folder, "hosts.ini");
    const whole = readFileSync(inventory, "utf8");
    writeFileSync(inventory, whole.replace(/^c .*\n/m, ""));
    expect((await fleet.runbook(apply)).code).toBe(2);
    for (const name of ["a", "b", "c"]) fleet.host(name).write("ready", "");
    writeFileSync(inventory, whole);
    const { code, out, err } = await fleet.runbook(["resume"]);
    expect(code).toBe(0);
    expect(fleet.host("c").has("effects")).toBe(false);
    expect(err).toContain("c came to the inventory since the run began");
    expect(out).toContain("Done.");
  });

  /** `b` is no longer there, and nowhere in the inventory. */
  async function withoutB(): Promise<PrivateFleet> {
    const fleet = await halfWay(["a", "b", "c"]);
    await fleet.host("b").server[Symbol.asyncDispose]();
    const inventory = join(fleet.folder, "hosts.ini");
    writeFileSync(inventory, readFileSync(inventory, "utf8").replace(/^b .*\n/m, ""));
    return fleet;
  }

  test("a host that was removed and is still to be done is named, and nothing is done", async () => {
    await using fleet = await withoutB();
    const { code, err } = await fleet.runbook(["resume"]);
    expect(code).toBe(14);
    expect(err).toContain("b was removed from the inventory since the run began");
    expect(err).toContain("--drop-host b");
    expect(fleet.host("a").read("effects")).toBe("old\n");
    expect(fleet.host("c").has("effects")).toBe(false);
  });

  test("a run goes on without a host that is dropped, and its journal has who said so", async () => {
    await using fleet = await withoutB();
    const { code, out, err } = await fleet.runbook(["resume", "--drop-host", "b"]);
    expect([code, err]).toEqual([0, expect.stringContaining("b is left out for good")]);
    expect(out).toMatch(/decision: drop host: "b" \(.+@.+\)/);
    for (const name of ["a", "c"]) expect(fleet.host(name).read("effects")).toBe("old\nready\n");
    expect(fleet.host("b").has("effects")).toBe(false);
    const shown = await fleet.runbook(["show", "--entries"]);
    expect(shown.out).toContain("every host is at its goal or finished, without b");
  });

  test("the way back names a host that was removed while it is still to be taken back", async () => {
    await using fleet = await halfWay(["a", "b"]);
    const inventory = join(fleet.folder, "hosts.ini");
    writeFileSync(inventory, readFileSync(inventory, "utf8").replace(/^a .*\n/m, ""));
    const refused = await fleet.runbook(["rollback", "--yes"]);
    expect(refused.code).toBe(14);
    expect(refused.err).toContain("a was removed from the inventory since the run began");
    const dropped = await fleet.runbook(["rollback", "--drop-host", "a", "--yes"]);
    expect(dropped.err).not.toContain("removed from the inventory");
  });

  test("a host that was removed after it was done is missed by nobody", async () => {
    await using fleet = await startFleet(["a", "b"], { groups: "word=old\n" });
    fleet.file("two.yaml", PLAYBOOK);
    fleet.host("a").write("ready", "");
    expect((await fleet.runbook(apply)).code).toBe(2);
    fleet.host("b").write("ready", "");
    const inventory = join(fleet.folder, "hosts.ini");
    writeFileSync(inventory, readFileSync(inventory, "utf8").replace(/^a .*\n/m, ""));
    expect((await fleet.runbook(["resume"])).code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("old\nready\n");
    expect(fleet.host("b").read("effects")).toBe("old\nready\n");
  });
});

const vaulted = (text: string, password: string): string =>
  encryptVault(
    Buffer.from(text),
    { label: "", password: secret(password) },
    { salt: randomBytes(32) },
  );

describe("F25: between a run and its resume", () => {
  /** The become password is in the vault; the run has stopped half-way. */
  async function sudoHalfWay(): Promise<PrivateFleet> {
    const fleet = await startFleet(["a"], {
      env: withSudo,
      groups: "word=old\nansible_become=true\n",
    });
    installSudo(fleet, "a", "tiger");
    fleet.file("two.yaml", PLAYBOOK);
    fleet.file("group_vars/all/vault.yml", vaulted("ansible_become_password: tiger\n", "first"));
    fleet.file("vault-password", "first\n", 0o600);
    const { code } = await fleet.runbook([...apply, "--vault-password-file", "vault-password"]);
    expect(code).toBe(2);
    fleet.host("a").write("ready", "");
    return fleet;
  }

  test("a vault that was encrypted anew, with another sudo password in it, is read anew", async () => {
    await using fleet = await sudoHalfWay();
    installSudo(fleet, "a", "lion");
    fleet.file("group_vars/all/vault.yml", vaulted("ansible_become_password: lion\n", "second"));
    fleet.file("vault-password", "second\n", 0o600);
    const { code } = await fleet.runbook(["resume", "--vault-password-file", "vault-password"]);
    expect(code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("old\nready\n");
  });

  test("a vault password that does not open it is said, and the run goes on with what its journal has", async () => {
    await using fleet = await sudoHalfWay();
    fleet.file("vault-password", "forgotten\n", 0o600);
    const { code, err } = await fleet.runbook([
      "resume",
      "--vault-password-file",
      "vault-password",
    ]);
    expect(err).toContain("the inventory was not read anew: ");
    expect(code).toBe(0);
    expect(fleet.host("a").read("effects")).toBe("old\nready\n");
  });
});
