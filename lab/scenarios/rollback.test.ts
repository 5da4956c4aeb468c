import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { seconds, say } from "./support/figures.ts";
import { NEW, OLD, expectFleet, expectPrefix, hostOf, unitStarts } from "./support/fleet.ts";
import {
  HOSTS,
  LAB,
  contents,
  fault,
  fleetState,
  inventoryFile,
  onHost,
  resetLab,
} from "./support/lab.ts";
import { silenceText, watchServers } from "./support/prober.ts";
import { INITIAL_PREFIX, SCHEMA_ROLLBACK, createSite } from "./support/site.ts";
import { until } from "./support/until.ts";

const VARS = "group_vars/dns_auth.yml";
const BUCKET = join(LAB, "s3/lsbucket");

/** A record that only the new schema has: what a way back to the old data loses. */
async function writeOnNewSchema(): Promise<void> {
  await onHost(
    "ns1",
    `runuser -u pdns -- pdnsutil add-record z1.example late.z1.example TXT 60 '"written on v6"'`,
  );
  await until("the late record on every host", async () =>
    Object.values(await contents()).every((lines) =>
      lines.some((line) => line.includes("late.z1.example")),
    ),
  );
}

function removeStrangers(): void {
  for (const name of readdirSync(BUCKET))
    if (name.includes("__stranger__")) rmSync(join(BUCKET, name));
}

describe("the whole fleet", () => {
  beforeEach(() => resetLab());

  test("goes back from the backups, host by host, and going back twice is going back once", async () => {
    await using site = createSite();
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    expect(await site.upgrade()).toMatchObject({ code: 0 });
    await writeOnNewSchema();

    const checked = await site.run("rollback", "--check", ...site.common);
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("way back exists") });
    await onHost("ns2", "sed -i 's/global_prefix: .*/global_prefix: v7/' /etc/lightningstream.yml");
    const drifted = await site.run("rollback", "--check", ...site.common);
    expect(drifted).toMatchObject({
      code: 11,
      stdout: expect.stringMatching(/^ns2 {2}closed .*prefix.*changed by somebody else/m),
    });
    expect(drifted.stdout).toMatch(/^ns1 {2}open/m);
    await onHost("ns2", "sed -i 's/global_prefix: .*/global_prefix: v6/' /etc/lightningstream.yml");
    await expectFleet(NEW); // --check changed nothing

    await using watch = await watchServers(`${site.folder}/prober.log`);
    const back = await site.rollback();
    const report = await watch.stop();
    say("rollback from backups", `${seconds(back.ms)} for ${HOSTS.length} hosts`);
    say("rollback from backups", `silence ${silenceText(report)}`);
    expect(back).toMatchObject({ code: 0 });
    const state = await expectFleet(OLD);
    expectPrefix(state, "v5", 5, HOSTS.length);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
    expect(report.mostSilentAtOnce).toBe(1);

    const starts = await unitStarts();
    const undone = async () =>
      (await site.entries()).filter(({ type }) => type === "undo-intended" || type === "intended");
    const once = await undone();
    expect(await site.rollback()).toMatchObject({ code: 0 });
    expect(await undone()).toEqual(once);
    expect(await unitStarts()).toEqual(starts);
    expect(inventoryFile(VARS)).toBe(varsBefore);
  });

  test("goes back from S3; with S3 gone or the old prefix poisoned it stays as it is, serving", async () => {
    await using site = createSite();
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    const upgraded = await site.upgrade("--mode", "window", "-e", "rollback_from=s3");
    expect(upgraded).toMatchObject({ code: 0 });
    await writeOnNewSchema();
    const upgradedContents = await contents();

    await using blocked = await watchServers(`${site.folder}/blocked.log`);
    await fault("s3-stop");
    const withoutS3 = await site.rollback();
    expect(withoutS3).toMatchObject({ code: 11 });
    const checked = await site.run("rollback", "--check", ...site.common);
    expect(checked).toMatchObject({ code: 11, stdout: expect.stringContaining("closed") });
    await fault("s3-start");
    await fault("foreign-snapshot", "v5", "6");
    const poisoned = await site.rollback();
    expect(poisoned).toMatchObject({ code: 11, text: expect.stringMatching(/v5main__stranger__/) });
    expect(await blocked.stop()).toMatchObject({ mostSilentAtOnce: 0 });
    await expectFleet(NEW);
    expect(await contents()).toEqual(upgradedContents);

    removeStrangers();
    await using watch = await watchServers(`${site.folder}/prober.log`);
    const back = await site.rollback();
    const report = await watch.stop();
    say("rollback from S3, window", `${seconds(back.ms)} for ${HOSTS.length} hosts`);
    say("rollback from S3, window", `silence ${silenceText(report)}`);
    expect(back).toMatchObject({ code: 0 });
    await expectFleet(OLD);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
  });

  test("serves its backups when the old prefix is poisoned or S3 is gone, and arrives when both are healed", async () => {
    await using site = createSite();
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    expect(await site.upgrade("--mode", "window")).toMatchObject({ code: 0 });
    await fault("foreign-snapshot", "v5", "6");

    // The backups are good; what closes the way is found behind the first change.
    expect(await site.run("rollback", "--check", ...site.common)).toMatchObject({
      code: 11,
      stdout: expect.stringMatching(/^ns1 {2}closed .*prefix "v5".*schema 6/m),
    });
    await using watch = await watchServers(`${site.folder}/prober.log`);
    const poisoned = await site.rollback();
    const report = await watch.stop();
    say("rollback beside a poisoned prefix", `silence ${silenceText(report)}`);
    expect(poisoned).toMatchObject({ code: 11, text: expect.stringMatching(/v5main__stranger__/) });
    await expectServingAlone();

    await using blocked = await watchServers(`${site.folder}/blocked.log`);
    await fault("s3-stop");
    expect(await site.rollback()).toMatchObject({ code: 11 });
    await expectServingAlone();
    expect(await blocked.stop()).toMatchObject({ mostSilentAtOnce: 0 });

    await fault("s3-start");
    removeStrangers();
    await using arriving = await watchServers(`${site.folder}/arriving.log`);
    expect(await site.rollback()).toMatchObject({ code: 0 });
    expect(await arriving.stop()).toMatchObject({ mostSilentAtOnce: 0 });
    await expectFleet(OLD);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
  });

  test("goes back with schema-rollback.yaml where no journal is left", async () => {
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    {
      await using lost = createSite();
      expect(await lost.upgrade("--mode", "window")).toMatchObject({ code: 0 });
    }
    await writeOnNewSchema();

    await using site = createSite();
    await using watch = await watchServers(`${site.folder}/prober.log`);
    const back = await site.run(
      ...["apply", SCHEMA_ROLLBACK, ...site.common, "-e", "old_version=4.9.*"],
      ...["--yes", "--accept-irreversible"],
    );
    const report = await watch.stop();
    say("schema-rollback.yaml", `${seconds(back.ms)} for ${HOSTS.length} hosts`);
    say("schema-rollback.yaml", `silence ${silenceText(report)}`);
    expect(back).toMatchObject({ code: 0 });
    const state = await expectFleet(OLD);
    expectPrefix(state, "v5", 5, HOSTS.length);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
    expect(report.mostSilentAtOnce).toBe(1);
  });
});

