/** The network fails, and neither the controller nor the host does: the run goes on by itself, and nobody is asked. */
import { expect, test } from "@jest/globals";
import {
  dpkgWorks,
  footprints,
  JOBS_FORWARD,
  jobsStarted,
  KEPT,
  ofEveryHost,
  onEveryHost,
  transactions,
} from "./crash/host-traces.ts";
import { atEntry, entryOf } from "./crash/journal-watch.ts";
import { expectFleet, NEW } from "./support/fleet.ts";
import type { HostName } from "./support/lab.ts";
import { contents, fault, resetLab } from "./support/lab.ts";
import type { Site } from "./support/site.ts";
import { createSite, UPGRADE_WORDS } from "./support/site.ts";
import type { Spawned } from "./support/spawned.ts";

const OUTAGE_MS = 20_000;

async function pullCable(host: HostName): Promise<void> {
  await fault("link-down", host);
  await new Promise((done) => setTimeout(done, OUTAGE_MS));
  await fault("link-up", host);
}

async function inPackages(site: Site, program: Spawned, host: HostName): Promise<void> {
  const what = `the upgrade of ${host}`;
  await atEntry(site.stateDir, program, what, entryOf("intended", "packages", host));
  await dpkgWorks(host);
}

test("a run outlives dropped sessions and a pulled cable, in the middle of dpkg and between two tasks", async () => {
  await resetLab();
  const before = await contents();
  await using site = createSite();
  const program = site.start(...UPGRADE_WORDS, ...site.common);
  await inPackages(site, program, "ns1");
  await fault("ssh-drop", "ns1");
  await inPackages(site, program, "ns2");
  await pullCable("ns2");
  // Nothing of ours is under way on the host in this moment, so nothing but the next task notices.
  const held = entryOf("settled", "1.2", "ns3");
  const freeze = (): void => void program.process.kill("SIGSTOP");
  await atEntry(site.stateDir, program, "the hold on ns3", held, freeze);
  await fault("ssh-drop", "ns3");
  await fault("ssh-block", "ns3");
  program.process.kill("SIGCONT");
  await new Promise((done) => setTimeout(done, OUTAGE_MS));
  await fault("ssh-unblock", "ns3");

  const ended = await program.ended;
  expect({ code: ended.code, text: ended.code === 0 ? "" : ended.text }).toEqual({
    code: 0,
    text: "",
  });
  await expectFleet(NEW);
  expect(await contents()).toEqual(before);
  expect(await ofEveryHost(transactions)).toEqual(onEveryHost(["Upgrade"]));
  expect(await ofEveryHost(jobsStarted)).toEqual(onEveryHost(JOBS_FORWARD));
  expect(await footprints()).toEqual(onEveryHost(KEPT));
});
