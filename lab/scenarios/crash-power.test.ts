/**
 * Power cuts after the tasks of the flagship, forward and back: the host boots into a state that harms nobody, and `resume`
 * finishes as if nothing had happened. One run carries a cut on each of its three hosts. The dangerous moments are always
 * cut; LAB_FULL=1 cuts after every task, and in the middle of every task that changes something.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { footprints, KEPT, KEPT_AFTER_ROLLBACK, onEveryHost } from "./crash/host-traces.ts";
import { atEntry, entryOf } from "./crash/journal-watch.ts";
import type { Cut } from "./crash/power.ts";
import { BACK, bootHarmless, cutAt, FORWARD, UNDO } from "./crash/power.ts";
import { say, seconds } from "./support/figures.ts";
import { expectFleet, expectPrefix, hostOf, NEW, OLD } from "./support/fleet.ts";
import type { HostName } from "./support/lab.ts";
import { contents, fleetState, HOSTS, inventoryFile, resetLab } from "./support/lab.ts";
import type { Site } from "./support/site.ts";
import { createSite, UPGRADE_WORDS } from "./support/site.ts";
import type { Spawned } from "./support/spawned.ts";
import { until } from "./support/until.ts";

const GROUP_VARS = "group_vars/dns_auth.yml";
/** A host that was cut off does not come back by itself here. */
const IMPATIENT = ["--reconnect-timeout", "1"];
const FULL = process.env["LAB_FULL"] === "1";
const BACKWARDS = HOSTS.toReversed();

/** Cuts of one run, in the order in which its hosts are worked on. */
interface Chain {
  readonly name: string;
  readonly forward: readonly Cut[];
  readonly back: readonly Cut[];
}

const pick = <K extends string>(table: Readonly<Record<string, Cut>>, ...names: K[]): Cut[] =>
  names.map((name) => {
    const cut = table[name];
    if (cut === undefined) throw new Error(`the table has no cut "${name}"`);
    return cut;
  });

const CORE: readonly Chain[] = [
  {
    name: "holds, dpkg and the first start",
    forward: pick(FORWARD, "lsHeld", "halfInstalled", "pdnsStarted"),
    back: pick(BACK, "bothHeld", "removed", "downgraded"),
  },
  {
    name: "prefix, packages and Lightning Stream",
    forward: pick(FORWARD, "prefix", "packages", "lsStarted"),
    back: pick(BACK, "restored", "halfInstalled", "prefix"),
  },
];

/** Where the host is done afterwards, only the last one of a run is missed at once. */
const LAST = new Set(pick(FORWARD, "lsReady", "flushed"));

function everyCut(): readonly Chain[] {
  const middle = Object.values(FORWARD).filter((cut) => !LAST.has(cut));
  const back = Object.values(BACK);
  const chains: Chain[] = [];
  const last = [...LAST];
  while (middle.length > 0 || last.length > 0 || back.length > 0) {
    const forward = middle.splice(0, last.length > 0 ? 2 : 3);
    const final = forward.length === 2 ? last.splice(0, 1) : [];
    const chain = { forward: [...forward, ...final], back: back.splice(0, 3) };
    chains.push({ name: `${chains.length + 1}`, ...chain });
  }
  return chains;
}

const CHAINS = FULL ? everyCut() : CORE;
const named = ({ name, forward, back }: Chain): string =>
  `${name}: forward ${forward.map((cut) => cut.name).join("; ")} — back ${back.map((cut) => cut.name).join("; ")}`;

