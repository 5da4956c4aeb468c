import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Scope } from "../model/value.ts";
import { FILTERS } from "./filters/index.ts";
import { checkSyntax, evaluateCondition, namesUsed, renderText, renderValue } from "./index.ts";
import { TESTS } from "./tests/index.ts";

// Whatever is written, there is an answer or a diagnostic with a place: never an exception, never an endless loop.

const scope: Scope = [
  {
    trusted: true,
    values: {
      a: "text",
      n: 5,
      f: 1.5,
      b: true,
      nil: null,
      l: [3, "x", null, [1]],
      d: { k: "v", n: { m: 1 } },
      t: "{{ a }} {{ n }}",
      r: "{{ r }}",
    },
  },
  { trusted: false, values: { said: { rc: 0, stdout: "{{ x }}" } } },
];

const names = [
  "a",
  "n",
  "f",
  "b",
  "nil",
  "l",
  "d",
  "t",
  "r",
  "said",
  "nope",
  "omit",
  "loop",
  "true",
  "none",
];
const operators = [
  "+",
  "-",
  "*",
  "/",
  "//",
  "%",
  "**",
  "~",
  "==",
  "<",
  ">=",
  "and",
  "or",
  "in",
  "not in",
  "is",
  "|",
];
const words = [
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  ".",
  "not",
  "if",
  "else",
  "1",
  "2.5",
  "'s'",
  '"q"',
  "=",
  "-1",
];
const called = [...FILTERS.keys()].map((name) => `| ${name}`);
const asked = [...TESTS.keys()].map((name) => `is ${name}`);
const tags = [
  "{% if",
  "{% else %}",
  "{% endif %}",
  "{% for x in",
  "{% endfor %}",
  "{% set x =",
  "%}",
  "{{",
  "}}",
  "{#",
  "#}",
  "{% raw %}",
  "-%}",
  "{%-",
];

const expression = fc
  .array(fc.constantFrom(...names, ...operators, ...words, ...called, ...asked), { maxLength: 12 })
  .map((parts) => parts.join(" "));

const template = fc
  .array(fc.oneof(fc.constantFrom(...tags, ...names, ...words, "\n", " text "), expression), {
    maxLength: 10,
  })
  .map((parts) => parts.join(" "));

const at = { file: "f", line: 1, column: 1 };

function check(kind: string, diagnostic: unknown): void {
  expect(["rendered", "omitted", "problem", "unknown"]).toContain(kind);
  if (kind === "problem")
    expect(diagnostic).toMatchObject({
      severity: "error",
      at: { file: "f" },
      code: expect.stringMatching(/^jinja\//),
    });
}

const settings = { budget: 20_000 };

describe("any text", () => {
  test("as an expression", () => {
    fc.assert(
      fc.property(expression, (source) => {
        for (const rendered of [
          renderValue(`{{ ${source} }}`, scope, settings, at),
          evaluateCondition(source, scope, settings, at),
        ])
          check(rendered.kind, "diagnostic" in rendered ? rendered.diagnostic : undefined);
      }),
      { numRuns: 400 },
    );
  });

  test("as a template", () => {
    fc.assert(
      fc.property(template, (source) => {
        const rendered = renderText(source, scope, settings, at);
        check(rendered.kind, "diagnostic" in rendered ? rendered.diagnostic : undefined);
        for (const kind of ["value", "when", "text"] as const) {
          checkSyntax(source, kind, at);
          namesUsed(source, kind);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("applied to every kind of value by every filter and test", () => {
    const inputs = [
      "a",
      "n",
      "f",
      "nil",
      "l",
      "d",
      "nope",
      "range(3)",
      "(1, 2)",
      "''",
      "now()",
      "10 ** 30",
    ];
    const given = ["", "(1)", "('x')", "([1], {})", "(zz=1)"];
    for (const input of inputs)
      for (const args of given) {
        const sources = [
          ...[...FILTERS.keys()].map((name) => `{{ ${input} | ${name}${args} }}`),
          ...[...TESTS.keys()]
            .filter((name) => /^\w+$/.test(name))
            .map((name) => `{{ ${input} is ${name}${args} }}`),
        ];
        for (const source of sources) {
          const rendered = renderValue(source, scope, settings, at);
          check(rendered.kind, "diagnostic" in rendered ? rendered.diagnostic : undefined);
        }
      }
  });
});

describe("work without end", () => {
  test.each([
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 'x' * 10 ** 12 }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ range(10 ** 9) | list }}",
    "{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ ['ab'] * 20 | product(repeat=9) | list }}",
    "{{ range(40) | permutations | list }}",
    "{{ 'x' | center(10 ** 10) }}",
    "{{ '%999999999999d' % 1 }}",
    "{{ '{:999999999999}'.format(1) }}",
    "{{ query('sequence', 'count=99999999') }}",
    "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
    "{% set l = [1] %}{% for i in range(60) %}{% set _ = l.extend(l) %}{% endfor %}{{ l }}",
    "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
    "{% set d = {} %}{% set _ = d.update(d=d) %}{{ d | to_json }}",
    `{{ ${"(".repeat(5000)} }}`,
    `{{ ${"-".repeat(5000)}1 }}`,
    `{{ ${"1+".repeat(20000)}1 }}`,
    `{{ ${"not ".repeat(2000)}1 }}`,
    `${"{% if 1 %}".repeat(3000)}`,
    `{{ a${".b".repeat(20000)} }}`,
    `{{ ${"[".repeat(3000)}${"]".repeat(3000)} }}`,
  ])("is refused: %s", (source) => {
    const short = source.slice(0, 80);
    const rendered = renderText(source, scope, {}, at);
    expect({ short, kind: rendered.kind }).toEqual({ short, kind: "problem" });
  });
});
