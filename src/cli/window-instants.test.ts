import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Weekday, WindowSpan } from "../model/playbook.ts";
import { givenSpan, spanAt } from "./window-instants.ts";

const at = { file: "p.yaml", line: 1, column: 1 };
const window = (of: Partial<WindowSpan>): WindowSpan => ({
  timezone: "UTC",
  start: "22:00",
  end: "04:00",
  onClose: "finish_host",
  at,
  ...of,
});
const utc = (text: string): number => Date.parse(`${text}:00Z`);
const ends = (span: { opensAt: number; closesAt: number }): readonly string[] =>
  [span.opensAt, span.closesAt].map((ms) => new Date(ms).toISOString().slice(0, 16));

describe("a window that recurs", () => {
  const nights = window({ timezone: "Europe/Amsterdam", days: ["tue", "thu"] });

  test.each([
    ["before it opens", "2026-12-01T12:00", ["2026-12-01T21:00", "2026-12-02T03:00"]],
    [
      "after midnight, in the night that began on its day",
      "2026-12-02T02:00",
      ["2026-12-01T21:00", "2026-12-02T03:00"],
    ],
    ["when it has just closed", "2026-12-02T03:00", ["2026-12-03T21:00", "2026-12-04T03:00"]],
  ])("%s", (_, now, wanted) => {
    expect(ends(spanAt(nights, utc(now)))).toEqual(wanted);
  });

  test("is an hour shorter when the clocks go forward in it, and an hour longer when they go back", () => {
    const every = window({ timezone: "Europe/Amsterdam" });
    const hours = (now: string): number => {
      const span = spanAt(every, utc(now));
      return (span.closesAt - span.opensAt) / 3_600_000;
    };
    expect([
      hours("2026-03-28T20:00"),
      hours("2026-10-24T19:00"),
      hours("2026-11-01T19:00"),
    ]).toEqual([5, 7, 6]);
  });

  test("opens later when its start is skipped, and not at all when all of it is", () => {
    const start = window({ timezone: "Europe/Amsterdam", start: "02:30", end: "05:00" });
    expect(ends(spanAt(start, utc("2026-03-29T00:00")))).toEqual([
      "2026-03-29T01:30",
      "2026-03-29T03:00",
    ]);
    const skipped = window({ timezone: "Europe/Amsterdam", start: "02:00", end: "03:00" });
    expect(ends(spanAt(skipped, utc("2026-03-29T00:00")))).toEqual([
      "2026-03-30T00:00",
      "2026-03-30T01:00",
    ]);
  });
});

describe("--window", () => {
  const now = utc("2026-12-01T12:34");
  test.each([
    ["2026-12-01 22:00/2026-12-02 04:00", ["2026-12-01T22:00", "2026-12-02T04:00"]],
    ["22:00/04:00", ["2026-12-01T22:00", "2026-12-02T04:00"]],
    ["12:00/13:00", ["2026-12-02T12:00", "2026-12-02T13:00"]],
    ["now/13:00", ["2026-12-01T12:34", "2026-12-01T13:00"]],
  ])("%s", (text, wanted) => {
    const given = givenSpan(text, window({}), now).value;
    expect(typeof given === "object" && ends(given)).toEqual(wanted);
  });

  test.each([
    "",
    "soon",
    "now",
    "04:00",
    "25:00/26:00",
    "2026-12-02 04:00/2026-12-01 22:00",
    "now/13:00/14:00",
    "2026-02-30 10:00/11:00",
  ])("%p is refused", (text) => {
    expect(givenSpan(text, window({}), now).problems).toHaveLength(1);
  });

  test("none lifts it", () => {
    expect(givenSpan("none", window({}), now).value).toBe("none");
  });
});

const ZONES = [
  "UTC",
  "Europe/Amsterdam",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
];
const DAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTE = 60_000;

/** The wall clock of a zone as Intl has it: minutes since 1970 as if it were UTC. */
const clocks = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    } as Intl.DateTimeFormatOptions),
  ]),
);
function wall(zone: string, ms: number): number {
  const part = Object.fromEntries(
    (clocks.get(zone)?.formatToParts(ms) ?? []).map((one) => [one.type, Number(one.value)]),
  );
  return (
    Date.UTC(
      part["year"] ?? 0,
      (part["month"] ?? 1) - 1,
      part["day"],
      part["hour"],
      part["minute"],
    ) / MINUTE
  );
}
const dayOf = (wallMinutes: number): number => (Math.floor(wallMinutes / 1440) + 3) % 7;

test("R11: in six zones, a moment is in its window exactly when the zone's own clock says so", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: 1439 }),
      fc.integer({ min: 0, max: 1439 }),
      fc.subarray([...DAYS], { minLength: 1 }),
      fc.integer({ min: Date.UTC(2024, 0, 1) / MINUTE, max: Date.UTC(2030, 0, 1) / MINUTE }),
      (zone, from, to, days, minute) => {
        const text = (of: number): string =>
          `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
        const span = spanAt(
          window({ timezone: zone, start: text(from), end: text(to), days }),
          minute * MINUTE,
        );
        const nowMs = minute * MINUTE;
        expect(span.closesAt).toBeGreaterThan(nowMs);
        expect(span.closesAt).toBeGreaterThan(span.opensAt);
        // The same answer from anywhere inside, and up to a week before no other.
        expect(
          spanAt(window({ timezone: zone, start: text(from), end: text(to), days }), span.opensAt),
        ).toEqual(span);
        const opens = wall(zone, span.opensAt);
        const near = [span.opensAt - 2 * 1440 * MINUTE, nowMs, span.closesAt + 2 * 1440 * MINUTE];
        const offsets = new Set(near.map((ms) => wall(zone, ms) - ms / MINUTE));
        if (offsets.size > 1) return;
        expect(opens % 1440).toBe(from);
        expect(wall(zone, span.closesAt) % 1440).toBe(to);
        expect(days).toContain(DAYS[dayOf(opens)]);
        const here = wall(zone, nowMs);
        const length = to > from ? to - from : to - from + 1440;
        const since = (((here - from) % 1440) + 1440) % 1440;
        const inside = since < length && days.includes(DAYS[dayOf(here - since)] as Weekday);
        expect(span.opensAt <= nowMs).toBe(inside);
      },
    ),
    { numRuns: 10_000, seed: 11 },
  ));
