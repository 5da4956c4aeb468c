import { describe, expect, test } from "@jest/globals";
import { checkSyntax, isTemplate, namesUsed } from "./index.ts";

const at = { file: "play.yml", line: 4, column: 7 };

describe("checkSyntax", () => {
  test("says nothing about what can be read", () => {
    expect(checkSyntax("no template", "value")).toEqual([]);
    expect(checkSyntax("{{ a | upper }} {% if b is defined %}x{% endif %}", "value")).toEqual([]);
    expect(checkSyntax("a is defined and b | bool", "when")).toEqual([]);
    expect(checkSyntax("{{ a }}", "when")).toEqual([]);
  });

  test("finds every filter and test that does not exist", () => {
    const found = checkSyntax(
      "{{ a | uper }}\n{{ b is defind or c | ansible.utils.ipaddr }}",
      "text",
      at,
    );
    expect(
      found.map(({ summary, hint, at: place }) => [summary, hint, place?.line, place?.column]),
    ).toEqual([
      ["there is no filter 'uper'", 'Did you mean "upper"?', 4, 14],
      ["there is no test 'defind'", 'Did you mean "defined"?', 5, 9],
      [
        "there is no filter 'ansible.utils.ipaddr'",
        "Plugins of the collection ansible.utils do not exist here: those of ansible-core do",
        5,
        23,
      ],
    ]);
  });

  test.each([
    ["{{ a b }}", "value", "expected '}}', found 'b'", 12],
    ["{{ 1 + }}", "value", "expected an expression, found the end ('}}')", 14],
    ["{% if x %}", "value", "'if' starts here and is never closed", 7],
    ["x {{ 'abc }}", "value", "a string starts with ' and never ends", 12],
    ["a = 1", "when", "expected 'end of the expression', found '='", 9],
    ["!a", "when", "unexpected character '!'", 7],
    ["{{ [1, 2 }}", "value", "unexpected '}', expected ']'", 16],
  ] as const)("explains %s", (source, kind, summary, column) => {
    expect(checkSyntax(source, kind, at)).toMatchObject([
      { code: "jinja/syntax", summary, at: { file: "play.yml", line: 4, column } },
    ]);
  });

  test("gives the cure for habits from other languages", () => {
    expect(checkSyntax("a && b", "when")[0]?.hint).toBe("Write `and`");
    expect(checkSyntax("a = b", "when")[0]?.hint).toMatch(/==/);
    expect(checkSyntax("{% do x %}", "text")[0]?.hint).toMatch(/set _/);
  });
});

describe("namesUsed", () => {
  test("lists the variables that a source may read", () => {
    expect(
      namesUsed(
        "{{ a.b[c] | default(d) }}{% if e is f(g) %}{{ lookup('env', h) }}{% endif %}",
        "text",
      ),
    ).toEqual(["a", "c", "d", "e", "g", "h"]);
    expect(namesUsed("a in b and not c", "when")).toEqual(["a", "b", "c"]);
    expect(namesUsed("plain", "value")).toEqual([]);
  });

  test("leaves out what the template sets itself", () => {
    const source =
      "{% set a = x %}{{ a }}{% for i, j in y if i > k %}{{ i }}{{ loop.index }}{{ j }}{% endfor %}{{ i }}" +
      "{% macro m(p, q=z) %}{{ p }}{{ q }}{% endmacro %}{{ m(1) }}{% with w = v %}{{ w }}{% endwith %}";
    expect(namesUsed(source, "text")).toEqual(["x", "y", "k", "i", "z", "v"]);
  });

  test("knows variables that are named by text", () => {
    expect(namesUsed("{{ vars['a'] }}{{ vars.b }}{{ lookup('vars', 'c') }}", "value")).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

test("isTemplate asks for the three openings", () => {
  expect(["{{ a }}", "{% x %}", "{# c #}", "#jinja2: trim_blocks: True\n"].every(isTemplate)).toBe(
    true,
  );
  expect(["", "plain", "{ a }", "a }} b"].some(isTemplate)).toBe(false);
});
