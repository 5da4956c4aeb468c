import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { unitStarts } from "./support/fleet.ts";
import { HOSTS, LAB, fault, fleetState, inventoryFile, onHost, resetLab } from "./support/lab.ts";
import type { Site } from "./support/site.ts";
import { HOSTS_PW_INI, UPGRADE, UPGRADE_WORDS, createSite } from "./support/site.ts";
import type { Ended } from "./support/spawned.ts";
import { until } from "./support/until.ts";

const VARS = "group_vars/dns_auth.yml";

/** All that a refused run must leave as it was. */
async function standing(): Promise<object> {
  const [{ hosts }, starts, ...jobsAndLocks] = await Promise.all([
    fleetState(),
    unitStarts(),
    ...HOSTS.map((host) => onHost(host, "find /var/lib/runbook -type f 2>/dev/null || true")),
  ]);
  return { hosts, starts, vars: inventoryFile(VARS), jobsAndLocks };
}

interface Refusal {
  readonly code: number;
  /** What is wrong, and what to do next. */
  readonly says: readonly RegExp[];
}

/** Runs the upgrade, or `words`, and holds that it is refused with these words and that nothing changed. */
async function refused(site: Site, refusal: Refusal, words?: readonly string[]): Promise<Ended> {
  const before = await standing();
  const ended = words === undefined ? await site.upgrade() : await site.run(...words);
  expect({ code: ended.code, text: ended.text }).toEqual({
    code: refusal.code,
    text: expect.any(String),
  });
  for (const words_ of refusal.says) expect(ended.text).toMatch(words_);
  expect(await standing()).toEqual(before);
  return ended;
}

describe("what hosts and storage say", () => {
  beforeEach(() => resetLab());

  test("a host whose LMDB has the new schema under the old release", async () => {
    await using site = createSite();
    await onHost(
      "ns2",
      `systemctl stop lightningstream
printf '%s\\n' VERSION=3 format=bytevalue database=pdns type=btree HEADER=END ' 736368656d6176657273696f6e' " 00000000000000010000000000000001000000000000000000000006" DATA=END |
  runuser -u pdns -- mdb_load -n -s pdns /var/lib/powerdns/pdns.lmdb 2>/dev/null`,
    );
    await refused(site, {
      code: 14,
      says: [
        /ns2: .*at schema 6, and PowerDNS 4\.9\.17 can use no more than 5/,
        /hint: .*Put back/,
      ],
    });
  });

  test("a host that is upgraded but uses the old prefix", async () => {
    await using site = createSite();
    expect(await site.upgrade("--limit", "ns1")).toMatchObject({ code: 12 });
    await onHost(
      "ns1",
      "systemctl stop lightningstream; sed -i 's/global_prefix: .*/global_prefix: v5/' /etc/lightningstream.yml",
    );
    await refused(site, {
      code: 14,
      says: [/ns1: .*at schema 6.*the prefix "v5"/, /hint: Keep Lightning Stream stopped/],
    });
  });

  test("a host whose prefix is not that of the others", async () => {
    await using site = createSite();
    await fault("prefix", "ns2", "v5x");
    await until("the startup in the other prefix", async () =>
      (await fleetState()).hosts.every(({ startup }) => startup.main && startup.shard),
    );
    await refused(site, {
      code: 14,
      says: [/ns2: .*do not share one prefix.*"v5x"/, /hint: .*identical/],
    });
  });

  test("a new prefix that holds somebody's old snapshots", async () => {
    await using site = createSite();
    await fault("foreign-snapshot", "v6", "6");
    await refused(site, {
      code: 14,
      says: [/v6main__stranger__/, /hint: .*Choose another prefix/],
    });
  });

  test("an old prefix with a snapshot of the new schema in it", async () => {
    await using site = createSite();
    await fault("foreign-snapshot", "v5", "6");
    await refused(site, {
      code: 14,
      says: [/v5main__stranger__.*\(schema 6\)/, /hint: .*remove these objects/],
    });
  });

  test("a Lightning Stream that has not loaded everything", async () => {
    await using site = createSite();
    await fault("s3-stop");
    await onHost("ns2", "systemctl restart lightningstream");
    await refused(site, {
      code: 14,
      says: [/ns2: .*the startup of main and shard is not over/, /hint: .*by itself/],
    });
  });

  test("a disk without room for the backup", async () => {
    await using site = createSite();
    await fault("disk-fill", "ns3", "150");
    await refused(site, { code: 14, says: [/ns3: .*has room for 149 KiB/, /hint: Make room/] });
  });

  test("a configuration with which the new release would refuse to start", async () => {
    await using site = createSite();
    await onHost(
      "ns2",
      "echo include-dir=/etc/powerdns/guard.d >>/etc/powerdns/pdns.conf; mkdir /etc/powerdns/guard.d; echo lmdb-schema-version=5 >/etc/powerdns/guard.d/guard.conf",
    );
    await refused(site, {
      code: 14,
      says: [
        /ns2: .*lmdb-schema-version=5 \(\/etc\/powerdns\/guard\.d\/guard\.conf\)/,
        /hint: .*Remove it on every host/,
      ],
    });
  });

  test("everything that is wrong, on all hosts at once", async () => {
    await using site = createSite();
    await fault("disk-fill", "ns3", "150");
    await fault("foreign-snapshot", "v6", "6");
    await onHost("ns2", "systemctl stop lightningstream");
    await refused(site, {
      code: 14,
      says: [/ns3: .*has room for/, /v6main__stranger__/, /ns2: .*is inactive/],
    });
  });
});

