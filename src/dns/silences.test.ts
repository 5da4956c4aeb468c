import { describe, expect, test } from "@jest/globals";
import type { WatchAnswer } from "../model/dns.ts";
import { hostId } from "../model/ids.ts";
import { createSilences } from "./silences.ts";

const a = hostId("a");
const yes: WatchAnswer = { kind: "answered", way: "direct" };
const no: WatchAnswer = { kind: "silent", why: "no answer" };
const unseen: WatchAnswer = { kind: "unseen" };

/** One answer every 200 ms. */
function heard(...answers: readonly WatchAnswer[]) {
  const silences = createSilences([a]);
  for (const [index, answer] of answers.entries()) silences.heard(a, index * 200, answer);
  return silences;
}

describe("a watched server", () => {
  test("is silent from the first of two questions without an answer to the next that has one", () => {
    const silences = heard(yes, no, no, no, yes);
    expect(silences.news()).toEqual([
      { host: "a", at: 200, why: "no answer" },
      { host: "a", at: 800 },
    ]);
    expect(silences.news()).toEqual([]);
    expect(silences.tallies(1000)).toEqual([
      {
        ...{ host: "a", way: "direct", asked: 5, answered: 2, unseen: 0 },
        ...{ silences: 1, silentMs: 600, longestMs: 600 },
      },
    ]);
  });

  test("that missed a single question is not silent, and the question is counted", () => {
    const silences = heard(yes, no, yes, no, yes);
    expect(silences.news()).toEqual([]);
    expect(silences.tallies(0)).toMatchObject([{ asked: 5, answered: 3, silences: 0 }]);
  });

  test("is not called silent for questions that nobody could put to it", () => {
    const silences = heard(yes, unseen, unseen, unseen, yes);
    expect(silences.news()).toEqual([]);
    expect(silences.tallies(0)).toMatchObject([{ asked: 2, answered: 2, unseen: 3 }]);
  });

  test("that is silent still is counted as it is now", () => {
    expect(heard(no, no).tallies(5000)).toMatchObject([
      { silences: 1, silentMs: 5000, longestMs: 5000 },
    ]);
  });

  test("that comes and goes is told a hundred times, and counted every time", () => {
    const silences = heard(...Array.from({ length: 300 }, () => [no, no, yes]).flat());
    expect(silences.news()).toHaveLength(200);
    expect(silences.tallies(0)).toMatchObject([{ silences: 300 }]);
  });
});

test("a fleet of 1,000 servers that comes and goes fills no journal", () => {
  const hosts = Array.from({ length: 1_000 }, (_, index) => hostId(`ns${index}`));
  const silences = createSilences(hosts);
  for (let turn = 0; turn < 60; turn++)
    for (const host of hosts) silences.heard(host, turn * 200, turn % 3 === 2 ? yes : no);
  expect(silences.news()).toHaveLength(10_000);
  expect(silences.tallies(0).every((one) => one.silences === 20)).toBe(true);
});
