import { describe, expect, test } from "@jest/globals";
import { sampleSteps } from "../../test/helpers/sample-steps.ts";
import { hostId, type HostId } from "../model/ids.ts";
import type { Variable } from "../model/inventory.ts";
import type { Json } from "../model/json.ts";
import type { Renderer } from "../model/rendering.ts";
import { isValueMap, type Scope, type Value, type ValueMap } from "../model/value.ts";
import { loadPlaybook } from "./load.ts";
import { plain } from "./plain.ts";
import { resolveInputs, unansweredInputs, type InputSources } from "./resolve-inputs.ts";
import { unusedExtraVars } from "./unused-extra.ts";

const NS1 = hostId("ns1");
const NS2 = hostId("ns2");

function playbookWith(inputs: string) {
  const text = `runbook: 1\nname: x\nhosts: all\ninputs:\n${inputs}\nphases: [{ name: One, tasks: [{ command: "echo {{ prefix }}" }] }]\n`;
  const { playbook, problems } = loadPlaybook(text, "p.yaml", sampleSteps);
  expect(problems).toEqual([]);
  if (playbook === undefined) throw new Error("no playbook");
  return playbook;
}

/** Knows `{{ name }}` and `{{ name['key'] }}`, which is all that these tests write. */
const renderer: Renderer = {
  value(source, scope) {
    if (typeof source !== "string" || !source.includes("{{")) return rendered(plain(source));
    const path = [...source.matchAll(/[A-Za-z_]\w*/g)].map(([word]) => word);
    let value = find(scope, path[0] ?? "");
    if (typeof value === "string") {
      const base = this.value(value, scope);
      if (base.kind !== "rendered") return base;
      value = base.value;
    }
    for (const key of path.slice(1)) value = isValueMap(value) ? value[key] : undefined;
    if (value !== undefined) return this.value(value, scope);
    const summary = `${path.join(".")} is undefined`;
    return { kind: "problem", diagnostic: { code: "jinja/undefined", severity: "error", summary } };
  },
  condition: () => ({ kind: "rendered", value: true }),
  text: (source) => ({ kind: "rendered", value: source }),
  pending: (name) => name,
};

function rendered(value: Json) {
  return { kind: "rendered", value } as const;
}

function find(scope: Scope, name: string): Value | undefined {
  return scope.findLast(({ values }) => Object.hasOwn(values, name))?.values[name];
}

function sources(hosts: { readonly [host: string]: ValueMap }, extra: ValueMap = {}): InputSources {
  const names = Object.keys(hosts).map(hostId);
  const candidates = (host: HostId) =>
    new Map(
      Object.entries(hosts[host] ?? {}).map(([name, value]): [string, readonly Variable[]] => [
        name,
        [{ name, value, from: { kind: "host", host, at: { file: "hosts", line: 3, column: 9 } } }],
      ]),
    );
  const layers = (host: HostId): Scope => [
    { trusted: true, values: hosts[host] ?? {} },
    { trusted: true, values: extra },
  ];
  return { hosts: names, renderer, inventory: { layers, candidates, extraVars: extra } };
}

function codes(outcome: { readonly problems: readonly { readonly code: string }[] }) {
  return outcome.problems.map(({ code }) => code);
}

const PREFIX = "  prefix: { type: string, default: v6, description: the prefix }";
const SCHEMA = "  schema: { type: integer, required: true, description: the schema }";

