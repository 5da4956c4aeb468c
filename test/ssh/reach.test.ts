import { describe, expect, jest, test } from "@jest/globals";
import { appendFileSync, chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { startFleet } from "../helpers/private-fleet.ts";
import { eventually } from "../helpers/reaching.ts";
import { startRealSshd } from "../helpers/real-sshd.ts";

jest.setTimeout(120_000);

const TOUCH = `
runbook: 1
name: Small
hosts: all
phases:
  - name: Work
    tasks:
      - copy: { content: "{{ inventory_hostname }}\\n", dest: "{{ root }}/x" }
      - shell: "echo once >>{{ root }}/effects"
        inverse: none
`;

describe("the operator's ssh_config", () => {
  test("leads through a bastion, with its aliases, keys and known hosts, there and back", async () => {
    await using bastion = await startRealSshd();
    await using fleet = await startFleet(["a"]);
    const ssh = (name: string): string => join(fleet.home, ".ssh", name);
    const { server, root } = fleet.host("a");
    writeFileSync(
      ssh("config"),
      [
        "Host bastion",
        "  HostName 127.0.0.1",
        `  Port ${bastion.port}`,
        `  User ${userInfo().username}`,
        `  IdentityFile ${join(bastion.directory, "id")}`,
        "Host inner",
        "  HostName 127.0.0.1",
        `  Port ${server.port}`,
        "  User ops",
        "  ProxyJump bastion",
        "",
      ].join("\n"),
    );
    appendFileSync(
      ssh("known_hosts"),
      readFileSync(join(bastion.directory, "known_hosts"), "utf8"),
    );
    fleet.file("inner.ini", `inner root=${root}\n`);
    fleet.file("touch.yaml", TOUCH);
    const apply = ["apply", "-i", "inner.ini", "touch.yaml", "--yes"];
    expect(await fleet.runbook(apply)).toMatchObject({ code: 0, err: "" });
    expect(fleet.host("a").read("x")).toBe("inner\n");
    // The bastion is the only way that was tried.
    bastion.kill();
    const back = await fleet.runbook(["rollback", "--yes"]);
    expect(back.code).toBe(11);
    expect(back.out).toContain("inner  LOST     jump host 127.0.0.1: no connection to ");
    await bastion.start();
    expect((await fleet.runbook(["rollback", "--yes"])).code).toBe(0);
    expect(fleet.host("a").has("x")).toBe(false);
  });
});

describe("the controller itself", () => {
  test("is changed by a task that is delegated to localhost, once for each host, and goes back", async () => {
    await using fleet = await startFleet(["a", "b"]);
    fleet.file("notes", "begin\n");
    fleet.file(
      "delegate.yaml",
      `
runbook: 1
name: Delegate
hosts: all
phases:
  - name: Work
    tasks:
      - lineinfile: { path: ${join(fleet.folder, "notes")}, line: "{{ inventory_hostname }}" }
        delegate_to: localhost
      - copy: { content: x, dest: "{{ root }}/x" }
`,
    );
    const apply = ["apply", "-i", "hosts.ini", "delegate.yaml", "--yes"];
    expect(await fleet.runbook(apply)).toMatchObject({ code: 0, err: "" });
    const notes = (): string => readFileSync(join(fleet.folder, "notes"), "utf8");
    expect(notes()).toBe("begin\na\nb\n");
    expect(fleet.host("a").has("notes") || fleet.host("a").has("home/notes")).toBe(false);
    expect((await fleet.runbook(apply)).out).toContain("Nothing was changed");
    const [run = ""] = (await fleet.runbook(["runs"])).out.split(" ");
    expect((await fleet.runbook(["rollback", run, "--yes"])).code).toBe(0);
    expect(notes()).toBe("begin\n");
  });

  test("is a host like any other with connection: local, and no SSH is spoken", async () => {
    await using fleet = await startFleet(["unused"]);
    const root = join(fleet.folder, "here");
    fleet.file("here/.keep", "");
    fleet.file("local.ini", `here ansible_connection=local root=${root}\n`);
    fleet.file("touch.yaml", TOUCH);
    const plan = await fleet.runbook(["plan", "-i", "local.ini", "touch.yaml"]);
    expect([plan.code, plan.err, existsSync(join(root, "x"))]).toEqual([0, "", false]);
    const read = await fleet.runbook(["status", "-i", "local.ini", "touch.yaml"]);
    expect(read.out).toBe("here  to do\n");
    expect(fleet.host("unused").server.seen.logins).toBe(0);
  });
});

describe("one machine under two names", () => {
  test("is given every command of both", async () => {
    await using fleet = await startFleet(["a"]);
    const { port } = fleet.host("a").server;
    const place = `ansible_host=127.0.0.1 ansible_port=${port} ansible_user=ops`;
    const { root } = fleet.host("a");
    fleet.file("twice.ini", `one ${place}\ntwo ${place}\ntwo-1 ${place}\ntwo_1 ${place}\n`);
    fleet.file(
      "said.yaml",
      `
runbook: 1
name: Said
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo {{ inventory_hostname }} {{ item }} >>${root}/said"
        loop: [1, 2]
        inverse: none
`,
    );
    const { code } = await fleet.runbook(["apply", "-i", "twice.ini", "said.yaml", "--yes"]);
    expect(code).toBe(0);
    const said = ["one", "two", "two-1", "two_1"].map((name) => `${name} 1\n${name} 2\n`);
    expect(fleet.host("a").read("said")).toBe(said.join(""));
  });
});

describe("a real sshd", () => {
  test("loses every connection while a command is at work, and the command is done once", async () => {
    await using fleet = await startFleet(["unused"]);
    const root = join(fleet.folder, "real");
    fleet.file("real/.keep", "");
    // Whatever is asked for runs in a home of its own, and never as root.
    const user = userInfo().uid === 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
    const command = fleet.file(
      "login",
      `#!/bin/sh\nHOME=${root}; export HOME; cd "$HOME"; exec ${user} /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n`,
      0o755,
    );
    await using sshd = await startRealSshd([`ForceCommand ${command}`]);
    if (userInfo().uid === 0) chownSync(root, 65534, 65534);
    fleet.file(
      "real.ini",
      `real ansible_host=127.0.0.1 ansible_port=${sshd.port} ansible_user=${userInfo().username} root=${root} ansible_ssh_private_key_file=${join(sshd.directory, "id")} ansible_ssh_common_args="-o UserKnownHostsFile=${join(sshd.directory, "known_hosts")}"\n`,
    );
    fleet.file(
      "slow.yaml",
      `
runbook: 1
name: Slow
hosts: all
phases:
  - name: Work
    tasks:
      - shell: "echo begun >>{{ root }}/effects; until [ -e {{ root }}/go ] || [ ! -d {{ root }} ]; do sleep 0.05; done; echo done >>{{ root }}/effects"
        inverse: none
      - copy: { content: x, dest: "{{ root }}/x" }
`,
    );
    const run = fleet.begin(["apply", "-i", "real.ini", "slow.yaml", "--yes"]);
    await eventually("the command is at work", () => existsSync(join(root, "effects")));
    sshd.dropConnections();
    fleet.file("real/go", "");
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, "effects"), "utf8")).toBe("begun\ndone\n");
    expect(existsSync(join(root, "x"))).toBe(true);
  });
});
