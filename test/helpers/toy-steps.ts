/**
 * A world small enough to enumerate: hosts hold keys with values, and count what is done to them. Its steps: `put` (changing,
 * idempotent, reversible), `install` (the same by jobs), `strike` (changing, not idempotent, a job), `holds` and
 * `only_done` (reading).
 */
import { sh } from "../../src/model/command.ts";
import type { HostId } from "../../src/model/ids.ts";
import type { AnyStep, StepRegistry } from "../../src/model/step.ts";
import { defineChanging, defineReading } from "../../src/model/step.ts";
import { ask, mustChange, runJob } from "../../src/steps/ask.ts";
import type { Asked, ScriptedAnswer, ScriptedFault } from "../../src/transport/scripted.ts";
import { ScriptedHosts } from "../../src/transport/scripted.ts";

export class World {
  readonly keys = new Map<HostId, Map<string, string>>();
  /** Effects in the order in which they happened: "a put x 1", "a strike bell". */
  readonly effects: string[] = [];
  /** Hosts on which `put` of this key fails. */
  readonly broken = new Set<string>();
  readonly unreachable = new Set<HostId>();
  fault: ((asked: Asked) => ScriptedFault | undefined) | undefined;
  lockFree = true;
  readonly #locks = new Map<HostId, string>();
  readonly hosts: ScriptedHosts;

  constructor() {
    this.hosts = new ScriptedHosts({
      answer: (asked) => this.#answer(asked),
      fault: (asked) => this.fault?.(asked),
      opens: (host) =>
        this.unreachable.has(host)
          ? {
              kind: "unreachable",
              diagnostic: {
                code: "transport/gone",
                severity: "error",
                summary: `${host} does not answer`,
              },
            }
          : { kind: "open" },
    });
  }

  of(host: HostId): Map<string, string> {
    const known = this.keys.get(host) ?? new Map<string, string>();
    this.keys.set(host, known);
    return known;
  }

  /** Everything on every host, comparable. */
  picture(): string {
    return JSON.stringify(
      [...this.keys]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([host, keys]) => [host, [...keys].toSorted(([x], [y]) => (x < y ? -1 : 1))]),
    );
  }

  #answer({ host, text }: Asked): ScriptedAnswer {
    const keys = this.of(host);
    if (text.includes("/lock")) return this.#lock(host, text);
    const [verb = "", key = "", value = ""] = text
      .split(" ")
      .map((word) => word.replaceAll("'", ""));
    switch (verb) {
      case "get":
        return { stdout: keys.get(key) ?? "", code: keys.has(key) ? 0 : 1 };
      case "put":
        if (this.broken.has(`${host} ${key}`)) return { code: 1, stderr: `cannot put ${key}` };
        this.effects.push(`${host} put ${key} ${value}`);
        keys.set(key, value);
        return {};
      case "drop":
        this.effects.push(`${host} drop ${key}`);
        keys.delete(key);
        return {};
      case "strike":
        this.effects.push(`${host} strike ${key}`);
        keys.set(key, String(Number(keys.get(key) ?? 0) + 1));
        return { stdout: "struck" };
      default:
        return { code: 127, stderr: `no such command: ${text}` };
    }
  }

  #lock(host: HostId, text: string): ScriptedAnswer {
    const run = /RUN-[a-z0-9-]+/.exec(text)?.[0] ?? "";
    const holder = this.#locks.get(host);
    if (text.includes("printf")) {
      if (holder !== undefined && holder !== run)
        return { stdout: `held\n${holder} 1\nwho somebody\n` };
      this.#locks.set(host, run);
      return { stdout: "taken fenced\n" };
    }
    if (holder === run) this.#locks.delete(host);
    return {};
  }

  lockHolder(host: HostId): string | undefined {
    return this.#locks.get(host);
  }
}

type Put = {
  readonly key: string;
  readonly value: string;
};

const put = defineChanging<Put, Put & { readonly before: string | null }>({
  name: "put",
  summary: "sets a key",
  description: "Sets a key of a host to a value.",
  params: {
    key: { type: "string", description: "the key", required: true },
    value: { type: "string", description: "its value", required: true },
  },
  examples: [{ title: "one", yaml: "put: { key: a, value: b }" }],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: ({ key }) => [`key:${key}`],
  touches: ({ key }) => [`key:${key}`],
  async check(host, { key, value }) {
    const now = await ask(host, sh`get ${key}`);
    const before = now.code === 0 ? now.out : null;
    if (before === value) return { kind: "satisfied" };
    return {
      kind: "pending",
      changes: [{ what: key, before, after: value }],
      undo: { kind: "reversible", record: { key, value, before } },
    };
  },
  async apply(host, { key, value }) {
    await mustChange(host, sh`put ${key} ${value}`);
    return { kind: "done", changed: true, after: { key, value } };
  },
  async undo(host, { key, value, before }) {
    const now = await ask(host, sh`get ${key}`);
    const current = now.code === 0 ? now.out : null;
    if (current === before) return { kind: "already" };
    if (current !== value)
      return { kind: "drifted", changes: [{ what: key, before: value, after: current }] };
    await mustChange(host, before === null ? sh`drop ${key}` : sh`put ${key} ${before}`);
    return { kind: "done" };
  },
});

