import { readFileSync, renameSync, rmSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { daemonFleet, LMDB, type DaemonFleet } from "../../test/helpers/daemon-fleet.ts";
import { eventually } from "../../test/helpers/reaching.ts";
import type { SimulatedHost } from "./host.ts";
import { writeOwned } from "./ownership.ts";

// What was measured on real daemons, and has to hold for the simulated ones.

const schemaOf = (host: SimulatedHost): number | undefined => host.standing().schema;

function setPrefix(host: SimulatedHost, prefix: string): void {
  const file = host.path("/etc/lightningstream.yml");
  writeOwned(
    file,
    readFileSync(file, "utf8").replace(/global_prefix: .*/, `global_prefix: ${prefix}`),
  );
}

/** The new release on the disk, and nothing started. */
function put(host: SimulatedHost, version: string): void {
  for (const [name, one] of host.packages.installed)
    host.packages.installed.set(name, { ...one, version });
}

const stored = (fleet: DaemonFleet, prefix: string, instance: string) =>
  eventually(
    `${instance} has stored under ${prefix}`,
    () => fleet.bucket.list(`${prefix}main__${instance}__`).length > 0,
  );

describe("PowerDNS", () => {
  test("of release 5 upgrades the LMDB by opening it, and pdnsutil does the same", async () => {
    using fleet = daemonFleet(2, { boot: false });
    const [one, other] = fleet.hosts as [SimulatedHost, SimulatedHost];
    put(one, "5.1.5-1");
    put(other, "5.1.5-1");
    await fleet.ask("ns1", "pdns_server --version");
    await fleet.ask("ns1", "pdns_server --config=check");
    await fleet.ask("ns1", "pdnsutil --version");
    expect(schemaOf(one)).toBe(5);
    expect(one.unit("pdns").start()).toBe("started");
    expect(schemaOf(one)).toBe(6);
    await fleet.ask("ns2", "pdnsutil list-all-zones");
    expect(schemaOf(other)).toBe(6);
    expect((await fleet.ask("ns2", `mdb_dump -n -l ${LMDB}`)).out).toContain("networks_v6\n");
  });

  test("of release 4.9 refuses schema 6 at its start, and is restarted for ever", () => {
    using fleet = daemonFleet(1, { boot: false });
    const host = fleet.host("ns1");
    put(host, "5.1.5-1");
    host.unit("pdns").start();
    host.unit("pdns").stop();
    put(host, "4.9.17-0+deb13u1");
    expect(host.unit("pdns").start()).toBe("failed");
    expect(host.unit("pdns").subState).toBe("auto-restart");
    expect(host.lines.map(({ text }) => text)).toContain(
      "Somehow, we are not at schema version 5. Giving up",
    );
    expect(schemaOf(host)).toBe(6);
  });

  test("with another lmdb-schema-version than its own refuses to start, and leaves the file", () => {
    using fleet = daemonFleet(1, { boot: false });
    const host = fleet.host("ns1");
    const file = host.path("/etc/powerdns/pdns.conf");
    writeOwned(file, `${readFileSync(file, "utf8")}lmdb-schema-version=5\n`);
    put(host, "5.1.5-1");
    expect(host.unit("pdns").start()).toBe("failed");
    expect(schemaOf(host)).toBe(5);
  });

  test("knows a new zone after rediscover", async () => {
    using fleet = daemonFleet(1);
    await fleet.ask("ns1", "pdnsutil create-zone new.example");
    expect((await fleet.ask("ns1", "pdns_control list-zones")).out).toContain("new.example\n");
    expect((await fleet.ask("ns1", "pdns_control rediscover")).out).toBe("Ok\n");
    expect((await fleet.ask("ns1", "pdns_control version")).out).toBe("4.9.17\n");
  });
});

describe("Lightning Stream", () => {
  test("carries the schema through a shared prefix to hosts that cannot read it", async () => {
    using fleet = daemonFleet(3);
    const upgraded = fleet.host("ns2");
    put(upgraded, "5.1.5-1");
    upgraded.unit("pdns").restart();
    await eventually("every LMDB has schema 6", () =>
      fleet.hosts.every((host) => schemaOf(host) === 6),
    );
    // The old servers go on with what they have, until something of the new release's is in it.
    expect(await fleet.ask("ns1", "pdns_control list-zones")).not.toMatchObject({ code: 1 });
    await fleet.ask("ns2", "pdnsutil create-zone new.example");
    await eventually("the old server cannot read its zones", async () => {
      const { code, out } = await fleet.ask("ns1", "pdns_control list-zones");
      return code === 1 && out === "STL Exception: std::bad_alloc\n";
    });
    expect(fleet.host("ns1").unit("pdns").restart()).toBe("failed");
  });

  test("keeps two prefixes apart, and both sides are one when the last host has come", async () => {
    using fleet = daemonFleet(2);
    const [one, other] = fleet.hosts as [SimulatedHost, SimulatedHost];
    await stored(fleet, "v5", "ns2");
    const forward = (host: SimulatedHost): void => {
      host.unit("lightningstream").stop();
      setPrefix(host, "v6");
      host.unit("pdns").stop();
      put(host, "5.1.5-1");
      host.unit("pdns").start();
      host.unit("lightningstream").start();
    };
    forward(one);
    await stored(fleet, "v6", "ns1");
    await fleet.ask("ns1", "pdnsutil create-zone on-six.example");
    await fleet.ask("ns2", "pdnsutil create-zone on-five.example");
    expect(schemaOf(other)).toBe(5);
    forward(other);
    await eventually("both have both zones", async () => {
      const lists = await Promise.all(
        ["ns1", "ns2"].map((name) => fleet.ask(name, "pdns_control list-zones")),
      );
      return lists.every(
        ({ out = "" }) => out.includes("on-six.example") && out.includes("on-five.example"),
      );
    });
  });

  test("recreates a missing LMDB from the storage, and then stores nothing by itself", async () => {
    using fleet = daemonFleet(2);
    const host = fleet.host("ns2");
    await stored(fleet, "v5", "ns1");
    for (const unit of ["lightningstream", "pdns"] as const) host.unit(unit).stop();
    for (const end of ["", "-lock", "-0", "-0-lock"])
      rmSync(host.path(LMDB + end), { force: true });
    const before = fleet.bucket.list("v5main__ns2__");
    host.unit("lightningstream").start();
    await eventually("it has its schema again", () => schemaOf(host) === 5);
    host.unit("pdns").start();
    expect((await fleet.ask("ns2", "pdns_control list-zones")).out).toContain("All zonecount: 4\n");
    expect(fleet.bucket.list("v5main__ns2__")).toEqual(before);
  });

  test("says that its startup is over on an empty prefix with an empty LMDB", async () => {
    using fleet = daemonFleet(1, { boot: false });
    const host = fleet.host("ns1");
    rmSync(host.path(LMDB));
    rmSync(host.path(`${LMDB}-0`));
    host.unit("lightningstream").start();
    await eventually("both startups are over", () => {
      const over = host.lines.filter(({ text }) => text.includes("startup phase completed"));
      return over.length === 2;
    });
    expect(schemaOf(host)).toBeUndefined();
    expect(fleet.bucket.list("")).toEqual([]);
  });

  test("goes on with a file that was moved away under it", async () => {
    using fleet = daemonFleet(2);
    const host = fleet.host("ns2");
    await stored(fleet, "v5", "ns2");
    renameSync(host.path(LMDB), host.path("/var/lib/powerdns/aside.lmdb"));
    await fleet.ask("ns1", "pdnsutil create-zone late.example");
    await eventually("the moved file has the new zone", () =>
      readFileSync(host.path("/var/lib/powerdns/aside.lmdb"), "utf8").includes(
        Buffer.from("late.example").toString("hex"),
      ),
    );
    expect(host.standing().schema).toBeUndefined();
  });

  test("does not come to the end of its startup while the storage is away, and is active all the same", async () => {
    using fleet = daemonFleet(1, { boot: false });
    const host = fleet.host("ns1");
    fleet.bucket.trouble = "refuses";
    host.unit("lightningstream").start();
    await eventually("it has tried", () =>
      host.lines.some(({ text }) => text.includes("connection refused")),
    );
    expect(host.unit("lightningstream").state).toBe("active");
    expect(host.lines.some(({ text }) => text.includes("startup phase completed"))).toBe(false);
    expect(await fleet.ask("ns1", "lightningstream --timeout 5s snapshots list")).toMatchObject({
      code: 1,
    });
    fleet.bucket.trouble = undefined;
    await eventually("it has started", () =>
      host.lines.some(({ text }) => text.includes("startup phase completed")),
    );
  });
});

describe("packages", () => {
  const FORCE = "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";
  const upgrade = (options: string): string =>
    `apt-get install -y ${options} pdns-server=5.1.5-1 pdns-backend-lmdb=5.1.5-1 pdns-tools=5.1.5-1`;

  test("start the server that was stopped, unless a hold keeps it", async () => {
    using fleet = daemonFleet(2);
    const [one, other] = fleet.hosts as [SimulatedHost, SimulatedHost];
    one.unit("pdns").stop();
    await fleet.ask("ns1", upgrade(FORCE));
    expect(one.unit("pdns").state).toBe("active");
    writeOwned(
      other.path("/etc/systemd/system/pdns.service.d/zz-runbook-hold.conf"),
      "[Unit]\nAssertPathExists=!/\n",
    );
    await fleet.ask("ns2", "systemctl daemon-reload");
    other.unit("pdns").stop();
    expect(await fleet.ask("ns2", upgrade(FORCE))).toMatchObject({ code: 0 });
    expect(other.unit("pdns").state).toBe("inactive");
    expect(await fleet.ask("ns2", "systemctl start pdns")).toEqual({
      code: 1,
      err: "Assertion failed on job for pdns.service.\n",
    });
  });

  test("stop half way at an edited configuration file, and are finished by configure", async () => {
    using fleet = daemonFleet(1);
    expect(await fleet.ask("ns1", upgrade(""))).toMatchObject({ code: 100 });
    expect((await fleet.ask("ns1", "dpkg --audit")).out).toContain("pdns-server");
    expect(await fleet.ask("ns1", "dpkg --force-confold --configure -a")).toMatchObject({
      code: 0,
    });
    expect((await fleet.ask("ns1", "dpkg --audit")).out).toBe("");
  });

  test("that were cut want dpkg --configure -a, which fails, before apt does anything", async () => {
    using fleet = daemonFleet(1);
    fleet.host("ns1").packages.interruptAfter = 2;
    await fleet.ask("ns1", upgrade(FORCE));
    expect((await fleet.ask("ns1", upgrade(FORCE))).err).toContain("dpkg was interrupted");
    expect(await fleet.ask("ns1", "dpkg --configure -a")).toMatchObject({ code: 1 });
    expect(await fleet.ask("ns1", upgrade(FORCE))).toMatchObject({ code: 0 });
    expect((await fleet.ask("ns1", "dpkg --audit")).out).toBe("");
  });
});
