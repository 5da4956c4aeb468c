/**
 * A world small enough to enumerate: hosts hold keys with values, and count what is done to them. Its steps: `put` (changing,
 * idempotent, reversible), `install` (the same by jobs), `note` (the same on the controller), `strike` (changing, not
 * idempotent, a job), `knock` (the same without a job), `holds` and `only_done` (reading).
 */
import type { Clock } from "../../src/model/clock.ts";
import { sh } from "../../src/model/command.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { ControllerFiles } from "../../src/model/files.ts";
import type { HostId } from "../../src/model/ids.ts";
import { CONTROLLER } from "../../src/model/ids.ts";
import type { AnyStep, StepRegistry } from "../../src/model/step.ts";
import { defineChanging, defineReading } from "../../src/model/step.ts";
import { ask, mustChange, runJob } from "../../src/steps/ask.ts";
import type { Asked, ScriptedAnswer, ScriptedFault } from "../../src/transport/scripted.ts";
import { ScriptedHosts } from "../../src/transport/scripted.ts";

/** One thing that was done to a machine, and how many lines its journal had at that moment. */
export interface Effect {
  readonly on: HostId;
  readonly verb: string;
  readonly key: string;
  readonly value: string;
  readonly lines: number;
  /** How the command was sent: one that may change something, or one that may not. */
  readonly asked: Asked["kind"];
}

interface Lock {
  readonly run: string;
  readonly fencing: number;
  /** Absent: of somebody who says nothing of it. */
  readonly life?: string;
}

export class World {
  readonly keys = new Map<HostId, Map<string, string>>();
  /** Effects in the order in which they happened: "a put x 1", "a strike bell". */
  readonly effects: string[] = [];
  readonly log: Effect[] = [];
  /** Hosts on which `put` of this key fails. */
  readonly broken = new Set<string>();
  readonly unreachable = new Set<HostId>();
  /** Commands that take time: their effect comes at their end. "a release" to milliseconds. */
  readonly slow = new Map<string, number>();
  fault: ((asked: Asked) => ScriptedFault | undefined) | undefined;
  /** Whether all users of a host see its lock, or only the one who took it. */
  lockKind: "fenced" | "private" = "fenced";
  /** The plan is on disk: what is asked from now on belongs to the run. */
  planned = false;
  /** Nothing that a controller sends after its death arrives. */
  isControllerDead = false;
  /** Told of every effect when it has happened, with how many there were. */
  happened: ((effects: number) => void) | undefined;
  /** Lines that are on disk. */
  written: () => number = () => 0;
  readonly #locks = new Map<HostId, Lock>();
  readonly #coming: { readonly at: number; readonly happens: () => void }[] = [];
  readonly #clock: Clock | undefined;
  readonly hosts: ScriptedHosts;

  constructor(clock?: Clock) {
    this.#clock = clock;
    this.hosts = new ScriptedHosts({
      answer: (asked) => this.#answer(asked),
      fault: (asked) =>
        this.isControllerDead || this.unreachable.has(asked.host)
          ? "lost-before"
          : this.fault?.(asked),
      lock: (host) => this.#locks.get(host),
      ...(clock && { clock }),
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
    this.#arrive();
    const known = this.keys.get(host) ?? new Map<string, string>();
    this.keys.set(host, known);
    return known;
  }

  /** Everything on every host, comparable. */
  picture(): string {
    this.#arrive();
    return JSON.stringify(
      [...this.keys]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([host, keys]) => [host, [...keys].toSorted(([x], [y]) => (x < y ? -1 : 1))]),
    );
  }

  /** The controller's files are keys of the controller. */
  files(): ControllerFiles {
    return {
      read: (path) => {
        const text = this.of(CONTROLLER).get(path);
        return Promise.resolve(
          text === undefined
            ? { kind: "absent", path }
            : { kind: "bytes", path, bytes: new TextEncoder().encode(text), mode: 0o644 },
        );
      },
      replace: (path, bytes) => {
        if (this.isControllerDead) return Promise.resolve({ kind: "written" });
        const value = new TextDecoder().decode(bytes);
        if (value === "") this.#happen(CONTROLLER, "drop", path, "", "change");
        else this.#happen(CONTROLLER, "put", path, value, "change");
        return Promise.resolve({ kind: "written" });
      },
      resolve: (path) => path,
    };
  }

  #arrive(): void {
    while ((this.#coming[0]?.at ?? Infinity) <= (this.#clock?.now() ?? 0))
      this.#coming.shift()?.happens();
  }

  #happen(on: HostId, verb: string, key: string, value: string, asked: Asked["kind"]): void {
    const keys = this.keys.get(on) ?? new Map<string, string>();
    this.keys.set(on, keys);
    this.effects.push([on, verb, key, ...(verb === "put" ? [value] : [])].join(" "));
    this.log.push({ on, verb, key, value, lines: this.written(), asked });
    this.happened?.(this.log.length);
    if (verb === "put") keys.set(key, value);
    else if (verb === "drop") keys.delete(key);
    else keys.set(key, String(Number(keys.get(key) ?? 0) + 1));
  }

  #answer({ host, text, kind }: Asked): ScriptedAnswer {
    const keys = this.of(host);
    if (text.includes("/lock")) return this.#lock(host, text);
    const [verb = "", key = "", value = ""] = (text.match(/'[^']*'|\S+/g) ?? []).map((word) =>
      word.replaceAll("'", ""),
    );
    if (verb === "get") return { stdout: keys.get(key) ?? "", code: keys.has(key) ? 0 : 1 };
    if (!["put", "drop", "strike", "knock"].includes(verb))
      return { code: 127, stderr: `no such command: ${text}` };
    if (verb !== "drop" && this.broken.has(`${host} ${key}`))
      return { code: 1, stderr: `cannot ${verb} ${key}` };
    const takesMs = this.slow.get(`${host} ${key}`);
    const happens = () => this.#happen(host, verb, key, value, kind);
    if (takesMs === undefined || !this.#clock) happens();
    else this.#coming.push({ at: this.#clock.now() + takesMs, happens });
    return { ...(verb === "strike" && { stdout: "struck" }), ...(takesMs && { takesMs }) };
  }

  #lock(host: HostId, text: string): ScriptedAnswer {
    const [, run = "", number = "0"] = /(RUN-[a-z0-9-]+)(?: (\d+))?/.exec(text) ?? [];
    const holder = this.#locks.get(host);
    if (text.includes("printf")) {
      const life = /^life (\S+)$/m.exec(text)?.[1] ?? "";
      const lives = / case ' (.*?) ' in/.exec(text)?.[1]?.split(" ") ?? [];
      const own = holder?.run === run && holder.fencing === Number(number) && holder.life === life;
      const older =
        holder?.run === run &&
        holder.fencing < Number(number) &&
        (holder.life === undefined || lives.includes(holder.life));
      if (holder && !own && !older) {
        const words = holder.life === undefined ? "" : `life ${holder.life}\n`;
        return { stdout: `held\n${holder.run} ${holder.fencing}\n${words}who somebody\n` };
      }
      this.#locks.set(host, { run, fencing: Number(number), life });
      return { stdout: `taken ${this.lockKind}\n` };
    }
    if (holder?.run === run) this.#locks.delete(host);
    return {};
  }

