import { describe, expect, test } from "@jest/globals";
import { secret } from "../model/command.ts";
import { hostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import { connectionOf, type ConnectionDefaults } from "./connection.ts";
import { readSshConfigLines } from "./ssh-options.ts";

const home = "/home/op";

function connect(variables: { [name: string]: Json }, defaults: Partial<ConnectionDefaults> = {}) {
  const { value, problems } = connectionOf(hostId("ns1"), variables, { home, ...defaults });
  const said = problems.map((problem) => `${problem.severity} ${problem.code}`);
  return { value, ssh: value?.kind === "ssh" ? value : undefined, said, problems };
}

const revealed = (value: { reveal(): Uint8Array } | undefined) =>
  value === undefined ? undefined : Buffer.from(value.reveal()).toString();

describe("connection settings", () => {
  test("of a host about which nothing is said are those of ssh", () => {
    expect(connect({}).value).toEqual({
      kind: "ssh",
      address: "ns1",
      port: 22,
      knownHosts: [
        "/home/op/.ssh/known_hosts",
        "/home/op/.ssh/known_hosts2",
        "/etc/ssh/ssh_known_hosts",
        "/etc/ssh/ssh_known_hosts2",
      ],
      hostKeys: "strict",
      identities: ["/home/op/.ssh/id_rsa", "/home/op/.ssh/id_ecdsa", "/home/op/.ssh/id_ed25519"],
      identitiesOnly: false,
      jumps: [],
      connectTimeoutMs: 10_000,
      shell: "/bin/sh",
      become: { method: "sudo", user: "root", exe: "sudo", flags: [] },
    });
  });

  test("follow the usual variables", () => {
    const { ssh, said } = connect({
      ansible_host: "192.0.2.1",
      ansible_port: "2222",
      ansible_user: "admin",
      ansible_ssh_private_key_file: "~/.ssh/fleet",
      ansible_password: "pw",
      ansible_become_user: "pdns",
      ansible_become_password: "sudo pw",
      ansible_become_flags: "-H -S -n --preserve-env",
      ansible_ssh_timeout: 30,
      ansible_shell_executable: "/bin/dash",
    });
    expect(said).toEqual([]);
    expect(ssh).toMatchObject({
      address: "192.0.2.1",
      port: 2222,
      user: "admin",
      identities: ["/home/op/.ssh/fleet"],
      connectTimeoutMs: 30_000,
      shell: "/bin/dash",
      become: { user: "pdns", flags: ["--preserve-env"] },
    });
    expect(revealed(ssh?.password)).toBe("pw");
    expect(revealed(ssh?.become.password)).toBe("sudo pw");
  });

  test.each([
    ["ansible_ssh_host", "192.0.2.9", { address: "192.0.2.9" }],
    ["ansible_ssh_port", 2022, { port: 2022 }],
    ["ansible_ssh_user", "old", { user: "old" }],
    ["ansible_private_key_file", "/k", { identities: ["/k"] }],
    ["ansible_sudo_user", "x", { become: { user: "x" } }],
  ])("%s, the older name, counts too", (name, value, wanted) => {
    expect(connect({ [name]: value }).ssh).toMatchObject(wanted);
  });

  test("a variable wins over the command line", () => {
    const defaults = { user: "me", privateKey: "/mine", login: secret("login") };
    expect(connect({}, defaults).ssh).toMatchObject({ user: "me", identities: ["/mine"] });
    const { ssh } = connect({ ansible_user: "admin", ansible_password: "pw" }, defaults);
    expect([ssh?.user, revealed(ssh?.password)]).toEqual(["admin", "pw"]);
  });

  test("of the controller need nothing but a shell", () => {
    expect(connect({ ansible_connection: "ansible.builtin.local" }).value).toEqual({
      kind: "local",
      shell: "/bin/sh",
      become: { method: "sudo", user: "root", exe: "sudo", flags: [] },
    });
  });

  test.each<[string, { [name: string]: Json }, string]>([
    ["a port beyond 65535", { ansible_port: 70000 }, "error inventory/port"],
    ["a port that is a word", { ansible_port: "ssh" }, "error inventory/port"],
    ["an unknown connection", { ansible_connection: "docker" }, "error inventory/connection"],
    [
      "another way to become root",
      { ansible_become_method: "su" },
      "error inventory/become-method",
    ],
    ["a user that is a list", { ansible_user: ["a"] }, "error inventory/variable"],
    [
      "an ssh option of no use here",
      { ansible_ssh_common_args: "-o Ciphers=aes128-ctr" },
      "warning inventory/ssh-option",
    ],
    ["an open quote", { ansible_ssh_common_args: "-o 'X" }, "error inventory/ssh-args"],
    [
      "a proxy command",
      { ansible_ssh_common_args: "-o ProxyCommand='nc %h %p'" },
      "error inventory/jump",
    ],
  ])("%s is said", (_what, variables, wanted) => {
    expect(connect(variables).said).toEqual([wanted]);
  });
});

describe("ansible_ssh_common_args", () => {
  test("sets what ssh would take from it", () => {
    const { ssh, said } = connect({
      ansible_ssh_common_args:
        '-C -o ControlMaster=auto -o "UserKnownHostsFile=~/fleet_hosts /dev/null" -oStrictHostKeyChecking=accept-new -o IdentitiesOnly=yes -o HostKeyAlias=ns1.example.net -p 2022',
    });
    expect(said).toEqual([]);
    expect(ssh).toMatchObject({
      knownHosts: ["/home/op/fleet_hosts", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
      hostKeys: "accept-new",
      identitiesOnly: true,
      hostKeyAlias: "ns1.example.net",
      port: 2022,
    });
  });

  test("turns host key checking off only where it says so", () => {
    expect(connect({ ansible_ssh_common_args: "-o StrictHostKeyChecking=no" }).ssh?.hostKeys).toBe(
      "off",
    );
    expect(connect({ ansible_ssh_common_args: "-o StrictHostKeyChecking=ask" }).ssh?.hostKeys).toBe(
      "strict",
    );
    expect(connect({ ansible_host_key_checking: false }).ssh?.hostKeys).toBe("off");
    expect(connect({}, { hostKeyChecking: false }).ssh?.hostKeys).toBe("off");
  });

  test.each([
    "-o ProxyJump=op@bastion:2022",
    "-J op@bastion:2022",
    `-o ProxyCommand="ssh -W %h:%p -p 2022 -q op@bastion"`,
    `-o ProxyCommand='ssh -l op -W [%h]:%p bastion -p 2022'`,
  ])("%s is a hop", (args) => {
    const { ssh, said } = connect({
      ansible_ssh_common_args: args,
      ansible_ssh_private_key_file: "/k",
    });
    expect(said).toEqual([]);
    expect(ssh?.jumps).toMatchObject([
      { address: "bastion", port: 2022, user: "op", identities: ["/k"], hostKeys: "strict" },
    ]);
  });

  test("host key checking that is off for the host stays on for the hop, as for ssh", () => {
    const { ssh } = connect({
      ansible_ssh_common_args: "-o StrictHostKeyChecking=no -J one,two",
    });
    expect(ssh?.hostKeys).toBe("off");
    expect(ssh?.jumps).toMatchObject([
      { address: "one", hostKeys: "strict" },
      { address: "two", hostKeys: "strict" },
    ]);
  });
});

describe("ssh_config", () => {
  const answers: { readonly [host: string]: readonly string[] } = {
    ns1: [
      "hostname 10.0.0.1",
      "user fleet",
      "port 2222",
      "proxyjump bastion",
      "stricthostkeychecking ask",
      "identityfile ~/.ssh/fleet",
    ],
    bastion: ["hostname bastion.example.net", "user jump", "proxyjump outer"],
    outer: ["hostname outer.example.net"],
    circle: ["hostname c", "proxyjump circle"],
  };
  const sshConfig = (destination: string) => {
    const lines = answers[destination];
    return lines === undefined ? undefined : readSshConfigLines(lines);
  };

  test("says what nothing else says, hops of hops included", () => {
    const { ssh, said } = connect({}, { sshConfig });
    expect(said).toEqual([]);
    expect(ssh).toMatchObject({
      address: "10.0.0.1",
      user: "fleet",
      port: 2222,
      hostKeys: "strict",
      identities: ["/home/op/.ssh/fleet"],
      jumps: [{ address: "outer.example.net" }, { address: "bastion.example.net", user: "jump" }],
    });
  });

  test("gives way to variables and to options", () => {
    const { ssh } = connect(
      { ansible_user: "admin", ansible_port: 22, ansible_ssh_common_args: "-o ProxyJump=none" },
      { sshConfig },
    );
    expect(ssh).toMatchObject({ address: "10.0.0.1", user: "admin", port: 22, jumps: [] });
  });

  test("may lead in a circle, which is said", () => {
    expect(connect({ ansible_host: "circle" }, { sshConfig }).said).toEqual([
      "error inventory/jump",
    ]);
  });
});
