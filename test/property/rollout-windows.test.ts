/** R11: nothing starts outside of its window, in zones that change their clocks by an hour, by half an hour, or never. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { spanAt } from "../../src/cli/window-instants.ts";
import type { WindowSpan } from "../../src/model/playbook.ts";
import type { OpenSpan } from "../../src/model/run-spec.ts";
import type { JournalEntry } from "../../src/model/journal-entry.ts";
import { head, Life } from "../helpers/toy-life.ts";

/** How many random cases; the full run has 10,000 of each. */
const CASES = Number(process.env["RUNBOOK_CASES"] ?? 60);

/** A zone, and instants near which its clocks change. */
const ZONES = [
  ["Europe/Amsterdam", "2026-03-29T01:00Z", "2026-10-25T01:00Z"],
  ["America/New_York", "2026-03-08T07:00Z", "2026-11-01T06:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z", "2026-10-03T15:30Z"],
  ["America/St_Johns", "2026-03-08T05:30Z", "2026-11-01T04:30Z"],
  ["Asia/Kathmandu", "2026-03-29T01:00Z", "2026-10-25T01:00Z"],
  ["Pacific/Chatham", "2026-04-04T14:00Z", "2026-09-26T14:00Z"],
  ["Africa/Casablanca", "2026-02-15T02:00Z", "2026-03-22T02:00Z"],
] as const;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);

const cases = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    second: fc.boolean(),
    around: fc.integer({ min: -2 * DAY, max: 2 * DAY }),
    start: clockTime,
    end: clockTime,
    onClose: fc.constantFrom<WindowSpan["onClose"]>("finish_host", "finish_task", "rollback"),
    /** Where in the window, or around it, the run begins: 0 is where it opens, 1 where it closes. */
    begins: fc.double({ min: -0.2, max: 1.2, noNaN: true }),
    minutes: fc.array(fc.integer({ min: 1, max: 240 }), { minLength: 6, maxLength: 6 }),
    batches: fc.constantFrom("1", "2", "3"),
  })
  .filter(({ start, end }) => start !== end);
type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function windowOf({ zone, start, end, onClose }: Case): WindowSpan {
  return { timezone: zone[0], start, end, onClose, at: { file: "toy.yaml", line: 1, column: 1 } };
}

function spanOf(one: Case): OpenSpan {
  const near = Date.parse(one.second ? one.zone[2] : one.zone[1]);
  return spanAt(windowOf(one), near + one.around);
}

/** A run whose clock stands still but for what takes time. */
async function live(one: Case, span: OpenSpan): Promise<Life> {
  const life = new Life(
    `${head(`mode: serial, on_failure: stop, batches: ${one.batches}`)}
phases:
  - name: one
    tasks:
      - install: { key: one, value: "1" }
      - install: { key: two, value: "2" }
`,
    { hosts: ["a", "b", "c"], window: span, forks: 3 },
  );
  let now = Math.round(span.opensAt + one.begins * (span.closesAt - span.opensAt));
  Object.assign(life.clock, {
    now: () => now,
    ticks: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  });
  const keys = ["a", "b", "c"].flatMap((host) => [`${host} one`, `${host} two`]);
  for (const [index, key] of keys.entries())
    life.world.slow.set(key, (one.minutes[index] ?? 1) * 60_000);
  await life.apply();
  return life;
}

test("what starts, starts inside the window; only a lane that began in it may go on, and only where `on_close` says so", () =>
  fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const span = spanOf(one);
      const { lines } = await live(one, span);
      const inside = (at: number): boolean => at >= span.opensAt && at < span.closesAt;
      const begun = new Set<string>();
      for (const { at, entry } of lines) {
        if (entry.type === "lane-begun") {
          expect([at, inside(at)]).toEqual([at, true]);
          begun.add(entry.host);
        }
        if (entry.type !== "intended") continue;
        if (one.onClose === "finish_host") expect(begun.has(entry.of.host)).toBe(true);
        else expect([at, inside(at)]).toEqual([at, true]);
      }
      // With `rollback` whoever was in the middle has gone back; nobody is left half way.
      if (one.onClose === "rollback") expect(halfWay(lines.map(({ entry }) => entry))).toEqual([]);
    }),
    { numRuns: CASES, seed: 11 },
  ));

/** Begun, not at its end and not taken back. Where somebody is in doubt, `on_failure` says what becomes of the others. */
function halfWay(entries: readonly JournalEntry[]): readonly string[] {
  const done = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === "settled" && entry.outcome === "in-doubt") return [];
    if (entry.type === "settled") done.set(entry.of.host, (done.get(entry.of.host) ?? 0) + 1);
    if (entry.type === "host-rolled-back") done.delete(entry.host);
  }
  return [...done].filter(([, tasks]) => tasks < 2).map(([host]) => host);
}

/** What the clocks of the zone show, as if it were UTC. */
function localMs(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

test("the instants of a window are its times on the clocks of the zone, or the first ones after a time that is skipped", () =>
  fc.assert(
    fc.property(cases, (one) => {
      const span = spanOf(one);
      const [zone] = one.zone;
      for (const [text, at] of [
        [one.start, span.opensAt],
        [one.end, span.closesAt],
      ] as const) {
        const shown = new Date(localMs(zone, at)).toISOString().slice(11, 16);
        const jump = localMs(zone, at) - at - (localMs(zone, at - 3 * HOUR) - (at - 3 * HOUR));
        const unjumped = new Date(localMs(zone, at) - jump).toISOString().slice(11, 16);
        expect([text, shown, jump > 0 && unjumped === text ? text : shown]).toEqual([
          text,
          shown,
          text,
        ]);
      }
      expect(span.closesAt - span.opensAt).toBeGreaterThan(0);
      expect(span.closesAt - span.opensAt).toBeLessThanOrEqual(25 * HOUR);
    }),
    { numRuns: CASES, seed: 11 },
  ));
