import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UnsafeText } from "../model/value.ts";
import type { Scope, ValueMap } from "../model/value.ts";
import { FILTERS } from "./filters/index.ts";
import { evaluateCondition, renderText, renderValue } from "./index.ts";
import type { RenderSettings } from "./index.ts";

// S1, S2, S3: what a host says is never evaluated, whatever way it takes through a template.
// S19: no template reaches JavaScript, prototypes or Python's internals.

/** A function that must never be called, named in everything that "a host says". */
function canary(): { settings: RenderSettings; called: () => number } {
  let calls = 0;
  const boom = () => {
    calls += 1;
    return "BOOM";
  };
  const files = { readFile: () => "{{ boom() }}", searchPath: ["/t"] };
  return { settings: { functions: { boom }, budget: 20_000, ...files }, called: () => calls };
}

const EVIL = [
  "{{ boom() }}",
  "{% set x = boom() %}{{ x }}",
  "{{ [boom()] | first }}",
  "}}{{ boom() }}{{",
  "{% raw %}{{ boom() }}",
  "#jinja2: variable_start_string: '[['\n[[ boom() ]]",
  "{# x #}{{ boom() }}",
] as const;

/** Ways to carry a value through a template. `heard` is text, `said` a map and a list of it. */
const CARRIERS = [
  "{{ heard }}",
  "{{ heard }} {{ heard }}",
  "{{ alias }}",
  "{{ alias2 }}",
  "{{ said.text }}",
  "{{ said['list'] | join(' ') }}",
  "{{ said.list }}",
  "{{ said }}",
  "{{ heard ~ heard }}",
  "{{ '%s' % heard }}",
  "{{ '{}'.format(heard) }}",
  "{{ '{' ~ heard ~ '}' }}",
  "{{ heard | replace('zz', 'y') }}",
  "{{ 'a' | regex_replace('a', '\\\\g<0>') }}{{ heard }}",
  "{{ heard | default('x') }}",
  "{{ nope | default(heard) }}",
  "{{ [heard, heard] | map('string') | list }}",
  "{{ {'k': heard}.k }}",
  "{{ dict([['k', heard]]) }}",
  "{{ (heard | to_json) | from_json }}",
  "{{ heard | b64encode | b64decode }}",
  "{{ lookup('vars', 'heard') }}",
  "{{ query('items', [heard]) }}",
  "{{ lookup('file', 'evil.txt') }}",
  "{{ hostvars.other.heard }}",
  "{{ hostvars['other'].alias }}",
  "{{ vars.heard }}",
  "{{ vars['alias'] }}",
  "{% set x = heard %}{{ x }}",
  "{% set x %}{{ heard }}{% endset %}{{ x }}",
  "{% for x in said.list %}{{ x }}{% endfor %}",
  "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(heard) }}",
  "{% filter upper %}{{ heard }}{% endfilter %}",
  "{% with x = heard %}{{ x }}{% endwith %}",
  "{{ heard if heard is string else 1 }}",
  "{{ heard.split('zz') | first }}",
  "{{ heard[0:] }}",
  "{{ unsafe }}",
  "{{ unsafe ~ unsafe }}",
] as const;

function worldOf(text: string): { scope: Scope; hosts: NonNullable<RenderSettings["hosts"]> } {
  const heard: ValueMap = { heard: text, said: { text, list: [text, { deep: text }] } };
  const written: ValueMap = {
    alias: "{{ heard }}",
    alias2: "x {{ alias }} y",
    unsafe: new UnsafeText(text),
  };
  const scope: Scope = [
    { trusted: true, values: written },
    { trusted: false, values: heard },
  ];
  return { scope, hosts: { names: ["other"], scopeOf: () => scope } };
}

