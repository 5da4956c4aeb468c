import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { SortedNumbers } from "./sorted-numbers.ts";

test("whatever comes and goes, it holds what a set holds, in order", () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ number: fc.integer({ min: 0, max: 20 }), comes: fc.boolean() })),
      (changes) => {
        const sorted = new SortedNumbers();
        const set = new Set<number>();
        for (const { number, comes } of changes) {
          if (comes) sorted.add(number);
          else sorted.delete(number);
          if (comes) set.add(number);
          else set.delete(number);
          const wanted = [...set].toSorted((a, b) => a - b);
          expect([...sorted]).toEqual(wanted);
          expect([sorted.first, sorted.size]).toEqual([wanted[0], wanted.length]);
        }
      },
    ),
    { seed: 1 },
  ));
