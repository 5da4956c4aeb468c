import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "../../src/model/json.ts";
import type { ChangingStep } from "../../src/model/step.ts";
import type { ServiceParams } from "../../src/steps/service/sides.ts";
import { step } from "../../src/steps/service/service.ts";
import { lab, labHost, labTools, onHost } from "./ssh-host.ts";

const HOST = "ns3";
const host = labHost(HOST);
const both = { name: ["lightningstream", "pdns"], state: "stopped", held: true } as const;

const stands = (unit: string) =>
  onHost(
    HOST,
    `systemctl show -p ActiveState --value ${unit}; ls /etc/systemd/system/${unit}.service.d 2>/dev/null || true`,
  );

async function applied(params: ServiceParams) {
  const checked = await step.check(host, params, labTools());
  const after = await step.apply(host, params, labTools());
  return { checked, after };
}

function recordOf(checked: Awaited<ReturnType<typeof applied>>["checked"]) {
  if (checked.kind !== "pending" || checked.undo.kind !== "reversible") {
    throw new Error(`nothing to undo: ${JSON.stringify(checked)}`);
  }
  return checked.undo.record;
}

async function undone(record: Parameters<(typeof step)["undo"]>[1], left?: Json) {
  return step.undo(host, record, left, labTools());
}

describe("service on a real host", () => {
  beforeAll(() => lab("reset"), 120_000);

  test("holds units, survives a power cut under the hold, and takes it back", async () => {
    const { checked, after } = await applied(both);
    expect(after).toMatchObject({ kind: "done" });
    expect(await step.check(host, both, labTools())).toMatchObject({ kind: "satisfied" });
    expect(
      await onHost(
        HOST,
        "systemctl start pdns; echo $?; systemctl restart lightningstream; echo $?",
      ),
    ).toBe("1\n1");

    lab("fault", "power-cycle", HOST);
    expect(await onHost(HOST, "pgrep -x pdns_server; pgrep -x lightningstream; true")).toBe("");
    expect(await step.check(host, both, labTools())).toMatchObject({ kind: "satisfied" });

    const left = after.kind === "done" ? after.after : undefined;
    expect(await undone(recordOf(checked), left)).toEqual({ kind: "done" });
    expect(await stands("pdns")).toBe("active");
    expect(await stands("lightningstream")).toBe("active");
    expect(await undone(recordOf(checked), left)).toEqual({ kind: "already" });
  }, 120_000);

  test("releases the hold when started, and undo holds again before it stops", async () => {
    await applied({ name: "pdns", state: "stopped", held: true });
    const started: ServiceParams = { name: "pdns", state: "started" };
    const { checked, after } = await applied(started);
    expect(after).toMatchObject({ kind: "done" });
    expect(await stands("pdns")).toBe("active");
    expect(await undone(recordOf(checked))).toEqual({ kind: "done" });
    expect(await stands("pdns")).toBe("inactive\nzz-runbook-hold.conf");
    expect(await undone(recordOf(checked))).toEqual({ kind: "already" });
    expect((await applied(started)).after).toMatchObject({ kind: "done" });
  }, 60_000);

  test("reports a daemon that dies, with its own last words", async () => {
    await onHost(HOST, "systemctl stop pdns; echo no-such-setting=1 >>/etc/powerdns/pdns.conf");
    const { after } = await applied({ name: "pdns", state: "started" });
    expect(after).toMatchObject({ kind: "failed", diagnostic: { code: "step/unit-not-settled" } });
    expect(JSON.stringify(after)).toContain("no-such-setting");
    await onHost(HOST, "sed -i '$d' /etc/powerdns/pdns.conf");
    expect((await applied({ name: "pdns", state: "started" })).after).toMatchObject({
      kind: "done",
    });
  }, 60_000);

  test("reports a daemon that ends by itself after it was started", async () => {
    await onHost(
      HOST,
      "systemctl stop lightningstream; sed -i '1i nonsense: 1' /etc/lightningstream.yml",
    );
    const { after } = await applied({ name: "lightningstream", state: "started" });
    expect(after).toMatchObject({ kind: "failed" });
    expect(JSON.stringify(after)).toContain("nonsense");
    await onHost(HOST, "sed -i 1d /etc/lightningstream.yml; systemctl restart lightningstream");
  }, 60_000);

  test("respects a mask and a drop-in of somebody else", async () => {
    await onHost(HOST, "systemctl mask --now pdns 2>/dev/null");
    const started: ServiceParams = { name: "pdns", state: "started" };
    expect(await step.check(host, started, labTools())).toMatchObject({
      kind: "blocked",
      diagnostic: {
        code: "step/unit-blocked",
        hint: expect.stringContaining("systemctl unmask pdns"),
      },
    });
    const folder = "/etc/systemd/system/pdns.service.d";
    await onHost(
      HOST,
      `systemctl unmask pdns 2>/dev/null; mkdir ${folder}; printf '[Unit]\\nAssertPathExists=/nonexistent\\n' >${folder}/stop.conf; systemctl daemon-reload`,
    );
    expect(await step.check(host, started, labTools())).toMatchObject({
      kind: "blocked",
      diagnostic: { hint: expect.stringContaining(`${folder}/stop.conf`) },
    });
    await onHost(HOST, `rm -r ${folder}; systemctl daemon-reload`);
    expect((await applied(started)).after).toMatchObject({ kind: "done" });
  }, 60_000);

  test("enables and disables, restarts, and refuses what is not there", async () => {
    const { checked } = await applied({ name: "pdns", enabled: false });
    expect(await onHost(HOST, "systemctl is-enabled pdns")).toBe("disabled");
    expect(await undone(recordOf(checked))).toEqual({ kind: "done" });
    expect(await onHost(HOST, "systemctl is-enabled pdns")).toBe("enabled");

    const before = await onHost(HOST, "systemctl show -p MainPID --value pdns");
    const restarted = await applied({ name: "pdns", state: "restarted" });
    expect(restarted.checked).toMatchObject({ kind: "pending", undo: { kind: "nothing" } });
    expect(await onHost(HOST, "systemctl show -p MainPID --value pdns")).not.toBe(before);
    expect(await step.check(host, { name: "nosuch", state: "started" }, labTools())).toMatchObject({
      kind: "blocked",
      diagnostic: { code: "step/unit-not-found" },
    });
  }, 60_000);
});

// The registry hands steps to the engine under this type.
step satisfies ChangingStep<ServiceParams, Parameters<(typeof step)["undo"]>[1]>;
