import { describe, expect, test } from "@jest/globals";
import { UnsafeText, VaultText, WholeFloat } from "../model/value.ts";
import type { Scope, Value, ValueMap } from "../model/value.ts";
import { PENDING, renderValue, toJson } from "./index.ts";
import type { RenderSettings } from "./index.ts";

function trusted(values: ValueMap): Scope {
  return [{ trusted: true, values }];
}

function render(source: Value, values: ValueMap = {}, settings: RenderSettings = {}) {
  return renderValue(source, trusted(values), settings);
}

const at = { file: "play.yml", line: 10, column: 9 };

describe("renderValue", () => {
  test("keeps the type of a single expression and never reads text again", () => {
    const source = { port: "{{ p }}", text: "{{ p }}{{ p }}", list: "[{{ p }}]", mode: "0644" };
    expect(render(source, { p: 80 })).toEqual({
      kind: "rendered",
      value: { port: 80, text: "8080", list: "[80]", mode: "0644" },
    });
  });

  test("renders variables when they are used, so that a broken one that nobody uses does no harm", () => {
    const values = {
      fqdn: "{{ name }}.{{ domain }}",
      name: "ns1",
      domain: "example.net",
      bad: "{{ nope }}",
    };
    expect(render("{{ fqdn }}", values)).toEqual({ kind: "rendered", value: "ns1.example.net" });
  });

  test("leaves out keys and elements that are omit, and says when all of it is", () => {
    expect(render({ a: "{{ omit }}", b: ["{{ omit }}", 1] })).toEqual({
      kind: "rendered",
      value: { b: [1] },
    });
    expect(render("{{ missing | default(omit) }}")).toEqual({ kind: "omitted" });
  });

  test("takes the highest layer that has a name", () => {
    const scope: Scope = [
      { trusted: true, values: { a: "low", b: "low" } },
      { trusted: true, values: { a: "high" } },
    ];
    expect(renderValue("{{ a }} {{ b }}", scope, {})).toEqual({
      kind: "rendered",
      value: "high low",
    });
  });

  test("reads an attribute that is null as none, not as missing", () => {
    const values = { record: { before: null }, items: [1, null, 2] };
    expect(render("{{ record.before }}", values)).toEqual({ kind: "rendered", value: null });
    expect(
      render("{% for i in items %}{{ loop.previtem is defined }} {% endfor %}", values),
    ).toEqual({ kind: "rendered", value: "False True True " });
    expect(
      render("{% set x = 1 %}{% for i in [1] %}{% set x = none %}{{ x is none }}{% endfor %}"),
    ).toEqual({ kind: "rendered", value: true });
  });

  test("turns whole floats and large integers into JSON numbers", () => {
    expect(render({ a: new WholeFloat(2), b: "{{ 7 / 7 }}", c: 12345678901234567890n })).toEqual({
      kind: "rendered",
      value: { a: 2, b: 1, c: 12345678901234567000 },
    });
  });

  test("calls functions that it was handed, and takes their answers as plain text", () => {
    const functions = {
      record: (args: readonly unknown[]) => ({ before: `{{ ${String(args[0])} }}` }),
    };
    expect(render("{{ record('prefix').before }}", {}, { functions })).toEqual({
      kind: "rendered",
      value: "{{ prefix }}",
    });
  });

  test("renders hostvars in the scope of the host that they belong to", () => {
    const scopes = new Map([
      ["a", trusted({ name: "alpha", full: "{{ name }}.net" })],
      ["b", trusted({ name: "beta", full: "{{ name }}.net" })],
    ]);
    const hosts = { names: [...scopes.keys()], scopeOf: (host: string) => scopes.get(host) };
    const source = "{{ hostvars['b'].full }} {{ full }} {{ hostvars | length }}";
    expect(renderValue(source, scopes.get("a") ?? [], { hosts })).toEqual({
      kind: "rendered",
      value: "beta.net alpha.net 2",
    });
  });

  test("does not change the values that it was handed", () => {
    const list = ["a"];
    const map = { k: list };
    render("{{ l.append('b') }}{{ m.update({'x': 1}) }}{{ m.k.append(1) }}", { l: list, m: map });
    expect({ list, map }).toEqual({ list: ["a"], map: { k: ["a"] } });
  });
});

