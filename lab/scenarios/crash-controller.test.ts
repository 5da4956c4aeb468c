/**
 * The controller is killed, as by the kernel when memory is short: no handler runs, nothing is said. `resume` finds what it left
 * and finishes; the hosts show that nothing was done twice.
 */
import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  dpkgWorks,
  footprints,
  JOBS_FORWARD,
  jobsStarted,
  KEPT,
  KEPT_AFTER_ROLLBACK,
  ofEveryHost,
  onEveryHost,
  replacementsOf,
  starts,
  transactions,
} from "./crash/host-traces.ts";
import { atEntry, entryOf } from "./crash/journal-watch.ts";
import { expectFleet, NEW, OLD } from "./support/fleet.ts";
import { contents, inventoryFile, resetLab } from "./support/lab.ts";
import type { Site, SeenEntry } from "./support/site.ts";
import { createSite, UPGRADE_WORDS } from "./support/site.ts";
import type { Spawned } from "./support/spawned.ts";

const GROUP_VARS = "group_vars/dns_auth.yml";
const v6 = (text: string): string => text.replace(/(global_prefix:\s*["']?)v5/, "$1v6");

/** Kills the controller the moment that its journal has such an entry, and waits for its end. */
async function killAt(
  site: Site,
  program: Spawned,
  what: string,
  holds: (entry: SeenEntry) => boolean,
): Promise<void> {
  await atEntry(site.stateDir, program, what, holds, () => program.process.kill("SIGKILL"));
  await expectKilled(program);
}

async function expectKilled(program: Spawned): Promise<void> {
  expect(await program.ended).toMatchObject({ code: null, signal: "SIGKILL" });
}

const apply = (site: Site): Spawned => site.start(...UPGRADE_WORDS, ...site.common);
const resume = (site: Site): Spawned => site.start("resume", "--yes");

async function expectDone(program: Spawned): Promise<void> {
  const ended = await program.ended;
  expect({ code: ended.code, text: ended.code === 0 ? "" : ended.text }).toEqual({
    code: 0,
    text: "",
  });
}

const JOBS_BACK = [
  "rollback.2.1 units",
  "undo-packages packages-back",
  "rollback.5.2 units",
  "rollback.6.3 units",
];

describe("a controller that is killed", () => {
  let before: { readonly contents: Awaited<ReturnType<typeof contents>>; readonly vars: string };

  beforeEach(async () => {
    await resetLab();
    before = { contents: await contents(), vars: inventoryFile(GROUP_VARS) };
  });

  async function expectUpgraded(): Promise<void> {
    await expectFleet(NEW);
    expect(await contents()).toEqual(before.contents);
    expect(inventoryFile(GROUP_VARS)).toBe(v6(before.vars));
    expect(await footprints()).toEqual(onEveryHost(KEPT));
    expect(await ofEveryHost(transactions)).toEqual(onEveryHost(["Upgrade"]));
    expect(await ofEveryHost(jobsStarted)).toEqual(onEveryHost(JOBS_FORWARD));
    expect(await ofEveryHost((host) => starts(host, "pdns"))).toEqual(onEveryHost(2));
    expect(await ofEveryHost((host) => starts(host, "lightningstream"))).toEqual(onEveryHost(2));
  }

  test("while dpkg works, on the way forward and on the way back, is resumed to the same end", async () => {
    await using site = createSite();
    const first = apply(site);
    await atEntry(site.stateDir, first, "the upgrade", entryOf("intended", "packages", "ns1"));
    await dpkgWorks("ns1");
    first.process.kill("SIGKILL");
    await expectKilled(first);
    await expectDone(resume(site));
    await expectUpgraded();

    const back = site.start("rollback", "--yes", ...site.common);
    await atEntry(
      site.stateDir,
      back,
      "the downgrade",
      entryOf("undo-intended", "packages", "ns3"),
    );
    await dpkgWorks("ns3");
    back.process.kill("SIGKILL");
    await expectKilled(back);
    const again = resume(site);
    await killAt(site, again, "the old prefix", entryOf("undo-intended", "prefix", "ns2"));
    expect(await resume(site).ended).toMatchObject({ code: 10 });
    await expectFleet(OLD);
    expect(await contents()).toEqual(before.contents);
    expect(inventoryFile(GROUP_VARS)).toBe(before.vars);
    expect(await footprints()).toEqual(onEveryHost(KEPT_AFTER_ROLLBACK));
    expect(await ofEveryHost(transactions)).toEqual(onEveryHost(["Upgrade", "Downgrade"]));
    expect(await ofEveryHost(jobsStarted)).toEqual(onEveryHost([...JOBS_FORWARD, ...JOBS_BACK]));
  });

  test("while it changes a prefix and while it verifies the fleet, is resumed to the same end", async () => {
    await using site = createSite();
    using first = replacementsOf("ns1", "/etc", "lightningstream.yml");
    using second = replacementsOf("ns2", "/etc", "lightningstream.yml");
    using third = replacementsOf("ns3", "/etc", "lightningstream.yml");
    // Before the change is known to have been made, and just after it was made and before that was written down.
    await killAt(site, apply(site), "the prefix", entryOf("intended", "prefix", "ns1"));
    const resumed = resume(site);
    second.onNext(() => resumed.process.kill("SIGKILL"));
    await expectKilled(resumed);
    await killAt(site, resume(site), "the flush", entryOf("settled", "4.1", "(fleet)"));
    await killAt(site, resume(site), "the inventory", entryOf("intended", "4.6", "(fleet)"));
    await expectDone(resume(site));
    await expectUpgraded();
    expect([first.count, second.count, third.count]).toEqual([1, 1, 1]);
  });
});
