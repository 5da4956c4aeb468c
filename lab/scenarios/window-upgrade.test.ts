import { beforeEach, expect, test } from "@jest/globals";
import { seconds, say } from "./support/figures.ts";
import { NEW, OLD, expectFleet, expectPrefix, healthy, unitStarts } from "./support/fleet.ts";
import { HOSTS, contents, fleetState, inventoryFile, resetLab } from "./support/lab.ts";
import { silenceText, watchServers } from "./support/prober.ts";
import { createSite } from "./support/site.ts";

const VARS = "group_vars/dns_auth.yml";

beforeEach(() => resetLab());

test("upgrades all hosts at once in a window, to the same end; a second run enters no host", async () => {
  await using site = createSite();
  const before = await contents();
  const varsBefore = inventoryFile(VARS);

  await using watch = await watchServers(`${site.folder}/prober.log`);
  const upgraded = await site.upgrade("--mode", "window");
  const report = await watch.stop();
  say("window upgrade", `${seconds(upgraded.ms)} for ${HOSTS.length} hosts`);
  say("window upgrade", `silence ${silenceText(report)}`);

  expect(upgraded).toMatchObject({ code: 0 });
  const state = await expectFleet(NEW);
  expectPrefix(state, "v6", 6, HOSTS.length);
  expectPrefix(state, "v5", 5, HOSTS.length);
  expect(await contents()).toEqual(before);
  for (const host of HOSTS) expect(report.servers[host]).toHaveLength(1);
  expect(inventoryFile(VARS)).toBe(
    varsBefore.replace("global_prefix:   'v5'", "global_prefix:   'v6'"),
  );

  const starts = await unitStarts();
  const again = await site.upgrade("--mode", "window");
  expect(again).toMatchObject({ code: 0 });
  const entries = await site.entries();
  expect(entries.filter(({ type }) => type === "lane-begun")).toEqual([]);
  expect(await unitStarts()).toEqual(starts);
});

test("upgrades the rest of a fleet of which one host is done, and leaves that one alone", async () => {
  await using site = createSite();
  const before = await contents();
  const varsBefore = inventoryFile(VARS);

  const first = await site.upgrade("--limit", "ns1");
  say("upgrade of one host", seconds(first.ms));
  expect(first).toMatchObject({ code: 12, text: expect.stringContaining("1 of 3 hosts") });
  expect((await fleetState()).hosts).toMatchObject([
    healthy("ns1", NEW),
    healthy("ns2", OLD),
    healthy("ns3", OLD),
  ]);
  expect(inventoryFile(VARS)).toBe(varsBefore); // two of three hosts still are what it says

  const starts = await unitStarts();
  const rest = await site.upgrade();
  say("upgrade of the other two", seconds(rest.ms));
  expect(rest).toMatchObject({ code: 0 });
  const state = await expectFleet(NEW);
  expectPrefix(state, "v6", 6, HOSTS.length);
  expect(await contents()).toEqual(before);
  const begun = (await site.entries()).filter(({ type }) => type === "lane-begun");
  expect(begun.map(({ host }) => host)).toEqual(["ns2", "ns3"]);
  expect((await unitStarts())["ns1"]).toBe(starts["ns1"]);
});
