import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Json, JsonObject } from "../../src/model/json.ts";
import type { AnyStep, Applied, Check } from "../../src/model/step.ts";
import { step as available } from "../../src/steps/package-available/package-available.ts";
import { step as fetch } from "../../src/steps/package-fetch/package-fetch.ts";
import { step as state } from "../../src/steps/package-state/package-state.ts";
import { step } from "../../src/steps/package/package.ts";
import { step as service } from "../../src/steps/service/service.ts";
import { lab, labHost, labTools, onHost, repositoryOverHttp } from "./ssh-host.ts";

const HOST = "ns3";
const host = labHost(HOST);
const NAMES = ["pdns-server", "pdns-backend-lmdb", "pdns-tools"];
const forward = { name: NAMES, version: "5.1.*" };

const versions = () =>
  onHost(
    HOST,
    `dpkg-query -W -f '\${db:Status-Abbrev}\${Version}\\n' ${NAMES.join(" ")} | sort -u; dpkg --audit`,
  );
const OLD = "ii 4.9.17-0+deb13u1";
const NEW = "ii 5.1.5-1";

async function pending(params: JsonObject, of: AnyStep = step) {
  if (of.kind !== "changing") throw new Error("a reading step");
  const checked: Check<Json> = await of.check(host, params, labTools());
  if (checked.kind !== "pending") throw new Error(`not pending: ${JSON.stringify(checked)}`);
  return checked;
}

async function upgraded(params: JsonObject = forward) {
  const checked = await pending(params);
  const applied: Applied = await step.apply(
    host,
    params as never,
    labTools({ pins: checked.pins }),
  );
  return { checked, applied, record: recordOf(checked) };
}

function recordOf(checked: Awaited<ReturnType<typeof pending>>): never {
  if (checked.undo.kind !== "reversible") throw new Error(JSON.stringify(checked.undo));
  return checked.undo.record as never;
}

async function hold() {
  const params = { name: "pdns", state: "stopped", held: true } as const;
  expect(await service.apply(host, params, labTools())).toMatchObject({ kind: "done" });
}

const silent = async () => expect(await onHost(HOST, "pgrep -x pdns_server || true")).toBe("");
const schema = () =>
  onHost(
    HOST,
    "runuser -u pdns -- mdb_dump -n -s pdns /var/lib/powerdns/pdns.lmdb | grep -A1 '^ 736368656d6176657273696f6e$' | tail -1 | tail -c 3",
  );
const configured = () =>
  onHost(HOST, "sha256sum /etc/powerdns/pdns.conf /etc/powerdns/pdns.d/lmdb.conf");

/** Seconds after dpkg began to unpack: between packages, in the middle of one, at the end. */
const DELAYS = [0.05, 0.2, 0.4];

async function insideDpkg(delay: number, then: string): Promise<void> {
  const begun = "until pgrep -f [d]pkg.*status-fd >/dev/null; do sleep 0.02; done";
  await onHost(HOST, `timeout 30 sh -c '${begun}'; sleep ${delay}; ${then}; true`);
}

async function expectUndone(record: never): Promise<void> {
  const undone = await step.undo(host, record, undefined, labTools());
  expect(["done", "already"]).toContain(undone.kind);
  expect(await versions()).toBe(OLD);
}

