import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { timeScale } from "./time-scale.ts";

const DAY = 86_400_000;

describe("a time scale", () => {
  test("cuts out the night between a stop and its resume, and leaves a stub", () => {
    const spans = [
      { from: 0, to: 60_000 },
      { from: DAY, to: DAY + 60_000 },
    ];
    const scale = timeScale(spans, { from: 0, to: DAY + 60_000 });
    expect(scale.pauses).toEqual([{ from: 60_000, to: DAY }]);
    expect(scale.place(60_000)).toBeCloseTo(49.25);
    expect(scale.place(DAY)).toBeCloseTo(50.75);
    expect(scale.place(DAY + 60_000)).toBeCloseTo(100);
  });

  test("tells short times without work as they were", () => {
    const spans = [
      { from: 0, to: 1000 },
      { from: 90_000, to: 100_000 },
    ];
    expect(timeScale(spans, { from: 0, to: 100_000 }).place(50_000)).toBeCloseTo(50);
  });

  test("puts a run without any time at the beginning", () => {
    expect(timeScale([], { from: 5, to: 5 }).place(5)).toBe(0);
  });

  test("keeps every time in its order and between 0 and 100", () => {
    const moment = fc.integer({ min: 0, max: 10 * DAY });
    const span = fc
      .tuple(moment, moment)
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), fc.array(moment), (spans, moments) => {
        const scale = timeScale(spans, { from: 0, to: 10 * DAY });
        const places = moments.toSorted((a, b) => a - b).map(scale.place);
        for (const [index, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(-1e-6);
          expect(place).toBeLessThanOrEqual(100 + 1e-6);
          expect(place).toBeGreaterThanOrEqual((places[index - 1] ?? 0) - 1e-6);
        }
      }),
    );
  });
});
