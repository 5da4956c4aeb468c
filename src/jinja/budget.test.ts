import { describe, expect, test } from "@jest/globals";
import { renderValue } from "./index.ts";

// Whatever a template asks for, it ends soon: with an answer or with a problem that says what was too much.

const BOMBS: readonly string[] = [
  "{{ 'a' * 1000000000 }}",
  "{{ [0] * 1000000000 }}",
  "{{ range(1000000000) | list }}",
  "{{ 2 ** 100000000 }}",
  "{{ 'a'.center(400000000) }}",
  "{{ 'a'.ljust(400000000) }}",
  "{{ 'a'.zfill(400000000) }}",
  "{{ 'a\tb'.expandtabs(400000000) }}",
  "{{ '%400000000d' % 1 }}",
  "{{ '%.400000000f' % 1.5 }}",
  "{{ '%*d' % (400000000, 1) }}",
  "{{ '{:400000000}'.format(1) }}",
  "{{ '{:.400000000f}'.format(1.5) }}",
  "{{ 'a' | center(400000000) }}",
  "{{ 'a' | indent(400000000) }}",
  "{{ [1] | to_nice_json(indent=400000000) }}",
  "{{ ('a' * 100) | regex_search('(a+)+$b') }}",
  "{{ ('a' * 100) is match('(a|a)*c') }}",
  "{{ lookup('sequence', 'start=0 end=100000000') }}",
  "{% for a in range(1000) %}{% for b in range(1000) %}{{ a }}{% endfor %}{% endfor %}",
  "{% set ns = namespace(s='a') %}{% for a in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
  "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
  "{{ range(100) | product(range(100), range(100), range(100)) | list }}",
];

describe("a template that asks for too much", () => {
  test.each(BOMBS)("is stopped: %s", (template) => {
    const rendered = renderValue(template, [], { budget: 200_000 });
    expect(rendered.kind).toBe("problem");
    const code = rendered.kind === "problem" ? rendered.diagnostic.code : "";
    expect(["jinja/budget", "jinja/failed", "jinja/recursion"]).toContain(code);
  });

  test("is not one that matches a long text with a simple pattern", () => {
    const template = "{{ ('ab ' * 20000) | regex_replace('(\\w+) ', '\\1-') | length }}";
    expect(renderValue(template, [], {})).toEqual({ kind: "rendered", value: 60_000 });
  });
});