describe("package on a real host", () => {
  beforeEach(() => lab("reset"), 120_000);

  test("fetches, upgrades under a hold, keeps edited files, and goes back", async () => {
    await onHost(HOST, "echo '# edited' >>/etc/powerdns/pdns.d/lmdb.conf");
    const files = await configured();
    const fetched = await pending(forward, fetch);
    expect(await fetch.apply(host, forward, labTools())).toMatchObject({ kind: "done" });
    expect(await fetch.check(host, forward, labTools({ pins: fetched.pins }))).toMatchObject({
      kind: "satisfied",
    });
    await hold();

    const { checked, applied, record } = await upgraded();
    expect(checked.pins).toEqual(Object.fromEntries(NAMES.map((name) => [name, "5.1.5-1"])));
    expect(applied).toMatchObject({ kind: "done" });
    expect(await versions()).toBe(NEW);
    expect(await configured()).toBe(files);
    await silent();
    expect(await schema()).toBe("05");
    expect(await step.check(host, forward, labTools({ pins: checked.pins }))).toMatchObject({
      kind: "satisfied",
    });
    const seen = await state.observe(host, { name: NAMES, version: "5.1.5" }, labTools());
    expect(seen).toMatchObject({
      packages: { "pdns-server": { status: "installed" } },
      broken: [],
    });

    // Going back needs no source: the store has the files.
    await onHost(HOST, "sed -i '/auth-49/d' /etc/apt/sources.list.d/*.list && apt-get -qq update");
    const left = applied.kind === "done" ? applied.after : undefined;
    const earlier = () => ({ step: "package", record, after: left ?? null });
    expect(await available.observe(host, { of: "packages" }, labTools({ earlier }))).toMatchObject({
      packages: NAMES.map(() => ({ where: "kept" })),
    });
    expect(await step.undo(host, record, left, labTools())).toEqual({ kind: "done" });
    expect(await versions()).toBe(OLD);
    expect(await configured()).toBe(files);
    await silent();
    expect(await step.undo(host, record, left, labTools())).toEqual({ kind: "already" });
    await service.apply(host, { name: "pdns", state: "started" }, labTools());
    expect(await onHost(HOST, "pdns_control version")).toBe("4.9.17");
  }, 120_000);

  test("needs no network between fetching and the end of the way back", async () => {
    const repository = await repositoryOverHttp();
    const suites = ["auth-49/", "auth-51/"].map(
      (suite) => `deb [trusted=yes] ${repository.url} ${suite}`,
    );
    await onHost(
      HOST,
      `rm /etc/apt/sources.list.d/*; printf '%s\\n' '${suites.join("' '")}' >/etc/apt/sources.list.d/http.list; apt-get -qq update`,
    );
    const fetched = await pending(forward, fetch);
    expect(fetched.changes.map((change) => change.what)).toContain(
      "package file pdns-server_5.1.5-1_amd64.deb",
    );
    expect(await fetch.apply(host, forward, labTools({ pins: fetched.pins }))).toMatchObject({
      kind: "done",
    });
    await repository.close();
    expect(await fetch.check(host, forward, labTools({ pins: fetched.pins }))).toMatchObject({
      kind: "satisfied",
    });

    const { applied, record } = await upgraded();
    expect(applied).toMatchObject({ kind: "done" });
    expect(await versions()).toBe(NEW);
    expect(await step.undo(host, record, undefined, labTools())).toEqual({ kind: "done" });
    expect(await versions()).toBe(OLD);
    // Without the cache and without the network there is nothing to install from: nothing changes.
    await onHost(HOST, "apt-get clean");
    expect(await step.apply(host, forward, labTools({ pins: fetched.pins }))).toMatchObject({
      kind: "failed",
      diagnostic: { code: "step/package-fetch" },
    });
    expect(await versions()).toBe(OLD);
  }, 180_000);

  test.each([
    ["apt", "pkill -KILL -x apt-get"],
    ["dpkg", "pkill -KILL -x dpkg"],
    ["both", "pkill -KILL -x apt-get; pkill -KILL -x dpkg"],
  ])(
    "repairs what a SIGKILL of %s left, forward and back",
    async (_what, kill) => {
      await hold();
      const { pins, undo } = await pending(forward);
      const record = (undo.kind === "reversible" ? undo.record : null) as never;
      for (const delay of DELAYS) {
        const running = step.apply(host, forward, labTools({ pins }));
        await insideDpkg(delay, kill);
        await running;
        expect(await step.apply(host, forward, labTools({ pins }))).toMatchObject({ kind: "done" });
        expect(await versions()).toBe(NEW);
        const back = step.undo(host, record, undefined, labTools());
        await insideDpkg(delay, kill);
        await back;
        await expectUndone(record);
      }
      await silent();
      expect(await schema()).toBe("05");
    },
    240_000,
  );

  test("repairs what a power cut inside dpkg left, forward and back", async () => {
    await hold();
    const { pins, undo } = await pending(forward);
    const record = (undo.kind === "reversible" ? undo.record : null) as never;
    const halfWay: string[] = [];
    const cut = async (delay: number) => {
      await insideDpkg(delay, "true");
      lab("fault", "power-cycle", HOST);
      halfWay.push(
        await onHost(HOST, `dpkg-query -W -f '\${db:Status-Abbrev}' ${NAMES.join(" ")}`),
      );
    };
    for (const delay of DELAYS) {
      const running = step.apply(host, forward, labTools({ pins })).catch(() => "cut");
      await cut(delay);
      await running;
      const now = await step.check(host, forward, labTools({ pins }));
      if (now.kind === "pending") {
        expect(await step.apply(host, forward, labTools({ pins }))).toMatchObject({ kind: "done" });
      } else expect(now).toMatchObject({ kind: "satisfied" });
      expect(await versions()).toBe(NEW);
      const back = step.undo(host, record, undefined, labTools()).catch(() => "cut");
      await cut(delay);
      await back;
      await expectUndone(record);
      await silent();
    }
    expect(await schema()).toBe("05");
    // The proof is worth something only when some of the cuts did hit packages half way.
    expect(halfWay.filter((states) => states !== "ii ii ii ").length).toBeGreaterThan(1);
  }, 300_000);

  test("waits for another apt, and says who has the lock when that takes too long", async () => {
    const locked = (forSeconds: number) =>
      onHost(
        HOST,
        `perl -e 'use Fcntl; open(F, ">>", "/var/lib/dpkg/lock-frontend"); my $l = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; print "has\\n"; sleep ${forSeconds}'`,
      );
    const params = { ...forward, lock_timeout: "20s" };
    const { pins } = await pending(params);
    const other = locked(4);
    await onHost(
      HOST,
      "timeout 20 sh -c 'until pgrep -x perl >/dev/null; do sleep 0.05; done'; sleep 0.2",
    );
    expect(await step.apply(host, params, labTools({ pins }))).toMatchObject({ kind: "done" });
    await other;
    const back = { name: NAMES, version: "4.9.*", lock_timeout: 2 };
    const longer = locked(8);
    await onHost(
      HOST,
      "timeout 20 sh -c 'until pgrep -x perl >/dev/null; do sleep 0.05; done'; sleep 0.2",
    );
    expect(await step.apply(host, back, labTools())).toMatchObject({
      kind: "failed",
      diagnostic: { code: "step/package-lock" },
    });
    await longer;
    expect(await versions()).toBe(NEW);
  }, 120_000);

  test("respects a hold, and puts it back when it may change the package", async () => {
    await onHost(HOST, "apt-mark hold pdns-tools");
    expect(await step.check(host, forward, labTools())).toMatchObject({
      kind: "blocked",
      diagnostic: { code: "step/package-on-hold" },
    });
    const { applied, record } = await upgraded({ ...forward, allow_change_held_packages: true });
    expect(applied).toMatchObject({ kind: "done" });
    expect(
      await onHost(
        HOST,
        "apt-mark showhold; cat /var/lib/runbook/packages/lifted-holds 2>/dev/null; true",
      ),
    ).toBe("pdns-tools");
    expect(await step.undo(host, record, undefined, labTools())).toEqual({ kind: "done" });
    expect(await onHost(HOST, "apt-mark showhold")).toBe("pdns-tools");
    expect(await versions()).toContain("4.9.17");
  }, 120_000);

  test("is blocked without a way back, and says which sources it looked at", async () => {
    await onHost(HOST, "sed -i '/auth-49/d' /etc/apt/sources.list.d/*.list && apt-get -qq update");
    for (const one of [step, fetch]) {
      expect(await one.check(host, forward, labTools())).toMatchObject({
        kind: "blocked",
        diagnostic: { code: "step/package-no-way-back" },
      });
    }
    const open = await step.check(host, { ...forward, way_back: "optional" }, labTools());
    expect(open).toMatchObject({ kind: "pending", undo: { kind: "no-inverse" } });
    expect(await step.check(host, { name: NAMES, version: "7.*" }, labTools())).toMatchObject({
      kind: "blocked",
      diagnostic: { code: "step/package-not-offered" },
    });
  }, 120_000);

  test("resolves a version from a source that is not there yet, adds it, and takes it back", async () => {
    await onHost(HOST, "sed -i '/auth-51/d' /etc/apt/sources.list.d/*.list && apt-get -qq update");
    expect(await step.check(host, forward, labTools())).toMatchObject({ kind: "blocked" });
    const source = { name: "new", line: "deb [trusted=yes] file:/srv/aptrepo auth-51/" };
    const before = await onHost(
      HOST,
      "ls -l --time-style=full-iso /var/lib/apt/lists /etc/apt/sources.list.d; ls -d /tmp/runbook-* 2>/dev/null",
    );
    const checked = await pending({ ...forward, source });
    expect(checked.pins).toMatchObject({ "pdns-server": "5.1.5-1" });
    expect(
      await onHost(
        HOST,
        "ls -l --time-style=full-iso /var/lib/apt/lists /etc/apt/sources.list.d; ls -d /tmp/runbook-* 2>/dev/null",
      ),
    ).toBe(before);
    const { applied, record } = await upgraded({ ...forward, source });
    expect(applied).toMatchObject({ kind: "done" });
    expect(await versions()).toBe(NEW);
    expect(await step.undo(host, record, undefined, labTools())).toEqual({ kind: "done" });
    expect(await versions()).toBe(OLD);
    expect(await onHost(HOST, "ls /etc/apt/sources.list.d/new.list 2>/dev/null; true")).toBe("");
    expect(await step.undo(host, record, undefined, labTools())).toEqual({ kind: "already" });
  }, 120_000);

  test("removes a package and brings it back, but never one that nobody names", async () => {
    const { applied, record } = await upgraded({ name: "pdns-tools", state: "absent" });
    expect(applied).toMatchObject({ kind: "done" });
    expect(
      await step.check(host, { name: "pdns-tools", state: "absent" }, labTools()),
    ).toMatchObject({ kind: "satisfied" });
    expect(await step.undo(host, record, undefined, labTools())).toEqual({ kind: "done" });
    expect(await versions()).toBe(OLD);
    expect(
      await step.check(host, { name: "pdns-server", state: "absent" }, labTools()),
    ).toMatchObject({
      kind: "blocked",
      diagnostic: { code: "step/package-removes" },
    });
  }, 120_000);
});
