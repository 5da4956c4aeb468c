/** R6, R7, R8 and R10 over random rollouts in which hosts break, go away and lose answers, and operators interrupt. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { StopWish } from "../../src/engine/execute.ts";
import { hostId } from "../../src/model/ids.ts";
import type { JournalEntry } from "../../src/model/journal-entry.ts";
import { hostTaskKey } from "../../src/model/ids.ts";
import type { ScriptedFault } from "../../src/transport/scripted.ts";
import { wrongs } from "../helpers/journal-check.ts";
import { outcomeOf, told } from "../helpers/toy-deaths.ts";
import { head, Life } from "../helpers/toy-life.ts";

/** How many random cases; the full run has 10,000 of each. */
const CASES = Number(process.env["RUNBOOK_CASES"] ?? 60);
const HOSTS = ["a", "b", "c", "d", "e", "f"];

const cases = fc.record({
  mode: fc.constantFrom("serial", "window"),
  batches: fc.constantFrom("1", "2", "[1, 2]", '"50%"', "[1, 10%, 25%]"),
  max_failures: fc.constantFrom("0", "1", "2", '"34%"', '"99%"'),
  max_failures_per_batch: fc.constantFrom("0", "1", '"50%"', '"100%"'),
  on_failure: fc.constantFrom("stop", "rollback_host", "rollback_run", "ask"),
  unreachable: fc.constantFrom("fail", "skip"),
  throttle: fc.integer({ min: 1, max: 3 }),
  forks: fc.integer({ min: 1, max: 4 }),
  selected: fc.subarray(HOSTS, { minLength: 1 }),
  broken: fc.subarray(HOSTS, { maxLength: 3 }),
  /** Which command, counted from the plan, meets which fault. */
  faults: fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom<ScriptedFault>("lost-before", "lost-after", "vanish"),
    ),
    { maxLength: 2 },
  ),
  stop: fc.option(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom<0 | 1 | 2>(1, 2))),
});
type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

const text = (one: Case): string => `${head(
  ["mode", "batches", "max_failures", "max_failures_per_batch", "on_failure", "unreachable"]
    .map((key) => `${key}: ${String(one[key as keyof Case])}`)
    .join(", "),
)}
phases:
  - name: one
    rest: true
    tasks:
      - put: { key: one, value: "1" }
  - name: two
    tasks:
      - { install: { key: two, value: "2" }, throttle: ${one.throttle} }
      - put: { key: three, value: "3" }
      - strike: { key: bell }
        inverse: { strike: { key: unbell } }
`;

async function live(one: Case): Promise<Life> {
  const life = new Life(text(one), {
    hosts: HOSTS,
    selected: HOSTS.filter((host) => one.selected.includes(host)),
    forks: one.forks,
  });
  for (const host of one.broken) life.world.broken.add(`${host} two`);
  let asked = 0;
  life.world.fault = ({ text: command }) => {
    if (!life.world.planned || command.includes("/lock")) return undefined;
    asked++;
    return one.faults.find(([nth]) => nth === asked)?.[1];
  };
  let level: 0 | 1 | 2 = 0;
  const wish: StopWish = {
    get level() {
      return level;
    },
    raised: () => new Promise(() => undefined),
  };
  await life.apply({
    wish,
    onLine: (line) => {
      if (one.stop && line >= one.stop[0]) level = one.stop[1];
    },
  });
  life.world.fault = undefined;
  return life;
}

/** Hosts that count against thresholds, after each line, told from the entries alone. */
function count(bad: Set<string>, touched: Set<string>, entry: JournalEntry, skips: boolean): void {
  if (entry.type === "intended") touched.add(entry.of.host);
  if (entry.type === "settled" && (entry.outcome === "failed" || entry.outcome === "in-doubt"))
    bad.add(entry.of.host);
  if (entry.type === "unbegun") bad.delete(entry.of.host);
  if (entry.type === "host-lost" && !(skips && !touched.has(entry.host))) bad.add(entry.host);
}