describe("a problem", () => {
  function problem(source: Value, values: ValueMap = {}, settings: RenderSettings = {}) {
    const rendered = renderValue(source, trusted(values), settings, at);
    if (rendered.kind !== "problem") throw new Error(`expected a problem, got ${rendered.kind}`);
    return rendered.diagnostic;
  }

  test("names the variable, its place, and what was probably meant", () => {
    expect(problem("port={{ http_prt }}", { http_port: 1 })).toEqual({
      code: "jinja/undefined",
      severity: "error",
      summary: "'http_prt' is undefined",
      hint: 'Did you mean "http_port"?',
      at: { file: "play.yml", line: 10, column: 17 },
    });
  });

  test("points into the right line of a text of several lines", () => {
    expect(problem("a\nb {{ 1 + nope }}").at).toEqual({ file: "play.yml", line: 11, column: 10 });
  });

  test("shows the chain of variables that led to it", () => {
    const values = { url: "https://{{ fqdn }}/", fqdn: "{{ host_nam }}.net", host_name: "a" };
    const { summary, detail, hint, at: place } = problem("see {{ url }}", values);
    expect(summary).toBe("'host_nam' is undefined");
    expect(detail).toEqual(["needed by: url → fqdn"]);
    expect(hint).toBe('Did you mean "host_name"?');
    expect(place).toEqual({ file: "play.yml", line: 10, column: 16 });
  });

  test("says in which argument it is, and stands where the arguments stand", () => {
    const { detail, at: place } = problem({ users: [{ name: "ok" }, { name: "{{ nope }}" }] });
    expect(detail).toEqual(["in: users[1].name"]);
    expect(place).toEqual(at);
  });

  test("tells which keys there are", () => {
    expect(problem("{{ cfg.prot }}", { cfg: { port: 1, host: "x" } }).hint).toBe(
      "It has: port, host",
    );
  });

  test("is one for variables that need each other", () => {
    const { code, summary } = problem("{{ a }}", { a: "{{ b }}", b: "{{ a }}" });
    expect(code).toBe("jinja/recursion");
    expect(summary).toMatch(/Recursive loop/);
  });

  test("is the diagnostic of the vault room when a value cannot be decrypted", () => {
    const secret = new VaultText("$ANSIBLE_VAULT;1.1;AES256\n00", {
      file: "v.yml",
      line: 3,
      column: 5,
    });
    const thrown = { code: "vault/no-password", severity: "error", summary: "no password" };
    const decrypt = () => {
      throw thrown;
    };
    expect(problem("{{ pw }}", { pw: secret }, { decrypt })).toEqual({
      ...thrown,
      at: { file: "v.yml", line: 3, column: 5 },
      detail: [],
    });
    expect(problem("{{ pw }}", { pw: secret }).hint).toMatch(/--ask-vault-pass/);
  });

  test("suggests the cure for numbers that are text", () => {
    expect(problem("{{ '5' + 1 }}").hint).toMatch(/\| int/);
    expect(problem("{{ range(3) }}").hint).toMatch(/\| list/);
    expect(problem("{{ 'x' if false }}").hint).toMatch(/else/);
  });

  test("refuses lookups that would run programs", () => {
    const { code, hint } = problem("{{ lookup('pipe', 'id') }}");
    expect(code).toBe("jinja/unsupported");
    expect(hint).toMatch(/register/);
  });
});

describe("what a plan does not know", () => {
  const scope: Scope = [
    { trusted: true, values: { alias: "{{ before.count }}", port: 1 } },
    { trusted: false, values: { before: PENDING, after: PENDING, part: { a: 1, b: PENDING } } },
  ];

  test("makes every rendering that uses it unknown, with the names", () => {
    expect(renderValue("{{ before }}", scope, {})).toEqual({ kind: "unknown", names: ["before"] });
    expect(renderValue("{{ alias | default(1) }}", scope, {})).toEqual({
      kind: "unknown",
      names: ["before"],
    });
    expect(renderValue("{{ before is defined }}", scope, {})).toEqual({
      kind: "unknown",
      names: ["before"],
    });
    expect(renderValue({ a: "{{ after }}", b: ["{{ before.x }}"] }, scope, {})).toEqual({
      kind: "unknown",
      names: ["after", "before"],
    });
  });

  test("does not matter where it is not used", () => {
    expect(renderValue("{{ port if true else before }}", scope, {})).toEqual({
      kind: "rendered",
      value: 1,
    });
    expect(renderValue("{{ part.a }}", scope, {})).toEqual({ kind: "rendered", value: 1 });
    expect(renderValue("{{ part.b }}", scope, {}).kind).toBe("unknown");
  });

  test("gives way to a problem, which will not go away", () => {
    expect(renderValue(["{{ before }}", "{{ nope }}"], scope, {}).kind).toBe("problem");
  });
});

test("toJson drops the distinctions that JSON cannot make", () => {
  expect(toJson({ a: new WholeFloat(2), b: new UnsafeText("{{ x }}"), c: [1n, null] })).toEqual({
    a: 2,
    b: "{{ x }}",
    c: [1, null],
  });
});
