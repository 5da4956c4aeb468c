import { describe, expect, test } from "@jest/globals";
import { hostId } from "../../model/ids.ts";
import { stepContract } from "../contract.ts";
import { step } from "./clock_skew.ts";

stepContract(step, import.meta.dirname);

/** One host for each offset; which of them fail, and why. */
function judged(offsets: readonly number[], unsure = 0, atMost: string | number = 1) {
  const sightings = offsets.map((ahead, index) => ({
    host: hostId(`ns${index + 1}`),
    params: { at_most: atMost },
    seen: { ahead, give_or_take: unsure },
  }));
  const hosts = sightings.map((one) => one.host);
  const view = {
    fleet: hosts,
    atGoal: new Set<never>(),
    judged: new Set(hosts),
    scope: "fleet",
  } as const;
  return step
    .judge(sightings, view)
    .flatMap((verdict, index) =>
      verdict.kind === "fails" ? [`ns${index + 1}: ${verdict.diagnostic.summary}`] : [],
    );
}

describe("clocks of a fleet", () => {
  test("a controller that is wrong harms nobody", () => {
    expect(judged([60_000, 60_100, 59_900])).toEqual([]);
  });

  test("the one that is apart from most others fails alone", () => {
    expect(judged([0, 100, 5000])).toEqual(["ns3: the clock is 5 s ahead of ns1; 1 is allowed"]);
  });

  test("of two that disagree both fail", () => {
    expect(judged([0, 2000])).toHaveLength(2);
  });

  test("a chain of small differences that is too long in all fails at its ends", () => {
    expect(judged([0, 800, 1600])).toEqual([
      "ns1: the clock is 1.6 s behind ns3; 1 is allowed",
      "ns3: the clock is 1.6 s ahead of ns1; 1 is allowed",
    ]);
  });

  test("what the round trip hides is not held against a host", () => {
    expect(judged([0, 1300], 200)).toEqual([]);
    expect(judged([0, 1500], 200)).toHaveLength(2);
  });

  test("a clock that cannot be measured well enough fails", () => {
    expect(judged([0], 2000)).toEqual(["ns1: the clock is only known to ± 2 s; 1 is allowed"]);
  });

  test("a host that is not judged is not compared either", () => {
    const one = { host: hostId("a"), params: { at_most: 1 }, seen: { ahead: 0, give_or_take: 0 } };
    const other = { ...one, host: hostId("b"), seen: { ahead: 9000, give_or_take: 0 } };
    const view = { fleet: [one.host], atGoal: new Set<never>(), judged: new Set([one.host]) };
    expect(step.judge([one, other], { ...view, scope: "fleet" }).map((it) => it.kind)).toEqual([
      "holds",
      "holds",
    ]);
  });
});