test("R6: no host begins once more of them failed, were lost or are in doubt than the selection or its batch may lose", () =>
  fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { lines, spec } = await live(one);
      const bad = new Set<string>();
      const touched = new Set<string>();
      for (const { entry } of lines) {
        count(bad, touched, entry, one.unreachable === "skip");
        if (entry.type === "rollback-begun") return;
        if (entry.type !== "lane-begun") continue;
        expect(bad.size).toBeLessThanOrEqual(spec.maxFailures);
        for (const [index, batch] of spec.batches.entries())
          expect(batch.filter((host) => bad.has(host)).length).toBeLessThanOrEqual(
            spec.maxFailuresPerBatch?.[index] ?? Infinity,
          );
      }
    }),
    { numRuns: CASES, seed: 6 },
  ));

test("R7: on every way out, whoever is not said to be touched was not, and whoever was not selected never is", () =>
  fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const life = await live(one);
      const said = new Set(life.entries("intended").map(({ of }) => String(of.host)));
      const changed = new Set(life.world.log.map(({ on }) => String(on)));
      for (const host of HOSTS) {
        if (!one.selected.includes(host)) expect([host, said.has(host)]).toEqual([host, false]);
        if (!said.has(host)) expect([host, changed.has(host)]).toEqual([host, false]);
      }
      // It says how it ended, and each rule of the journal holds whatever happened.
      expect(life.state.stopped ?? life.state.finished).toBeDefined();
      expect(wrongs(life.lines, life.world.log)).toEqual([]);
    }),
    { numRuns: CASES, seed: 7 },
  ));

test("R8: each host takes back what it began and may have done, newest first, and nothing else", () =>
  fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const life = await live({ ...one, on_failure: "stop" });
      const begun = new Map<string, string[]>();
      for (const { entry } of life.lines) {
        if (entry.type !== "intended" || entry.undo.kind === "nothing") continue;
        const own = begun.get(entry.of.host) ?? [];
        const key = hostTaskKey(entry.of);
        if (!own.includes(key)) begun.set(entry.of.host, [...own, key]);
      }
      const forward = life.lines.length;
      await life.rollback();
      const back = new Map<string, string[]>();
      for (const { entry } of life.lines.slice(forward)) {
        if (entry.type !== "undo-settled") continue;
        back.set(entry.of.host, [...(back.get(entry.of.host) ?? []), hostTaskKey(entry.of)]);
      }
      const state = life.state;
      for (const [host, keys] of begun) {
        const wanted = keys.toReversed();
        const own = back.get(host) ?? [];
        // Who cannot go on, because nobody knows whether a command happened, stops there.
        expect(own).toEqual(wanted.slice(0, own.length));
        if (state.lanes.get(hostId(host))?.back?.standing === "back")
          expect(own).toHaveLength(wanted.length);
      }
      expect([...back.keys()].filter((host) => !begun.has(host))).toEqual([]);
    }),
    { numRuns: CASES, seed: 8 },
  ));

test("R10: a way back whose controllers are killed wherever it may be ends in the same world as one that nobody disturbed", () =>
  fc.assert(
    fc.asyncProperty(
      cases,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), {
        minLength: 1,
        maxLength: 3,
      }),
      async (one, deaths) => {
        const story = {
          text: text({ ...one, on_failure: "stop", unreachable: "fail" }),
          options: {
            hosts: HOSTS,
            selected: HOSTS.filter((host) => one.selected.includes(host)),
            forks: one.forks,
          },
          chapters: [
            {
              does: "apply" as const,
              first: (world: Life["world"]) => {
                for (const host of one.broken) world.broken.add(`${host} two`);
              },
            },
            { does: "rollback" as const },
          ],
        };
        const births = deaths.map(([lines, before]) => ({
          deathAfter: { lines, when: before ? ("before" as const) : ("after" as const) },
        }));
        const undisturbed = await told(story);
        const disturbed = await told(story, [{}, ...births]);
        expect(outcomeOf(disturbed)).toEqual(outcomeOf(undisturbed));
        expect(outcomeOf(disturbed).wrongs).toEqual([]);
      },
    ),
    { numRuns: CASES, seed: 10 },
  ));