describe("a host that loses power", () => {
  let before: { readonly contents: Awaited<ReturnType<typeof contents>>; readonly vars: string };

  beforeAll(() => {
    const all =
      Object.keys({ ...FORWARD }).length + Object.keys(BACK).length + Object.keys(UNDO).length;
    const here =
      CHAINS.flatMap(({ forward, back }) => [...forward, ...back]).length +
      Object.keys(UNDO).length;
    say(
      "power cuts",
      FULL
        ? `ALL ${here} cuts`
        : `CORE SUBSET, ${here} of ${all} cuts; LAB_FULL=1 bash .ci/full runs them all`,
    );
  });

  beforeEach(async () => {
    await resetLab();
    before = { contents: await contents(), vars: inventoryFile(GROUP_VARS) };
  });

  const began = Date.now();
  afterAll(() => say("power cuts", seconds(Date.now() - began)));

  const resume = (site: Site): Spawned => site.start("resume", "--yes", ...IMPATIENT);

  /** Each cut stops the run; it is gone on with when the host is there again. */
  async function upgradeWith(site: Site, cuts: readonly Cut[]): Promise<void> {
    let program = site.start(...UPGRADE_WORDS, ...site.common, ...IMPATIENT);
    for (const [index, cut] of cuts.entries()) {
      const host = HOSTS[index] as HostName;
      await cutAt(site, program, host, cut);
      if (cut.goesOn !== true) await expectStopped(program, cut);
      await bootHarmless(host, cut);
      if (cut.goesOn !== true) program = resume(site);
    }
    await expectCode(program, 0);
  }

  async function expectStopped(program: Spawned, cut: Cut): Promise<void> {
    const ended = await program.ended;
    expect({ cut: cut.name, code: ended.code, text: ended.text }).toEqual({
      cut: cut.name,
      code: 11,
      text: expect.stringContaining("go on:   runbook resume"),
    });
  }

  async function expectCode(program: Spawned, code: number): Promise<void> {
    const ended = await program.ended;
    expect({ code: ended.code, text: ended.code === code ? "" : ended.text }).toEqual({
      code,
      text: "",
    });
  }

  /** A host that cannot go back does not keep the others from it: all cuts fall into one rollback. */
  async function rollbackWith(site: Site, cuts: readonly Cut[]): Promise<void> {
    const program = site.start("rollback", "--yes", ...site.common, ...IMPATIENT);
    const off: [HostName, Cut][] = [];
    for (const [index, cut] of cuts.entries()) {
      const host = BACKWARDS[index] as HostName;
      await cutAt(site, program, host, cut);
      if (cut.goesOn === true) await bootHarmless(host, cut);
      else off.push([host, cut]);
    }
    await expectCode(program, off.length === 0 ? 0 : 11);
    for (const [host, cut] of off) await bootHarmless(host, cut);
    if (off.length > 0) await expectCode(resume(site), 10);
  }

  async function expectOld(kept: readonly (readonly string[])[]): Promise<void> {
    const state = await expectFleet(OLD);
    expectPrefix(state, "v5", 5, HOSTS.length);
    expect(await contents()).toEqual(before.contents);
    expect(inventoryFile(GROUP_VARS)).toBe(before.vars);
    expect(await footprints()).toEqual(
      Object.fromEntries(HOSTS.map((host, index) => [host, kept[index]])),
    );
  }

  test.each(CHAINS.map((chain) => [named(chain), chain] as const))(
    "%s",
    async (_, chain) => {
      await using site = createSite();
      await upgradeWith(site, chain.forward);
      const state = await expectFleet(NEW);
      expectPrefix(state, "v5", 5, HOSTS.length);
      expectPrefix(state, "v6", 6, HOSTS.length);
      expect(await contents()).toEqual(before.contents);
      expect(await footprints()).toEqual(onEveryHost(KEPT));
      await rollbackWith(site, chain.back);
      await expectOld(HOSTS.map(() => KEPT_AFTER_ROLLBACK));
    },
    600_000,
  );

  test("goes back task by task, cut after each of them, where the new release was never started", async () => {
    await using site = createSite();
    const first = site.start(...UPGRADE_WORDS, ...site.common, ...IMPATIENT);
    const installed = entryOf("settled", "packages", "ns1");
    await atEntry(site.stateDir, first, "the upgrade", installed, () =>
      first.process.kill("SIGKILL"),
    );
    await first.ended;
    let program = site.start("rollback", "--yes", ...site.common, ...IMPATIENT);
    for (const cut of Object.values(UNDO)) {
      await cutAt(site, program, "ns1", cut);
      // After the last one there is nothing left to undo: the run ends without the host.
      await expectCode(program, cut === UNDO["lightningstream"] ? 10 : 11);
      await bootHarmless("ns1", cut);
      program = resume(site);
    }
    // It is over, and gives up the lock that was left on the host.
    await expectCode(program, 14);
    // The last boot started it, and no run waited for it.
    await until("Lightning Stream of ns1 to have loaded", async () => {
      const { startup } = hostOf(await fleetState(), "ns1");
      return startup.main === true && startup.shard === true;
    });
    await expectOld([KEPT, ["/var/lib/runbook/lock"], ["/var/lib/runbook/lock"]]);
  });
});
