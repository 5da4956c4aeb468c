import { beforeEach, expect, test } from "@jest/globals";
import { seconds, say } from "./support/figures.ts";
import { NEW, expectFleet, expectPrefix, unitStarts } from "./support/fleet.ts";
import { HOSTS, contents, inventoryFile, resetLab } from "./support/lab.ts";
import { silenceText, watchServers } from "./support/prober.ts";
import { createSite } from "./support/site.ts";

const VARS = "group_vars/dns_auth.yml";

beforeEach(() => resetLab());

test("upgrades host by host: one silent at a time, nothing lost; a second run enters no host", async () => {
  await using site = createSite();
  const before = await contents();
  const varsBefore = inventoryFile(VARS);

  await using watch = await watchServers(`${site.folder}/prober.log`);
  const upgraded = await site.upgrade();
  const report = await watch.stop();
  say("serial upgrade", `${seconds(upgraded.ms)} for ${HOSTS.length} hosts`);
  say("serial upgrade", `silence ${silenceText(report)}; at once ${report.mostSilentAtOnce}`);

  expect(upgraded).toMatchObject({ code: 0 });
  const state = await expectFleet(NEW);
  expectPrefix(state, "v6", 6, HOSTS.length);
  expectPrefix(state, "v5", 5, HOSTS.length); // the way back: nothing of the new schema got there
  expect(await contents()).toEqual(before);
  expect(report.mostSilentAtOnce).toBe(1);
  for (const host of HOSTS) expect(report.servers[host]).toHaveLength(1);
  expect(inventoryFile(VARS)).toBe(
    varsBefore.replace("global_prefix:   'v5'", "global_prefix:   'v6'"),
  );

  const starts = await unitStarts();
  const varsAfter = inventoryFile(VARS);
  const again = await site.upgrade();
  say("upgrade of an upgraded fleet", seconds(again.ms));
  expect(again).toMatchObject({ code: 0 });
  const entries = await site.entries();
  expect(entries.filter(({ type, reached }) => type === "goal-seen" && reached)).toHaveLength(
    HOSTS.length,
  );
  expect(entries.filter(({ type }) => type === "lane-begun")).toEqual([]);
  const intended = entries.filter(({ type }) => type === "intended").map(({ step }) => step);
  expect(new Set(intended)).toEqual(new Set(["pdns.flush"])); // the fleet is compared by what is served, not cached
  expect(await unitStarts()).toEqual(starts);
  expect(inventoryFile(VARS)).toBe(varsAfter);
});
