import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json } from "../../model/json.ts";
import {
  defineChanging,
  StepProblem,
  type Change,
  type Check,
  type Undone,
} from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { readConfigFile, replaceConfigFile } from "../_lightningstream/config-file.ts";
import {
  edited,
  sameValues,
  sha256Of,
  valuesNow,
  writtenAt,
  type ConfigScalar,
  type KeyValues,
} from "../_lightningstream/edit-config.ts";
import { environmentUses } from "../_lightningstream/expand-env.ts";
import { CONFIG_PATH, configParam } from "../_pdns/places.ts";

export interface Params {
  readonly path?: string;
  readonly set?: { readonly [key: string]: ConfigScalar };
  readonly absent?: readonly string[];
}

/** All that undo needs. It holds the file's secrets, as the file does: the journal keeps records encrypted. */
export type Record = {
  readonly path: string;
  /** Of one key its old value, null when it was absent; of several keys a mapping of them. */
  readonly before: ConfigScalar | null | KeyValues;
  readonly keys: KeyValues;
  readonly wanted: KeyValues;
  readonly bytes: string;
  readonly sha256: string;
  readonly after: string;
};

export const step = defineChanging<Params, Record>({
  name: "lightningstream.config",
  summary: "Sets or removes keys of Lightning Stream's configuration, byte for byte",
  description: `
Changes nothing in the file but the values in question: comments, quotes, order and line ends stay, and so do owner and
mode. The new file is on disk before it takes the place of the old one, and Lightning Stream is asked whether it can load
it. A running Lightning Stream reads its configuration only when it starts.

The record keeps the exact old bytes, and of each key its old value, or that it was absent: \`record('id').before\`. Undo
puts the old bytes back; where somebody has changed other keys since, it takes back its own keys alone; where somebody
has changed the same keys, it stops and shows them.

A value that comes from the environment (\`\${LS_PREFIX}\`) is not replaced by a text: change the variable instead.`.trim(),
  params: {
    path: { ...configParam, description: "The configuration file." },
    set: {
      type: "object",
      additionalProperties: { type: ["string", "number", "boolean"] },
      description: "Keys, as a dotted path each, with the value that each must have.",
      examples: [{ "storage.options.global_prefix": "v6" }],
    },
    absent: {
      type: "array",
      items: { type: "string" },
      description: "Keys, as a dotted path each, that must not be there.",
    },
  },
  examples: [
    {
      title: "The prefix of the new schema",
      yaml: "lightningstream.config: { set: { storage.options.global_prefix: v6 } }",
    },
    {
      title: "Back to the root of the bucket",
      yaml: "lightningstream.config: { absent: [storage.options.global_prefix] }",
    },
  ],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [`file:${params.path ?? CONFIG_PATH}`],
  touches: (params) => [`file:${params.path ?? CONFIG_PATH}`],
  check,
  async apply(host, params) {
    const path = params.path ?? CONFIG_PATH;
    const wanted = wantedIn(params);
    const file = await readConfigFile(host, path);
    if (file === undefined) throw new StepProblem("failed", noFile(path));
    const outcome = edited(file.text, path, wanted);
    if (outcome.value === undefined) return { kind: "failed", diagnostic: firstOf(outcome) };
    const bytes = new TextEncoder().encode(outcome.value);
    const after = { sha256: sha256Of(bytes), keys: wanted };
    if (after.sha256 === file.sha256) return { kind: "done", changed: false, after };
    await replaceConfigFile(host, path, { from: file.sha256, text: bytes });
    return { kind: "done", changed: true, after };
  },
  undo,
});

async function check(host: HostReader, params: Params): Promise<Check<Record>> {
  const path = params.path ?? CONFIG_PATH;
  const wanted = wantedIn(params);
  const file = await readConfigFile(host, path);
  if (file === undefined) return { kind: "blocked", diagnostic: noFile(path) };
  const keys = valuesNow(file.text, path, wanted);
  if (sameValues(wanted, keys)) return { kind: "satisfied", seen: keys };
  const refusal = refused(file.text, path, wanted);
  if (refusal !== undefined) return { kind: "blocked", diagnostic: refusal };
  const outcome = edited(file.text, path, wanted);
  if (outcome.value === undefined) return { kind: "blocked", diagnostic: firstOf(outcome) };
  const [change, ...more] = changesBetween(keys, wanted, path);
  if (change === undefined) return { kind: "satisfied", seen: keys };
  const values = Object.values(keys);
  const record: Record = {
    path,
    before: values.length === 1 ? (values[0] ?? null) : keys,
    keys,
    wanted,
    bytes: Buffer.from(file.bytes).toString("base64"),
    sha256: file.sha256,
    after: sha256Of(outcome.value),
  };
  return { kind: "pending", changes: [change, ...more], undo: { kind: "reversible", record } };
}