describe("an input", () => {
  const playbook = playbookWith(PREFIX);

  test("takes its default when nobody gives a value", () => {
    expect(resolveInputs(playbook, sources({ ns1: {}, ns2: {} })).value?.run).toEqual({
      prefix: "v6",
    });
  });

  test("takes the inventory's variable over its default, and -e over both", () => {
    const inventory = { ns1: { prefix: "v7" }, ns2: { prefix: "v7" } };
    expect(resolveInputs(playbook, sources(inventory)).value?.run).toEqual({ prefix: "v7" });
    const extra = resolveInputs(playbook, sources(inventory, { prefix: "v8" }));
    expect(extra.value?.run).toEqual({ prefix: "v8" });
  });

  test("that hosts have different values of is an error that lists them", () => {
    const outcome = resolveInputs(playbook, sources({ ns1: { prefix: "v7" }, ns2: {} }));
    expect(outcome.value).toBeUndefined();
    expect(outcome.problems).toMatchObject([
      {
        code: "playbook/input-differs",
        detail: ['"v7" (variable prefix): ns1', '"v6" (default): ns2'],
      },
    ]);
  });

  test("may differ with per_host", () => {
    const free = playbookWith(PREFIX.replace("default", "per_host: true, default"));
    const { value } = resolveInputs(free, sources({ ns1: { prefix: "v7" }, ns2: {} }));
    expect(value?.run).toEqual({});
    expect(value?.perHost.get(NS1)).toEqual({ prefix: "v7" });
    expect(value?.perHost.get(NS2)).toEqual({ prefix: "v6" });
  });

  test("is read through a path into a variable, templates on the way included", () => {
    const mapped = playbookWith(PREFIX.replace("default", "from: storage.options.prefix, default"));
    const direct = sources({ ns1: { storage: { options: { prefix: "v9" } } } });
    expect(resolveInputs(mapped, direct).value?.run).toEqual({ prefix: "v9" });
    const through = sources({
      ns1: { storage: "{{ common }}", common: { options: { prefix: "v3" } } },
    });
    expect(resolveInputs(mapped, through).value?.run).toEqual({ prefix: "v3" });
  });

  test("takes its default where the key at the end of the path is absent", () => {
    const mapped = playbookWith(PREFIX.replace("default", "from: storage.options.prefix, default"));
    const absent = sources({ ns1: { storage: { options: {} } } });
    expect(resolveInputs(mapped, absent).value?.run).toEqual({ prefix: "v6" });
  });

  test("never falls back to its default because a template failed", () => {
    const outcome = resolveInputs(playbook, sources({ ns1: { prefix: "{{ typo }}" } }));
    expect(codes(outcome)).toEqual(["jinja/undefined"]);
    expect(outcome.problems[0]?.at).toEqual({ file: "hosts", line: 3, column: 9 });
  });

  test("may have a default made from other inputs", () => {
    const two = playbookWith(
      `  base: { type: string, default: v5, description: one }\n  prefix: { type: string, default: "{{ base }}", description: two }`,
    );
    expect(resolveInputs(two, sources({ ns1: {} })).value?.run).toEqual({
      base: "v5",
      prefix: "v5",
    });
  });
});

describe("a typed input", () => {
  const playbook = playbookWith(SCHEMA);

  test("takes text from the command line in its type", () => {
    expect(resolveInputs(playbook, sources({ ns1: {} }, { schema: "6" })).value?.run).toEqual({
      schema: 6,
    });
  });

  test("is refused with the place of the variable when the type is wrong", () => {
    const outcome = resolveInputs(playbook, sources({ ns1: { schema: "six" } }));
    expect(outcome.problems).toMatchObject([
      {
        code: "playbook/input-value",
        summary: 'the input "schema" must be a whole number, not "six"',
        at: { file: "hosts", line: 3, column: 9 },
      },
    ]);
  });

  test("that is required and missing is asked for, or an error", () => {
    const without = sources({ ns1: {} });
    expect(unansweredInputs(playbook, without).map(({ name }) => name)).toEqual(["schema"]);
    expect(codes(resolveInputs(playbook, without))).toEqual(["playbook/input-missing"]);
    const answered = { ...without, answers: { schema: "6" } };
    expect(unansweredInputs(playbook, answered)).toEqual([]);
    expect(resolveInputs(playbook, answered).value?.run).toEqual({ schema: 6 });
  });
});

describe("a variable of -e that nothing uses", () => {
  const playbook = playbookWith(PREFIX);
  const unused = (hosts: { [host: string]: ValueMap }, extra: ValueMap) => {
    const of = sources(hosts, extra);
    return unusedExtraVars(playbook, of.inventory, of.hosts);
  };

  test("is a warning that names the input which was meant", () => {
    expect(unused({ ns1: {} }, { prefx: "v6" })).toMatchObject([
      { severity: "warning", hint: 'Did you mean "prefix"?' },
    ]);
  });

  test("is none when the inventory has or mentions it, or when it is about connections", () => {
    expect(unused({ ns1: { a: 1, b: "{{ c }}" } }, { a: 2, c: 3, ansible_user: "x" })).toEqual([]);
  });
});