test("a release that no package source of the hosts has", async () => {
  await resetLab({ sources: "old" });
  await using site = createSite();
  await refused(site, {
    code: 14,
    says: [/no configured source offers pdns-server.*5\.1\.\*/, /hint: Add the repository/],
  });
});

describe("doors", () => {
  beforeEach(() => resetLab());

  test("a host key that is not the known one", async () => {
    await using site = createSite();
    await fault("host-key", "ns2");
    await refused(site, {
      code: 14,
      says: [/ns2: the host key of .* has changed/, /hint: .*ssh-keygen -R/],
    });
  });

  test("a wrong sudo password", async () => {
    await using site = createSite({ inventory: HOSTS_PW_INI });
    await fault("sudo-password", "ns2");
    await refused(site, {
      code: 14,
      says: [/ns2: sudo does not accept the password/, /hint: .*ansible_become_password/],
    });
  });

  test("a host that does not answer", async () => {
    await using site = createSite();
    await fault("ssh-block", "ns2");
    await refused(
      site,
      { code: 4, says: [/ns2: no connection to/, /hint: Check that the host is up/] },
      [...UPGRADE_WORDS, ...site.common, "-T", "3"],
    );
  });
});

describe("what the command line says", () => {
  test("a wrong vault password, no consent, no hosts, no inventory", async () => {
    await resetLab();
    await using right = createSite();
    const wrong = join(right.folder, "wrong-password");
    writeFileSync(wrong, "not the one\n", { mode: 0o600 });
    await using site = createSite({ vaultPasswordFile: wrong });
    await refused(site, { code: 16, says: [/vault\.yml:1:1/, /hint: Tried/] });

    const words = ["apply", UPGRADE, "-e", "target_version=5.1.*", ...right.common];
    await refused(right, { code: 14, says: [/--yes/] }, words);
    await refused(right, { code: 14, says: [/--accept-irreversible/] }, [...words, "--yes"]);
    await refused(right, { code: 15, says: [/nobody/] }, [...words, "--yes", "--limit", "nobody"]);
    await refused(right, { code: 15, says: [/missing\.ini/] }, [
      ...["apply", UPGRADE, "-e", "target_version=5.1.*", "--yes"],
      ...["-i", join(LAB, "inventory/missing.ini")],
    ]);
  });
});