async function undo(host: HostSession, record: Record, left: Json | undefined): Promise<Undone> {
  const { path } = record;
  const file = await readConfigFile(host, path);
  if (file === undefined) return { kind: "drifted", changes: [gone(path)] };
  if (file.sha256 === record.sha256) return { kind: "already" };
  const before = Buffer.from(record.bytes, "base64");
  if (file.sha256 === (shaIn(left) ?? record.after)) {
    await replaceConfigFile(host, path, { from: file.sha256, text: before });
    return { kind: "done" };
  }
  const now = valuesNow(file.text, path, record.keys);
  if (sameValues(record.keys, now)) return { kind: "already" };
  if (!sameValues(record.wanted, now)) {
    return { kind: "drifted", changes: changesBetween(record.wanted, now, path) };
  }
  const outcome = edited(file.text, path, record.keys);
  if (outcome.value === undefined) return { kind: "failed", diagnostic: firstOf(outcome) };
  const bytes = new TextEncoder().encode(outcome.value);
  await replaceConfigFile(host, path, { from: file.sha256, text: bytes });
  return { kind: "done" };
}

function wantedIn(params: Params): KeyValues {
  const absent = (params.absent ?? []).map((key) => [key, null] as const);
  return { ...params.set, ...Object.fromEntries(absent) };
}

/** What Lightning Stream would not understand, or not as it was meant. */
function refused(text: string, path: string, wanted: KeyValues): Diagnostic | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const written = writtenAt(text, path, key) ?? "";
    const [used] = environmentUses(written);
    if (used !== undefined) {
      return blocked(`${key} in ${path} comes from the environment: ${written}`, {
        hint:
          `Change the variable ${used.name} where the unit gets it (\`systemctl cat lightningstream\` shows Environment= ` +
          "and EnvironmentFile=), or write the value into the file once by hand.",
      });
    }
    if (typeof value === "string" && environmentUses(value).length > 0) {
      return blocked(`the value for ${key} has a dollar sign, which Lightning Stream expands`, {
        hint: "It has no way to write a dollar sign. Choose another value.",
      });
    }
    const storage = writtenAt(text, path, "storage.type") ?? "";
    if (key === "storage.options.global_prefix" && ["fs", "memory"].includes(storage)) {
      return blocked(
        `storage of type ${storage} has no global_prefix: Lightning Stream would not start`,
        {
          hint: "Separate schemas by another `storage.options.root_path` instead.",
        },
      );
    }
  }
  return undefined;
}

function changesBetween(before: KeyValues, after: KeyValues, path: string): readonly Change[] {
  return Object.keys(after)
    .filter((key) => !sameValues({ [key]: after[key] ?? null }, { [key]: before[key] ?? null }))
    .map((key) => ({
      what: `${path} ${key}`,
      before: shown(key, before[key] ?? null),
      after: shown(key, after[key] ?? null),
    }));
}

function shown(key: string, value: ConfigScalar | null): ConfigScalar | null {
  return value !== null && /secret|password|access_key/.test(key) ? "•••" : value;
}

function shaIn(left: Json | undefined): string | undefined {
  const sha = typeof left === "object" && left !== null && "sha256" in left ? left["sha256"] : null;
  return typeof sha === "string" ? sha : undefined;
}

function gone(path: string): Change {
  return { what: path, before: "as this run left it", after: null };
}

function noFile(path: string): Diagnostic {
  return blocked(`${path} does not exist`, {
    hint: "Is Lightning Stream installed on this host? `path:` names another file.",
  });
}

function blocked(summary: string, more: { readonly hint: string }): Diagnostic {
  return { code: "step/config-blocked", severity: "error", summary, ...more };
}

function firstOf(outcome: { readonly problems: readonly Diagnostic[] }): Diagnostic {
  return outcome.problems[0] ?? blocked("the file cannot be edited", { hint: "Edit it by hand." });
}
