import { describe, expect, test } from "@jest/globals";
import { KeyedMap, Timestamp, WholeFloat, type Value, type ValueKey } from "../model/value.ts";
import { keyText, mappingOf } from "./mapping.ts";
import { decodeValue, encodeValue } from "./value-codec.ts";

describe("a mapping", () => {
  test("with keys of text is a plain object", () => {
    expect(
      mappingOf([
        ["b", 1],
        ["a", 2],
      ]),
    ).toEqual({ b: 1, a: 2 });
  });

  test("keeps the order of texts that look like indices", () => {
    const pairs: [ValueKey, Value][] = [
      ["b", 1],
      ["80", 2],
      ["9", 3],
    ];
    expect(mappingOf(pairs)).toEqual(new KeyedMap(pairs));
  });

  test("has keys that are equal in Python once: the first spelling, the last value", () => {
    const built = mappingOf([
      [1, "a"],
      ["1", "b"],
      [new WholeFloat(1), "c"],
      [true, "d"],
      [null, "e"],
      ["null", "f"],
    ]);
    expect(built).toEqual(
      new KeyedMap([
        [1, "d"],
        ["1", "b"],
        [null, "e"],
        ["null", "f"],
      ]),
    );
  });

  test("survives a journal with the types of its keys", () => {
    const written = mappingOf([
      [80, { day: new Timestamp("2024-01-02") }],
      [new WholeFloat(2), [mappingOf([[false, "x"]])]],
      [new Timestamp("2024-01-02T03:04:05"), null],
    ]);
    const read = decodeValue(JSON.parse(JSON.stringify(encodeValue(written))));
    expect(read).toEqual(written);
  });

  test("shows its keys as JSON has them", () => {
    const keys: ValueKey[] = [1, true, null, new WholeFloat(2), 1.5, "x", 10n ** 20n];
    expect(keys.map(keyText)).toEqual([
      "1",
      "true",
      "null",
      "2.0",
      "1.5",
      "x",
      `1${"0".repeat(20)}`,
    ]);
  });
});
