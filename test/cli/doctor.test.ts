/** The doctor on the simulated fleet, well and ill. */
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Fleet } from "../../src/simulate/fleet.ts";
import { startFleet } from "../../src/simulate/fleet.ts";
import type { Ended } from "../helpers/command-line.ts";
import { invoke } from "../helpers/command-line.ts";

jest.setTimeout(120_000);

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet({ hosts: 3, zones: 2 });
});
afterEach(async () => fleet[Symbol.asyncDispose]());

interface Answer {
  readonly ok: boolean;
  readonly hosts: readonly {
    readonly host: string;
    readonly checks: readonly { check: string; verdict: string; said: string; fix?: string }[];
  }[];
}

function doctor(...args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: fleet.folder };
  return invoke(["doctor", "-i", fleet.inventory, ...args], { cwd: fleet.folder, env }).ended;
}

async function troubles(): Promise<readonly string[]> {
  const { out } = await doctor("--format", "json");
  const { hosts } = JSON.parse(out) as Answer;
  return hosts.flatMap(({ host, checks }) =>
    checks.flatMap(({ check, verdict, said, fix }) => {
      if (verdict === "ok") return [];
      expect({ host, check, said, fix: fix !== undefined }).toMatchObject({ fix: true });
      return [`${host} ${verdict} ${check}: ${said}`];
    }),
  );
}

function put(host: string, path: string, text: string): void {
  const file = fleet.host(host).path(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe("a fleet", () => {
  test("that is well is one block with what an operator wants to know", async () => {
    const ready = async (): Promise<Ended> => {
      for (let tries = 0; ; tries++) {
        const ended = await doctor();
        if (ended.code === 0 || tries === 20) return ended;
      }
    };
    const { code, out, err } = await ready();
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("ns1, ns2, ns3\n");
    expect(out).toMatch(/schema 5, binary 4\.9\.\S+, prefix v5/);
    expect(out).toContain("3 hosts: 0 with errors, 0 with warnings\n");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("that is ill says what, where, and what to do; and is left as it was", async () => {
    put("ns1", "/var/lib/runbook/lock/fencing", "20260101-000000-abcdef 1\nwho somebody\n");
    put(
      "ns2",
      "/etc/systemd/system/pdns.service.d/zz-runbook-hold.conf",
      "# Held by runbook\n# run: R1\n",
    );
    const config = readFileSync(fleet.host("ns3").path("/etc/lightningstream.yml"), "utf8");
    put(
      "ns3",
      "/etc/lightningstream.yml",
      `${config.replace("v5", "other")}\nsweeper:\n  enabled: true\n  retention_days: 30\n`,
    );
    put("ns1", "/etc/cron.d/count", "# pdnsutil in a comment\n");
    put("ns2", "/etc/cron.d/count", "5 * * * * root pdnsutil list-all-zones | wc -l\n");
    const { code } = await doctor();
    expect(code).toBe(14);
    const found = await troubles();
    expect(found).toEqual(
      expect.arrayContaining([
        "ns1 error lock: locked by run 20260101-000000-abcdef",
        expect.stringMatching(
          /^ns2 error hold: a unit is held by run R1: .*zz-runbook-hold\.conf$/,
        ),
        expect.stringMatching(/^ns2 warning jobs: \/etc\/cron\.d\/count calls pdnsutil/),
        expect.stringMatching(/^ns3 error schema and prefix: /),
      ]),
    );
    expect(found.filter((one) => one.startsWith("ns1 warning jobs"))).toEqual([]);
    expect(existsSync(fleet.host("ns1").path("/var/lib/runbook/lock/fencing"))).toBe(true);
  });

  test("with a host that nobody reaches says so for that host", async () => {
    const { out, code } = await doctor("ns1", "-e", "ansible_port=1");
    expect(code).toBe(4);
    expect(out).toMatch(
      /ns1\n {2}ERROR +reachable: .*\n( +.*\n)*1 hosts: 1 with errors|ns1\n {2}ERROR/,
    );
  });
});

describe("init", () => {
  const init = (...args: readonly string[]): Promise<Ended> => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: fleet.folder };
    const given = ["init", "-i", fleet.inventory, ...args];
    return invoke(given, { cwd: fleet.folder, env }).ended;
  };

  test("writes what a plan can be made with, asks nobody, and writes over nothing", async () => {
    const { code, out, err } = await init("--target-version", "5.1.*");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("name servers with Lightning Stream: ns1, ns2, ns3\n");
    expect(readFileSync(join(fleet.folder, "runbook-site.yml"), "utf8")).toContain(
      'target_version: "5.1.*"\nold_schema: 5\nnew_schema: 6\nnew_prefix: "v6"\n',
    );
    const again = await init("--target-version", "5.1.*");
    expect({ code: again.code, err: again.err }).toEqual({
      code: 14,
      err: "runbook-site.yml was not written: it is there already; --force writes over it.\n",
    });
    const env = { PATH: process.env["PATH"] ?? "", HOME: fleet.folder };
    const playbook = join(import.meta.dirname, "..", "..", "playbooks", "schema-upgrade.yaml");
    const validate = ["validate", playbook, "-i", fleet.inventory, "-i", "runbook-site.ini"];
    const valid = await invoke([...validate, "-e", "@runbook-site.yml"], { cwd: fleet.folder, env })
      .ended;
    expect({ code: valid.code, err: valid.err }).toEqual({ code: 0, err: "" });
  });
});