/** Old release, old data, answering, and Lightning Stream held: nothing of the old prefix was loaded. */
async function expectServingAlone(): Promise<void> {
  const state = await fleetState();
  for (const host of HOSTS)
    expect(hostOf(state, host)).toMatchObject({
      schema: 5,
      running: expect.stringMatching(/^4\.9\./),
      pdns: { active: "active", dropIns: [] },
      lightningstream: { active: "inactive", dropIns: [expect.stringContaining("hold")] },
      zones: { count: 50 },
    });
}

describe("a fleet without a prefix", () => {
  beforeEach(() => resetLab({ prefix: "absent" }));
  const bare = { ...OLD, prefix: null };

  test("has none again after the way back", async () => {
    await using site = createSite();
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    expect(await site.upgrade("--mode", "window")).toMatchObject({ code: 0 });
    await expectFleet(NEW);
    expect(inventoryFile(VARS)).not.toBe(varsBefore);
    expect(await site.rollback()).toMatchObject({ code: 0 });
    const state = await expectFleet(bare);
    expectPrefix(state, "", 5, HOSTS.length);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
  });

  test("gets its first one with initial-prefix.yaml while every server answers", async () => {
    await using site = createSite();
    const before = await contents();
    const varsBefore = inventoryFile(VARS);
    await using watch = await watchServers(`${site.folder}/prober.log`);
    const given = await site.run("apply", INITIAL_PREFIX, ...site.common, "--yes");
    say("initial-prefix.yaml", `${seconds(given.ms)} for ${HOSTS.length} hosts`);
    expect(given).toMatchObject({ code: 0 });
    const state = await expectFleet(OLD);
    expectPrefix(state, "v5", 5, HOSTS.length);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toMatch(/^ {8}global_prefix: *['"]?v5['"]?$/m);

    expect(await site.rollback()).toMatchObject({ code: 0 });
    expect(await watch.stop()).toMatchObject({ mostSilentAtOnce: 0 });
    await expectFleet(bare);
    expect(await contents()).toEqual(before);
    expect(inventoryFile(VARS)).toBe(varsBefore);
  });
});
