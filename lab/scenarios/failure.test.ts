import { beforeEach, expect, test } from "@jest/globals";
import { atEntry, entryOf } from "./crash/journal-watch.ts";
import { seconds, say } from "./support/figures.ts";
import { NEW, OLD, expectFleet, expectPrefix, healthy, unitStarts } from "./support/fleet.ts";
import type { HostName } from "./support/lab.ts";
import { HOSTS, contents, fleetState, inventoryFile, onHost, resetLab } from "./support/lab.ts";
import { silenceText, watchServers } from "./support/prober.ts";
import type { Site } from "./support/site.ts";
import { createSite, UPGRADE_WORDS } from "./support/site.ts";
import type { Ended } from "./support/spawned.ts";

const VARS = "group_vars/dns_auth.yml";

beforeEach(() => resetLab());

/**
 * While ns2 is worked on somebody writes what 4.9 starts with and 5.1 does not, whose backend knows no schema but 6. Written
 * earlier it would be refused before anything changes.
 */
async function upgradeWhilePinned(site: Site, ...more: readonly string[]): Promise<Ended> {
  const program = site.start(...UPGRADE_WORDS, ...site.common, ...more);
  const fetched = entryOf("settled", "1.1", "ns2");
  await atEntry(site.stateDir, program, "the packages on ns2", fetched);
  await onHost("ns2", "echo lmdb-schema-version=5 >>/etc/powerdns/pdns.conf");
  return program.ended;
}
async function unpinSchema(host: HostName): Promise<void> {
  await onHost(host, "sed -i '/^lmdb-schema-version=5$/d' /etc/powerdns/pdns.conf");
}

/** dpkg unpacks the new release, then cannot configure it; the old one it can. */
async function breakConfiguring(host: HostName): Promise<void> {
  await onHost(
    host,
    `cat >/usr/local/sbin/lab-refuses-5 <<'H'
#!/bin/sh
[ "$DPKG_HOOK_ACTION" = configure ] || exit 0
case $(dpkg-query -W -f '\${Version}' pdns-server) in 5.*) echo "the lab refuses to configure 5" >&2; exit 1 ;; esac
H
chmod 755 /usr/local/sbin/lab-refuses-5
echo 'pre-invoke="/usr/local/sbin/lab-refuses-5"' >/etc/dpkg/dpkg.cfg.d/zz-lab`,
  );
}

test("stop: leaves the failed host held and the others as they are, and resume finishes", async () => {
  await using site = createSite();
  const before = await contents();
  const starts = await unitStarts();

  const failed = await upgradeWhilePinned(site, "--on-failure", "stop");
  expect(failed).toMatchObject({ code: 2 });
  expect(failed.text).toContain("lmdbbackend only supports schema version 6"); // the daemon's own words
  expect(failed.text).toMatch(/go on: +runbook resume/);
  expect(failed.text).toMatch(/go back: +runbook rollback/);
  expect((await fleetState()).hosts).toMatchObject([
    healthy("ns1", NEW),
    {
      host: "ns2",
      schema: 5,
      prefix: "v6",
      lightningstream: { active: "inactive", dropIns: [expect.stringContaining("hold")] },
    },
    healthy("ns3", OLD),
  ]);
  expect((await unitStarts())["ns3"]).toBe(starts["ns3"]);

  await unpinSchema("ns2");
  const resumed = await site.run("resume", "--yes", ...site.common);
  say("resume after a failure was repaired", seconds(resumed.ms));
  expect(resumed).toMatchObject({ code: 0 });
  const state = await expectFleet(NEW);
  expectPrefix(state, "v6", 6, HOSTS.length);
  expectPrefix(state, "v5", 5, HOSTS.length);
  expect(await contents()).toEqual(before);
  expect(inventoryFile(VARS)).toContain("global_prefix:   'v6'");
});

test("rollback_host: takes the failed host back alone; the next run does it and those not reached", async () => {
  await using site = createSite();
  const before = await contents();
  const varsBefore = inventoryFile(VARS);
  const starts = await unitStarts();

  await using watch = await watchServers(`${site.folder}/prober.log`);
  const failed = await upgradeWhilePinned(site, "--on-failure", "rollback_host");
  const report = await watch.stop();
  say("rollback_host", `silence ${silenceText(report)}`);
  expect(failed).toMatchObject({ code: 2 }); // ns1 is done: not every touched host is back
  expect(report.mostSilentAtOnce).toBe(1);
  expect(report.servers["ns3"]).toEqual([]);
  expect((await fleetState()).hosts).toMatchObject([
    healthy("ns1", NEW),
    healthy("ns2", OLD),
    healthy("ns3", OLD),
  ]);
  expect(await contents()).toEqual(before);
  expect((await unitStarts())["ns3"]).toBe(starts["ns3"]);
  expect(inventoryFile(VARS)).toBe(varsBefore);

  await unpinSchema("ns2");
  expect(await site.upgrade()).toMatchObject({ code: 0 });
  const begun = (await site.entries()).filter(({ type }) => type === "lane-begun");
  expect(begun.map(({ host }) => host)).toEqual(["ns2", "ns3"]);
  await expectFleet(NEW);
  expect(await contents()).toEqual(before);
});

test("rollback_run: takes every host back when a package cannot be configured on one", async () => {
  await using site = createSite();
  await breakConfiguring("ns2");
  const before = await contents();
  const varsBefore = inventoryFile(VARS);

  const failed = await site.upgrade("--mode", "window", "--on-failure", "rollback_run");
  say("rollback_run, window", `${seconds(failed.ms)} there and back`);
  expect(failed).toMatchObject({ code: 10 });
  expect(failed.text).toContain("the lab refuses to configure 5");
  const state = await expectFleet(OLD);
  expectPrefix(state, "v5", 5, HOSTS.length);
  expect(await contents()).toEqual(before);
  expect(inventoryFile(VARS)).toBe(varsBefore);
  const entries = await site.entries();
  expect(entries.at(-1)).toMatchObject({ type: "run-finished", outcome: "rolled-back" });
});

test("ask: stops where nobody can be asked, and an answer takes the run back", async () => {
  await using site = createSite();
  const before = await contents();
  const varsBefore = inventoryFile(VARS);

  expect(await upgradeWhilePinned(site, "--on-failure", "ask")).toMatchObject({ code: 2 });
  const decided = (await site.entries()).filter(({ type }) => type === "decision");
  expect(decided.at(-1)).toMatchObject({ question: "on_failure", answer: "stop" });

  const answered = await site.run(
    ...["resume", "--yes", "--answer", "rollback_run", ...site.common],
  );
  expect(answered).toMatchObject({ code: 10 });
  await expectFleet(OLD);
  expect(await contents()).toEqual(before);
  expect(inventoryFile(VARS)).toBe(varsBefore);
});
