import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { seconds, say } from "./support/figures.ts";
import { NEW, OLD, expectFleet } from "./support/fleet.ts";
import { HOSTS, contents, inventoryFile, onHost, resetLab } from "./support/lab.ts";
import { HOSTS_PW_INI, UPGRADE_WORDS, createSite } from "./support/site.ts";
import { until } from "./support/until.ts";

const SUDO_PASSWORD = "labsudopw";

beforeEach(() => resetLab());

test("upgrades and goes back as a user whose sudo password is in the vault; meanwhile nobody else may", async () => {
  await using site = createSite({ inventory: HOSTS_PW_INI });
  await using colleague = createSite();
  const before = await contents();
  const varsBefore = inventoryFile("group_vars/dns_auth.yml");

  const upgrading = site.start(...UPGRADE_WORDS, ...site.common, "--mode", "window");
  await until("the first change", () => /^ns\d +changed/m.test(upgrading.text()));
  const locked = await colleague.upgrade();
  expect(locked).toMatchObject({ code: 13 });
  expect(locked.text).toMatch(/ns1.* is locked by run \S+/);
  expect(locked.text).toMatch(/hint: .*runbook show/);
  const upgraded = await upgrading.ended;
  say("upgrade with a sudo password, window", seconds(upgraded.ms));
  expect(upgraded).toMatchObject({ code: 0 });
  await expectFleet(NEW);
  expect(await contents()).toEqual(before);

  expect(await site.rollback()).toMatchObject({ code: 0 });
  await expectFleet(OLD);
  expect(await contents()).toEqual(before);
  expect(inventoryFile("group_vars/dns_auth.yml")).toBe(varsBefore);

  // S1: it travelled by standard input, and is neither printed nor kept.
  expect(upgraded.text).not.toContain(SUDO_PASSWORD);
  for (const name of readdirSync(site.stateDir, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const text = readFileSync(join(name.parentPath, name.name), "latin1");
    expect({ file: name.name, has: text.includes(SUDO_PASSWORD) }).toEqual({
      file: name.name,
      has: false,
    });
  }
  for (const host of HOSTS)
    expect(
      await onHost(
        host,
        `grep -rl ${SUDO_PASSWORD} /var/lib/runbook /tmp /var/log 2>/dev/null || true`,
      ),
    ).toBe("");
});
