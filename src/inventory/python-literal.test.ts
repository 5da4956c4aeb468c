import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { KeyedMap, WholeFloat, type Value } from "../model/value.ts";
import { iniValue } from "./python-literal.ts";

const value = (text: string): Value | undefined => {
  const read = iniValue(text);
  return read.kind === "value" ? read.value : undefined;
};

describe("a value of an INI inventory", () => {
  test.each<[string, Value]>([
    ["80", 80],
    ["-5", -5],
    ["+5", 5],
    ["1_000", 1000],
    ["0x1F", 31],
    ["0o17", 15],
    ["0b101", 5],
    ["00", 0],
    ["12345678901234567890", 12345678901234567890n],
    ["1.10", 1.1],
    ["1e3", new WholeFloat(1000)],
    ["5.", new WholeFloat(5)],
    [".5", 0.5],
    ["-1.0", new WholeFloat(-1)],
    ["True", true],
    ["None", null],
    ["[1, 'a', [None]]", [1, "a", [null]]],
    ["(1, 2)", [1, 2]],
    ["(1)", 1],
    ["()", []],
    ["80, 443", [80, 443]],
    ["1,", [1]],
    [
      "{'a': 1, 2: \"b\",}",
      new KeyedMap([
        ["a", 1],
        [2, "b"],
      ]),
    ],
    ["{1, 2, 1}", [1, 2]],
    ["{}", {}],
    ["'it''s'", "its"],
    ['"a" "b"', "ab"],
    ["'''x'y'''", "x'y"],
    ["r'\\n'", "\\n"],
    ["u'uni'", "uni"],
    ["b'bytes'", "bytes"],
    ['"\\n\\t\\x41\\u00e9\\q"', "\n\tAé\\q"],
    ["1 # comment", 1],
    ["[1, 2]#comment", [1, 2]],
  ])("%s is a literal", (text, wanted) => {
    expect(value(text)).toEqual(wanted);
  });

  test.each([
    "",
    "true",
    "yes",
    "null",
    "007",
    "0644",
    "1__0",
    "12a",
    "1 2",
    "1:2",
    "1+2",
    "[1, 2",
    "[1 2]",
    "{'a' 1}",
    '{"a": true}',
    "hello world",
    "it's",
    '"open',
    "192.0.2.1",
    "a.b",
    "--5",
    "{{ x }}",
    "{{x['k']}}",
    "/x/y",
    "...",
    "set()",
    "f'x'",
    '"\\N{DASH}"',
    "#",
    "{'__proto__': 1}",
    "[".repeat(200),
  ])("%j is text", (text) => {
    expect(value(text)).toBe(text);
  });

  test.each(["{{ [1, 2] }}", "{{1}}", "{{}}", "{[1]: 2}", "{{'a': 1}}"])(
    "%s is what Python reads and cannot build",
    (text) => {
      expect(iniValue(text).kind).toBe("impossible");
    },
  );

  test("never throws", () => {
    const alphabet = fc.constantFrom(..."[]{}()'\"\\,:#-+.0123456789abxeEjTrue _\n");
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 40 }), (text) => {
        expect(["value", "impossible"]).toContain(iniValue(text).kind);
      }),
      { numRuns: 2000 },
    );
  });
});
