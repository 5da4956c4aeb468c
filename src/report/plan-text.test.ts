import { describe, expect, test } from "@jest/globals";
import type { HostId } from "../model/ids.ts";
import { hostId, taskId } from "../model/ids.ts";
import type { HostPlan, Plan, PlanAnswer, PlanItem } from "../model/plan.ts";
import { hostList } from "./host-list.ts";
import { paintFor } from "./paint.ts";
import { planText } from "./plan-text.ts";

const plain = paintFor(false);

function item(name: string, answer: PlanAnswer): PlanItem {
  return { task: taskId(name), name, phase: "Work", step: "copy", answer };
}

function changing(after: string): PlanAnswer {
  return {
    kind: "would-change",
    changes: [{ what: "/etc/motd", before: null, after }],
    wayBack: { kind: "undo" },
  };
}

function planOf(hosts: readonly HostPlan[]): Plan {
  return { hosts, fleet: [], refusals: [], pins: {} };
}

const names = Array.from({ length: 300 }, (_, index) => hostId(`ns${index + 1}`));
const answers = (host: HostId): readonly PlanItem[] => [
  item("A", changing(`welcome to ${host}\n`)),
  item("B", { kind: "satisfied" }),
  item("C", { kind: "unknown", why: "after A" }),
];
const like = (host: HostId): HostPlan => ({ host, atGoal: false, items: answers(host) });

describe("300 hosts", () => {
  test("with the same answers are one line", () => {
    expect(planText(planOf(names.map(like)), plain, { diff: false, phases: [] })).toBe(
      [
        "ns1 to ns300 (300 hosts)",
        "  Work",
        "    would change   A",
        "    satisfied      B",
        "    unknown        C (after A)",
        "",
        "300 hosts: 300 to change (300 tasks would, 300 known later), 0 with nothing to do",
      ].join("\n"),
    );
  });

  test("whose diffs differ by their own names alone are one line too", () => {
    const text = planText(planOf(names.map(like)), plain, { diff: true, phases: [] });
    expect(text).toContain("ns1 to ns300 (300 hosts)");
    expect(text).toContain("/etc/motd: absent → welcome to ‹host›");
    expect(text.split("\n").length).toBeLessThan(10);
  });

  test("with exceptions: these are spelled out, by what differs", () => {
    const odd = hostId("ns7");
    const hosts = names.map((host) =>
      host === odd
        ? { ...like(host), items: [answers(host)[0], item("B", changing("b")), answers(host)[2]] }
        : like(host),
    ) as readonly HostPlan[];
    const text = planText(planOf(hosts), plain, { diff: true, phases: [] });
    expect(text).toContain("ns1 to ns6, ns8 to ns300 (299 hosts)\n");
    expect(text).toContain(
      [
        "ns7: as ns1 to ns6, ns8 to ns300 (299 hosts), except",
        "  Work",
        "    would change   B",
        "                   /etc/motd: absent → b",
      ].join("\n"),
    );
  });
});

describe("a list of hosts", () => {
  test.each([
    [["a", "b"], "a, b"],
    [["ns08", "ns09", "ns10", "ns11", "ns12", "ns13", "ns14"], "ns08 to ns14 (7 hosts)"],
    [
      ["a1.x", "a2.x", "b1.x", "b2.x", "b4.x", "c", "d"],
      "a1.x to a2.x, b1.x to b2.x, b4.x, c, d (7 hosts)",
    ],
    [["a", "b", "c", "d", "e", "f", "g"], "a, b, c, d, e and others (7 hosts)"],
  ])("%j", (hosts, text) => {
    expect(hostList(hosts.map(hostId))).toBe(text);
  });
});

test("a fleet phase says which phase of the hosts it waits for", () => {
  const phases = (["host", "fleet", "host", "fleet"] as const).map((scope, at) => ({
    name: `phase ${at}`,
    scope,
  }));
  const fleet = ["phase 1", "phase 3"].map((phase) => ({
    ...item("look", { kind: "will-be-checked" }),
    phase,
  }));
  const text = planText({ ...planOf([]), fleet }, plain, { diff: false, phases });
  expect(text.split("\n").filter((line) => line.startsWith("the fleet"))).toEqual([
    "the fleet, when every host is done with: phase 0",
    "the fleet, when every host is done",
  ]);
});
