import { describe, expect, jest, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { secret } from "../../src/model/command.ts";
import { encryptVault } from "../../src/vault/vault.ts";
import { installSudo, withSudo } from "../helpers/fake-sudo.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";

jest.setTimeout(120_000);

const CANARIES = {
  vault: "canary-of-the-vault",
  file: "canary-of-the-vault-file",
  extra: "canary-of-extra-vars",
  sudo: "canary-of-sudo",
  hidden: "canary-that-is-not-logged",
  master: "canary-that-opens-the-vault",
};

const PLAYBOOK = `
runbook: 1
name: Secrets
hosts: all
become: true
phases:
  - name: Work
    tasks:
      - name: A file with secrets
        template: { src: secrets.j2, dest: "{{ root }}/secrets", mode: "0600" }
      - name: Says what it should not
        shell: "echo {{ from_vault }} {{ from_file }} {{ api_token }}; echo {{ from_vault }} >&2"
        inverse: none
        register: said
      - name: Told
        debug: { msg: "{{ said.stdout }} / {{ said.stderr }}" }
      - name: Fails with it
        shell: "echo {{ from_vault }} {{ from_file }}; echo {{ api_token }} >&2; exit 1"
        inverse: none
        ignore_errors: true
      - name: Hidden
        shell: "cat {{ root }}/hidden; cat {{ root }}/hidden >&2"
        inverse: none
        no_log: true
        register: hidden
      - name: Hidden file
        copy: { content: "{{ hidden.stdout }}\\n", dest: "{{ root }}/hidden-copy" }
        no_log: true
      - name: Hidden loop
        shell: "echo {{ item }}; exit 1"
        inverse: none
        loop: ["{{ hidden.stdout }}"]
        no_log: true
        ignore_errors: true
      - name: Wait
        shell: ": >{{ root }}/waiting; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done"
        inverse: none
      - name: Hidden failure
        shell: "cat {{ root }}/hidden; cat {{ root }}/hidden >&2; exit 1"
        inverse: none
        no_log: true
`;

async function secretFleet(): Promise<PrivateFleet> {
  const fleet = await startFleet(["a"], { env: withSudo });
  installSudo(fleet, "a", CANARIES.sudo);
  fleet.host("a").write("hidden", `${CANARIES.hidden}\n`);
  const vaulted = (text: string): string =>
    encryptVault(
      Buffer.from(text),
      { label: "", password: secret(CANARIES.master) },
      { salt: randomBytes(32) },
    );
  fleet.file(
    "group_vars/all/plain.yml",
    `from_vault: !vault |\n${vaulted(CANARIES.vault).replaceAll(/^(?=.)/gm, "  ")}`,
  );
  fleet.file("group_vars/all/vault.yml", vaulted(`from_file: ${CANARIES.file}\n`));
  fleet.file("vault-password", `${CANARIES.master}\n`, 0o600);
  fleet.file("sudo-password", `${CANARIES.sudo}\n`, 0o600);
  fleet.file("extra.yml", `api_token: ${CANARIES.extra}\n`);
  fleet.file("secrets.j2", "{{ from_vault }} {{ from_file }} {{ api_token }}\n");
  fleet.file("secrets.yaml", PLAYBOOK);
  return fleet;
}

const given = [
  ...["-i", "hosts.ini", "-e", "@extra.yml", "--vault-password-file", "vault-password"],
  ...["--become-password-file", "sudo-password"],
];

/** The arguments and the environment of every process that this user can see. */
function processes(): string {
  const texts = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])
    .map((path) => {
      try {
        return readFileSync(path, "latin1");
      } catch {
        return "";
      }
    });
  return texts.join("\n");
}

function found(text: string): readonly string[] {
  return Object.entries(CANARIES).flatMap(([name, canary]) =>
    text.includes(canary) || text.includes(Buffer.from(canary).toString("base64")) ? [name] : [],
  );
}

