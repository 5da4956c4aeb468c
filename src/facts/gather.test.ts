import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { hostId } from "../model/ids.ts";
import type { CommandResult, HostReader } from "../model/transport.ts";
import { factsFrom, gatherFacts } from "./gather.ts";

// Network and hardware sections were recorded: Debian's on a real host, Alpine's under BusyBox. The release files of
// Ubuntu and AlmaLinux are the distributions' own.
const sample = (name: string) => readFileSync(join(import.meta.dirname, "samples", name), "utf8");

const answering = (result: CommandResult): HostReader => ({
  id: hostId("h"),
  read: async () => result,
  dial: async () => ({ kind: "refused", reason: "no" }),
});

const exited = (stdout: string): CommandResult => ({
  kind: "exited",
  code: 0,
  stdout: new TextEncoder().encode(stdout),
  stderr: new Uint8Array(),
  durationMs: 1,
});

describe("facts under Ansible's names", () => {
  test("Debian", () => {
    expect(factsFrom(sample("debian-13.txt"))).toMatchObject({
      distribution: "Debian",
      distribution_version: "13.7",
      distribution_major_version: "13",
      distribution_release: "trixie",
      os_family: "Debian",
      pkg_mgr: "apt",
      service_mgr: "systemd",
      system: "Linux",
      hostname: "ns1",
      architecture: "x86_64",
      interfaces: ["lo", "eth0"],
      all_ipv4_addresses: ["10.88.41.11"],
      default_ipv4: {},
      virtualization_type: "systemd-nspawn",
      virtualization_role: "guest",
      user_id: "root",
      user_uid: 0,
      selinux: { status: "disabled" },
    });
  });

  test("Ubuntu, whose codename of Debian is not its version", () => {
    expect(factsFrom(sample("ubuntu-24.04.txt"))).toMatchObject({
      distribution: "Ubuntu",
      distribution_version: "24.04",
      distribution_major_version: "24",
      distribution_release: "noble",
      os_family: "Debian",
      hostname: "mail",
      nodename: "mail",
      fqdn: "mail.example.net",
      domain: "example.net",
      dns: { nameservers: ["127.0.0.53"], search: ["example.net", "example.org"] },
      env: { HOME: "/root", SUDO_USER: "ops" },
    });
  });

  test("AlmaLinux, with SELinux and a processor that says nothing of sockets", () => {
    expect(factsFrom(sample("almalinux-9.txt"))).toMatchObject({
      distribution: "AlmaLinux",
      distribution_version: "9.4",
      distribution_major_version: "9",
      distribution_release: "Seafoam Ocelot",
      os_family: "RedHat",
      pkg_mgr: "dnf",
      hostname: "ns1",
      domain: "example.net",
      machine: "aarch64",
      processor_vcpus: 4,
      processor_count: 4,
      processor_cores: 1,
      selinux: { status: "enabled", mode: "enforcing", type: "targeted", policyvers: 33 },
    });
  });

  test("Alpine, with BusyBox", () => {
    expect(factsFrom(sample("alpine-3.20.txt"))).toMatchObject({
      distribution: "Alpine",
      distribution_version: "3.20.3",
      distribution_major_version: "3",
      distribution_release: "NA",
      os_family: "Alpine",
      pkg_mgr: "apk",
      service_mgr: "openrc",
      nodename: "mail.example.net",
      fqdn: "mail.example.net",
      uptime_seconds: 71,
      date_time: { year: "2026", iso8601_micro: "2026-11-22T17:44:28.000000Z", tz: "UTC" },
    });
  });

  test("interfaces, with a second address and the way to the world", () => {
    const facts = factsFrom(sample("ubuntu-24.04.txt"));
    expect(facts).toMatchObject({
      interfaces: ["lo", "p0", "eth0", "br-lan"],
      all_ipv4_addresses: ["10.0.2.15", "10.0.2.16"],
      lo: { device: "lo", type: "loopback", ipv4: { address: "127.0.0.1", netmask: "255.0.0.0" } },
      eth0: {
        device: "eth0",
        active: true,
        macaddress: "52:54:00:12:34:56",
        mtu: 1500,
        type: "ether",
        ipv4: {
          address: "10.0.2.15",
          broadcast: "10.0.2.255",
          netmask: "255.255.255.0",
          network: "10.0.2.0",
          prefix: "24",
        },
        ipv4_secondaries: [{ address: "10.0.2.16" }],
        ipv6: [{ address: "fe80::5054:ff:fe12:3456", prefix: "64", scope: "link" }],
      },
      br_lan: { device: "br-lan", type: "bridge", active: false },
      default_ipv4: {
        address: "10.0.2.15",
        gateway: "10.0.2.1",
        interface: "eth0",
        network: "10.0.2.0",
        macaddress: "52:54:00:12:34:56",
      },
      default_ipv6: {},
    });
    const bySmallTools = factsFrom(sample("alpine-3.20.txt"));
    expect(bySmallTools["eth0"]).toEqual(
      expect.objectContaining({ active: true, ipv4: expect.objectContaining({ prefix: "24" }) }),
    );
    expect(bySmallTools["default_ipv4"]).toEqual(facts["default_ipv4"]);
  });

  test("mounts, with spaces in names, and one that does not answer", () => {
    expect(factsFrom(sample("ubuntu-24.04.txt"))["mounts"]).toEqual([
      expect.objectContaining({
        mount: "/",
        device: "/dev/vda1",
        fstype: "ext4",
        size_total: 7574268 * 4096,
        size_available: 6632411 * 4096,
        inode_used: 2469888 - 2371008,
      }),
      expect.objectContaining({ mount: "/boot/efi" }),
      {
        device: "nas.example.net:/export/my share",
        mount: "/mnt/my share",
        fstype: "nfs4",
        options: "rw,relatime,vers=4.2",
        dump: 0,
        passno: 0,
      },
    ]);
  });

  test("memory in whole mebibytes", () => {
    expect(
      factsFrom("\n== meminfo\nMemTotal:  2047 kB\nMemFree: 1024 kB\n\n== end\n"),
    ).toMatchObject({
      memtotal_mb: 1,
      memfree_mb: 1,
      swaptotal_mb: 0,
    });
  });

  test("a distribution nobody knows is of the family that it names", () => {
    const output =
      "\n== os-release\nNAME=Foo\nID=foo\nID_LIKE='bar rhel'\nVERSION_ID=7\n\n== end\n";
    expect(factsFrom(output)).toMatchObject({ distribution: "Foo", os_family: "RedHat" });
  });

  test("an interface that is called like a fact does not hide it", () => {
    const links = "1: hostname: <UP> mtu 1 x link/ether 00:00:00:00:00:00 brd x";
    const output = `\n== uname\nLinux\nns1\n\n== links\n${links}\n\n== end\n`;
    expect(factsFrom(output)).toMatchObject({ hostname: "ns1", interfaces: ["hostname"] });
  });
});

describe("gathering", () => {
  test("is one read", async () => {
    expect(await gatherFacts(answering(exited(sample("debian-13.txt"))))).toMatchObject({
      distribution: "Debian",
    });
  });

  test("does not take half an answer for facts", async () => {
    const half = sample("debian-13.txt").replace("\n== end\n", "");
    await expect(gatherFacts(answering(exited(half)))).rejects.toMatchObject({
      diagnostic: { code: "facts/cut-off" },
    });
  });

  test("says that the host did not answer", async () => {
    const lost: CommandResult = { kind: "connection-lost", reason: "reset" };
    await expect(gatherFacts(answering(lost))).rejects.toMatchObject({
      kind: "unreachable",
      diagnostic: { detail: ["reset"] },
    });
  });
});