const install = defineChanging<Put, Put & { readonly before: string | null }>({
  ...put,
  name: "install",
  summary: "sets a key by a job",
  description: "Sets a key of a host to a value, in a job that is left alone.",
  examples: [{ title: "one", yaml: "install: { key: a, value: b }" }],
  cancel: "leave",
  async apply(host, { key, value }) {
    await runJob(host, sh`put ${key} ${value}`, { name: "main", cancel: "leave" });
    return { kind: "done", changed: true, after: { key, value } };
  },
  async undo(host, { key, before }) {
    const now = await ask(host, sh`get ${key}`);
    if ((now.code === 0 ? now.out : null) === before) return { kind: "already" };
    const back = before === null ? sh`drop ${key}` : sh`put ${key} ${before}`;
    await runJob(host, back, { name: "back", cancel: "leave" });
    return { kind: "done" };
  },
});

const strike = defineChanging<{ readonly key: string }, null>({
  name: "strike",
  summary: "counts up",
  description: "Counts a key up by one: done twice it is wrong.",
  params: { key: { type: "string", description: "the key", required: true } },
  examples: [{ title: "one", yaml: "strike: { key: bell }" }],
  shorthand: "key",
  where: "host",
  idempotent: false,
  cancel: "leave",
  reads: () => [],
  touches: () => ["*"],
  check: ({ id }, { key }) =>
    Promise.resolve({
      kind: "pending",
      changes: [{ what: `${id} ${key}`, before: null, after: "struck" }],
      undo: { kind: "no-inverse" },
    }),
  async apply(host, { key }) {
    const answer = await runJob(host, sh`strike ${key}`, { name: "main", cancel: "leave" });
    return { kind: "done", changed: true, after: null, result: { said: answer.out } };
  },
  undo: () => Promise.resolve({ kind: "already" }),
});

interface Holds {
  readonly key: string;
  readonly value?: string;
  readonly equal_everywhere?: boolean;
}

const holds = defineReading<Holds, { readonly value: string | null }>({
  name: "holds",
  summary: "looks at a key",
  description: "Fails unless the key has the value, or one value on all judged hosts.",
  params: {
    key: { type: "string", description: "the key", required: true },
    value: { type: "string", description: "the value" },
    equal_everywhere: { type: "boolean", description: "one value on all hosts" },
  },
  examples: [{ title: "one", yaml: "holds: { key: a, value: b }" }],
  where: "host",
  reads: ({ key }) => [`key:${key}`],
  async observe(host, { key }) {
    const now = await ask(host, sh`get ${key}`);
    return { value: now.code === 0 ? now.out : null };
  },
  judge(sightings, view) {
    const judged = sightings.filter(({ host }) => view.judged.has(host));
    const values = new Set(judged.map(({ seen }) => seen.value));
    return sightings.map(({ host, params, seen }) => {
      const wrong =
        (params.value !== undefined && seen.value !== params.value) ||
        (params.equal_everywhere === true && values.size > 1);
      return wrong
        ? {
            kind: "fails",
            diagnostic: {
              code: "step/toy",
              severity: "error",
              summary: `${params.key} is ${seen.value ?? "absent"} on ${host}, not ${params.value ?? "the same everywhere"}`,
            },
          }
        : { kind: "holds" };
    });
  },
});

const onlyDone = defineReading<{ readonly key: string }, { readonly there: boolean }>({
  name: "only_done",
  summary: "looks who has a key",
  description:
    "Fails when a host has the key that is not known to be done, or is not known at all.",
  params: { key: { type: "string", description: "the key", required: true } },
  examples: [{ title: "one", yaml: "only_done: { key: a }" }],
  where: "host",
  reads: ({ key }) => [`key:${key}`],
  async observe(host, { key }) {
    return { there: (await ask(host, sh`get ${key}`)).code === 0 };
  },
  judge(sightings, view) {
    const writers = sightings.filter(({ seen }) => seen.there).map(({ host }) => host);
    const strangers = writers.filter((host) => !view.atGoal.has(host));
    return sightings.map(() =>
      strangers.length === 0
        ? { kind: "holds" }
        : {
            kind: "fails",
            diagnostic: {
              code: "step/toy",
              severity: "error",
              summary: `${strangers.join(", ")} is not done`,
            },
          },
    );
  },
});

export const toySteps: StepRegistry = new Map<string, AnyStep>(
  [put, install, strike, holds, onlyDone].map((step) => [step.name, step]),
);