  /** Somebody else holds it. */
  seize(host: HostId, run: string, fencing = 1): void {
    this.#locks.set(host, { run, fencing });
  }

  lockHolder(host: HostId): string | undefined {
    return this.#locks.get(host)?.run;
  }

  get locked(): readonly HostId[] {
    return [...this.#locks.keys()];
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
  async apply(host, { key, value }, { timeoutMs }) {
    const how = { name: "main", cancel: "leave", timeoutMs } as const;
    const ended = await runJob(host, sh`put ${key} ${value}`, how);
    return ended.code === 0
      ? { kind: "done", changed: true, after: { key, value } }
      : { kind: "failed", diagnostic: toy(ended.err) };
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
    return answer.code === 0
      ? { kind: "done", changed: true, after: null, result: { said: answer.out } }
      : { kind: "failed", diagnostic: toy(answer.err) };
  },
  undo: () => Promise.resolve({ kind: "already" }),
});

const knock = defineChanging<{ readonly key: string }, null>({
  ...strike,
  name: "knock",
  summary: "counts up without a job",
  description:
    "Counts a key up by one, and leaves nothing on the host by which that could be told.",
  examples: [{ title: "one", yaml: "knock: { key: door }" }],
  jobless: true,
  async apply(host, { key }) {
    await mustChange(host, sh`knock ${key}`);
    return { kind: "done", changed: true, after: null };
  },
});

const note = defineChanging<Put, Put & { readonly before: string | null }>({
  ...put,
  name: "note",
  summary: "sets a key of the controller",
  description: "Sets a key of the controller to a value.",
  examples: [{ title: "one", yaml: "note: { key: a, value: b }" }],
  where: "controller",
  async check(_, { key, value }, { files }) {
    const before = await noted(files, key);
    if (before === value) return { kind: "satisfied" };
    return {
      kind: "pending",
      changes: [{ what: key, before, after: value }],
      undo: { kind: "reversible", record: { key, value, before } },
    };
  },
  async apply(_, { key, value }, { files }) {
    await files.replace(key, new TextEncoder().encode(value));
    return { kind: "done", changed: true, after: { key, value } };
  },
  async undo(_, { key, before }, _left, { files }) {
    if ((await noted(files, key)) === before) return { kind: "already" };
    await files.replace(key, new TextEncoder().encode(before ?? ""));
    return { kind: "done" };
  },
});

async function noted(files: ControllerFiles, key: string): Promise<string | null> {
  const file = await files.read(key);
  return file.kind === "bytes" ? new TextDecoder().decode(file.bytes) : null;
}

function toy(summary: string): Diagnostic {
  return { code: "step/toy", severity: "error", summary };
}

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
  [put, install, note, strike, knock, holds, onlyDone].map((step) => [step.name, step]),
);