describe("what must not be seen", () => {
  test("reaches the host, and no screen, journal, log or process list", async () => {
    await using fleet = await secretFleet();
    const host = fleet.host("a");
    const seen = new Map<string, string>();
    const plan = await fleet.runbook(["plan", ...given, "secrets.yaml", "--diff"]);
    expect(plan.code).toBe(0);
    seen.set("plan", plan.out + plan.err);
    const run = fleet.begin([
      ...["apply", ...given, "secrets.yaml", "--yes", "--diff", "--log", "run.log"],
    ]);
    await eventually("it waits", () => host.has("waiting"));
    seen.set("processes", processes());
    host.write("go", "");
    const { code, out, err } = await run.ended;
    expect([code, err]).toEqual([2, expect.stringContaining("Stopped")]);
    seen.set("apply", out + err);
    // It was really used.
    expect(host.read("secrets")).toBe(`${CANARIES.vault} ${CANARIES.file} ${CANARIES.extra}\n`);
    expect(host.read("hidden-copy")).toBe(`${CANARIES.hidden}\n`);
    expect(out).toContain("•••");
    host.write("hidden-copy", "drifted\n");
    const back = await fleet.runbook([
      ...["rollback", "--yes", "--diff", "--vault-password-file", "vault-password"],
      ...["--become-password-file", "sudo-password"],
    ]);
    seen.set("rollback", back.out + back.err);
    for (const args of [["show"], ["show", "--entries"], ["runs"]]) {
      const shown = await fleet.runbook(args);
      seen.set(args.join(" "), shown.out + shown.err);
    }
    // Also what stands in folders of it; a socket holds nothing.
    for (const entry of readdirSync(fleet.stateFolder, { recursive: true, withFileTypes: true }))
      if (entry.isFile())
        seen.set(entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8"));
    seen.set("log", readFileSync(join(fleet.folder, "run.log"), "utf8"));
    // What is left on the host besides the files that were asked for.
    const jobs = host.path("home/.runbook/jobs");
    expect(existsSync(jobs) ? readdirSync(jobs) : []).toEqual([]);
    const leaks = [...seen].flatMap(([where, text]) =>
      found(text).map((what) => `${what}: ${where}`),
    );
    expect(leaks).toEqual([]);
  });

  test("is not shown by inventory and vars, which need the vault password all the same", async () => {
    await using fleet = await secretFleet();
    const vault = ["-i", "hosts.ini", "--vault-password-file", "vault-password"];
    for (const args of [
      ["vars", "a", ...vault],
      ["vars", "a", "--explain", "from_file", ...vault],
    ]) {
      const { code, out, err } = await fleet.runbook(args);
      expect([args[2], code, found(out + err)]).toEqual([args[2], 0, []]);
      expect(out).toContain("•••");
    }
  });

  test("a wrong vault password is said to be one, before anything connects: 16", async () => {
    await using fleet = await secretFleet();
    fleet.file("vault-password", "not this one\n", 0o600);
    const { code, err } = await fleet.runbook(["plan", ...given, "secrets.yaml"]);
    expect(code).toBe(16);
    expect(err).toContain("vault");
    expect(fleet.host("a").server.seen.logins).toBe(0);
  });
});

describe("sudo", () => {
  const playbook = `
runbook: 1
name: Become
hosts: all
become: true
phases:
  - name: Work
    tasks:
      - copy: { content: x, dest: "{{ root }}/x" }
      - shell: "echo y >{{ root }}/y"
        inverse: none
`;

  test("is asked once for a whole run", async () => {
    await using fleet = await secretFleet();
    fleet.file("become.yaml", playbook);
    const { code } = await fleet.runbook(["apply", ...given, "become.yaml", "--yes"]);
    expect(code).toBe(0);
    expect(fleet.host("a").read("asked")).toBe("asked\n");
  });

  test("that does not accept the password is asked once, and said so: 14", async () => {
    await using fleet = await secretFleet();
    fleet.file("become.yaml", playbook);
    fleet.file("sudo-password", "canary-that-is-wrong\n", 0o600);
    const { code, out, err } = await fleet.runbook(["apply", ...given, "become.yaml", "--yes"]);
    expect(code).toBe(14);
    expect(err).toContain("a: sudo does not accept the password");
    expect(out + err).not.toContain("canary");
    expect(fleet.host("a").read("asked")).toBe("asked\n");
    expect(fleet.host("a").has("x")).toBe(false);
  });

  test("without a password to give says how to give one: 14", async () => {
    await using fleet = await secretFleet();
    fleet.file("become.yaml", playbook);
    const args = [
      "plan",
      "-i",
      "hosts.ini",
      "--vault-password-file",
      "vault-password",
      "become.yaml",
    ];
    const { code, err } = await fleet.runbook(args);
    expect(code).toBe(14);
    expect(err).toContain("--ask-become-pass");
  });

  test("that is to be asked for without a terminal is refused before anything connects", async () => {
    await using fleet = await secretFleet();
    fleet.file("become.yaml", playbook);
    const { code, err } = await fleet.runbook(["plan", "-i", "hosts.ini", "become.yaml", "-K"]);
    expect(code).not.toBe(0);
    expect(err).toContain("nobody can answer");
    expect(fleet.host("a").server.seen.logins).toBe(0);
  });
});