describe("what a host says is never evaluated", () => {
  test("whatever carries it", () => {
    for (const evil of EVIL) {
      const { scope, hosts } = worldOf(evil);
      for (const carrier of CARRIERS) {
        const { settings, called } = canary();
        const all = { ...settings, hosts };
        const rendered = renderValue({ arg: carrier }, scope, all);
        renderText(carrier, scope, all);
        expect({ carrier, calls: called(), kind: rendered.kind }).toEqual({
          carrier,
          calls: 0,
          kind: "rendered",
        });
        // A second pass over the answer is what a careless caller would do with an untrusted layer.
        const again: Scope = [
          {
            trusted: false,
            values: { arg: "value" in rendered ? JSON.stringify(rendered.value) : "" },
          },
        ];
        renderValue("{{ arg }}", again, all);
        expect(called()).toBe(0);
      }
    }
  });

  test("by any filter", () => {
    for (const name of FILTERS.keys())
      for (const evil of EVIL) {
        const { scope } = worldOf(evil);
        const { settings, called } = canary();
        for (const source of [
          `{{ heard | ${name} }}`,
          `{{ said.list | ${name} }}`,
          `{{ said | ${name} }}`,
          `{{ 'x' | ${name}(heard) }}`,
          `{{ [heard] | map('${name}') | list }}`,
        ])
          renderValue(source, scope, settings);
        expect({ name, calls: called() }).toEqual({ name, calls: 0 });
      }
  });

  test("as a condition", () => {
    for (const evil of [...EVIL, "boom()", "boom() == 'BOOM'"]) {
      const { scope } = worldOf(evil);
      for (const condition of [
        "heard",
        "{{ heard }}",
        "{{ alias }}",
        "{{ said.text }}",
        "heard | bool",
        "{{ unsafe }}",
      ]) {
        const { settings, called } = canary();
        evaluateCondition(condition, scope, settings);
        expect({ condition, calls: called() }).toEqual({ condition, calls: 0 });
      }
    }
  });

  test("and comes out as it went in", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("{{", "}}", "{%", "%}", "{#", "#}", " ", "boom()", "'", '"', "\\", "x"),
        ),
        (pieces) => {
          const text = pieces.join("");
          const { scope, hosts } = worldOf(text);
          const { settings, called } = canary();
          for (const carrier of [
            "{{ heard }}",
            "{{ alias }}",
            "{{ hostvars.other.alias }}",
            "{{ unsafe }}",
          ])
            expect(renderValue(carrier, scope, { ...settings, hosts })).toEqual({
              kind: "rendered",
              value: text,
            });
          expect(called()).toBe(0);
        },
      ),
    );
  });
});

/** Payloads against template engines in JavaScript and Python. */
const PAYLOADS = [
  "range.constructor('return 1')()",
  "range.constructor.constructor('return process')()",
  "''.constructor",
  "''['constructor']['constructor']('return this')()",
  "[].constructor",
  "{}.constructor",
  "{}.__proto__",
  "{}['__proto__']",
  "{}.hasOwnProperty('a')",
  "{}.toString()",
  "[].map(1)",
  "[].filter",
  "'a'.length",
  "'a'.charCodeAt(0)",
  "(1).toFixed(2)",
  "(1.5).constructor",
  "true.constructor",
  "none.constructor",
  "lookup.constructor",
  "cfg.constructor.prototype",
  "cfg.valueOf()",
  "loop.constructor",
  "self.constructor",
  "namespace().constructor",
  "namespace(__proto__={}).a",
  "dict(__proto__={'a': 1}).a",
  "dict(constructor=1).constructor.constructor",
  "joiner().constructor",
  "cycler('a').constructor",
  "now().constructor",
  "now().getTime()",
  "boom.constructor('return 1')()",
  "boom.call(1)",
  "boom.apply",
  "omit.constructor",
  "''.__class__.__mro__[1].__subclasses__()",
  "''.__class__.__base__.__subclasses__()[104].__init__.__globals__['sys']",
  "cycler.__init__.__globals__.os.popen('id').read()",
  "lipsum.__globals__['os'].popen('id').read()",
  "self._TemplateReference__context",
  "request.application.__globals__",
  "config.items()",
  "get_flashed_messages.__globals__",
  "''|attr('__class__')",
  "'{0.__class__}'.format('')",
  "'{0[__class__]}'.format('')",
  "'%(__class__)s' % {}",
  "{}|map(attribute='__class__')|first",
  "['']|map(attribute='constructor')|first",
  "[cfg]|map(attribute='__proto__.polluted')|first",
  "[{}]|selectattr('constructor')|list|length > 0",
  "process",
  "globalThis",
  "require('child_process')",
  "import('fs')",
  "this",
  "arguments",
  "eval('1')",
  "Function('return 1')()",
] as const;

describe("no template reaches behind the language", () => {
  const scope: Scope = [{ trusted: true, values: { cfg: { a: 1 } } }];

  test.each(PAYLOADS)("%s", (payload) => {
    const { settings } = canary();
    const rendered = renderValue(`{{ ${payload} }}`, scope, settings);
    // Either a problem, or something harmless: an empty answer or the author's own values.
    const harmless = [undefined, false, 1, "", "BOOM"];
    if (rendered.kind === "rendered") expect(harmless).toContain(rendered.value);
    else expect(rendered.kind).toBe("problem");
    expect(Object.prototype).not.toHaveProperty("polluted");
    expect(Object.prototype).not.toHaveProperty("a");
  });

  test("not by variables called like parts of JavaScript either", () => {
    const values = JSON.parse('{"__proto__": "own", "constructor": "c", "toString": "t"}');
    const own: Scope = [{ trusted: true, values }];
    expect(renderValue("{{ constructor }}{{ toString }}{{ vars['__proto__'] }}", own, {})).toEqual({
      kind: "rendered",
      value: "ctown",
    });
    expect(renderValue("{{ hasOwnProperty }}", own, {}).kind).toBe("problem");
    expect(renderValue("{{ valueOf is defined }}", own, {})).toEqual({
      kind: "rendered",
      value: false,
    });
  });
});
