import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../model/ids.ts";
import type { FleetView } from "../../model/step.ts";
import { stepContract } from "../contract.ts";
import { step } from "./package-state.ts";

stepContract(step, import.meta.dirname);

/** Hosts with the release that each of them has, `name: version`. */
function judged(fleet: Readonly<Record<string, string>>, who = Object.keys(fleet)) {
  const view: FleetView = {
    fleet: Object.keys(fleet).map(hostId),
    atGoal: new Set(),
    judged: new Set(who.map(hostId)),
    scope: "fleet",
  };
  const sightings = Object.entries(fleet).map(([name, version]) => ({
    host: hostId(name),
    params: { name: "pdns-server", consistent: true },
    seen: {
      packages: {
        "pdns-server": {
          version,
          status: "installed" as const,
          held: false,
          release: `pdns ${version}`,
        },
      },
      broken: [],
    },
  }));
  return step.judge(sightings, view);
}

describe("package.state over a fleet", () => {
  test("holds when all hosts have one release", () => {
    const kinds = judged({ ns1: "4.9.17-1", ns2: "4.9.17-1" }).map((verdict) => verdict.kind);
    expect(kinds).toEqual(["holds", "holds"]);
  });

  test("fails everywhere and names every host when they differ", () => {
    const verdicts = judged({ ns1: "4.9.17-1", ns2: "4.9.17-1", ns3: "4.9.16-1" });
    expect(verdicts).toHaveLength(3);
    for (const verdict of verdicts) {
      expect(verdict).toMatchObject({
        kind: "fails",
        diagnostic: {
          code: "step/package-hosts-differ",
          detail: ["ns1: pdns 4.9.17-1", "ns2: pdns 4.9.17-1", "ns3: pdns 4.9.16-1"],
        },
      });
    }
  });

  test("does not compare with hosts that are at their goal already", () => {
    const verdicts = judged({ ns1: "5.1.5-1", ns2: "4.9.17-1", ns3: "4.9.17-1" }, ["ns2", "ns3"]);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(["holds", "holds", "holds"]);
  });
});
