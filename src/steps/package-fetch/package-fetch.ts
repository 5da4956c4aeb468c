import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import { defineChanging, type Change, type StepTools, type Undone } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { ask, mustChange, runJob } from "../ask.ts";
import {
  LOCK_SCHEMA,
  NAME_SCHEMA,
  namesOf,
  seconds,
  SOURCE_SCHEMA,
  sourcePath,
  sourceText,
  unusableNames,
  VERSION_DESCRIPTION,
  writeSource,
  type PackageSource,
} from "../_apt/params.ts";
import { packagesBefore, wayBack, type PackageBefore } from "../_apt/record.ts";
import { situationOf, type Situation } from "../_apt/situation.ts";
import { fetchPackages } from "../_apt/transaction.ts";
import { transactionFailed } from "../_apt/trouble.ts";

interface FetchParams {
  readonly name: string | readonly string[];
  readonly version: string;
  readonly keep_old?: boolean;
  readonly source?: PackageSource;
  readonly update_cache?: boolean | number;
  readonly lock_timeout?: number | string;
}

interface FetchRecord extends JsonObject {
  readonly source: { readonly path: string; readonly before: string | null };
}

type Known = Extract<Situation, { readonly kind: "known" }>;

export const step = defineChanging<FetchParams, FetchRecord>({
  name: "package.fetch",
  summary: "Download packages and keep the installed ones, before anything is stopped",
  description: `Nothing is installed. The new packages and all that they need are in apt's cache afterwards, so no download happens while a server is silent; and the packages as they are now lie in /var/lib/runbook/packages, each with its checksum, so that going back needs no repository.

Where an old package can be had neither from apt's cache nor from a source, the task is blocked: there would be no way back.`,
  params: {
    name: { ...NAME_SCHEMA, required: true },
    version: {
      type: "string",
      required: true,
      description: VERSION_DESCRIPTION,
      examples: ["5.1.*"],
    },
    keep_old: {
      type: "boolean",
      default: true,
      description: "Whether the installed packages are kept for the way back.",
    },
    source: SOURCE_SCHEMA,
    update_cache: {
      type: ["boolean", "integer"],
      default: false,
      description:
        "Whether apt's lists are refreshed before versions are resolved. A number of seconds refreshes only lists that are older.",
    },
    lock_timeout: LOCK_SCHEMA,
  },
  examples: [
    {
      title: "Have the new release on the host, and the old one kept",
      yaml: 'package.fetch: { name: [pdns-server, pdns-backend-lmdb, pdns-tools], version: "5.1.*", keep_old: true }',
    },
  ],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: (params) => [
    ...namesOf(params.name).map((name) => `package:${name}` as const),
    "file:/etc/apt",
    "packages:kept",
  ],
  touches: (params) => [
    "packages:kept",
    ...(params.source === undefined ? [] : [`file:${sourcePath(params.source)}` as const]),
  ],

  async check(host, params, tools) {
    const wrong = unusableNames(namesOf(params.name), params.version, params.source);
    if (wrong !== undefined) return { kind: "blocked", diagnostic: wrong };
    const situation = await fetchSituation(host, params, tools);
    if (situation.kind === "blocked") return situation;
    const lost = oldOnes(params, situation).filter((one) => one.way === "nowhere");
    if (lost.length > 0) return { kind: "blocked", diagnostic: noWayBack(lost, situation) };
    const missing = missingFiles(situation);
    const [change, ...more] = changesShown(params, situation, missing);
    if (change === undefined) return { kind: "satisfied", seen: seen(situation) };
    if (!situation.look.root) return { kind: "blocked", diagnostic: NEEDS_ROOT };
    const { source } = params;
    return {
      kind: "pending",
      changes: [change, ...more],
      undo:
        source === undefined || !situation.addsSource
          ? { kind: "nothing" }
          : {
              kind: "reversible",
              record: {
                source: { path: sourcePath(source), before: situation.look.sourceFile ?? null },
              },
            },
      pins: pinsFor(situation),
    };
  },

  async apply(host, params, tools) {
    const situation = await fetchSituation(host, params, tools);
    if (situation.kind === "blocked") return { kind: "failed", diagnostic: situation.diagnostic };
    const { source } = params;
    const old = oldOnes(params, situation);
    const answer = await runJob(
      host,
      fetchPackages(
        wordsOf(situation),
        old.filter((one) => one.way !== "kept"),
        {
          lockSeconds: seconds(params.lock_timeout ?? 300),
          update: situation.update || source !== undefined,
          ...(source === undefined
            ? {}
            : { source: { path: sourcePath(source), text: sourceText(source) } }),
        },
      ),
      { name: "fetch", timeoutMs: tools.timeoutMs, cancel: "safe" },
    );
    const failed = answer.out.split("\n").filter((line) => /^not-(kept|downloaded):/.test(line));
    if (failed.length > 0 || answer.code !== 0) {
      const wrong = failed.map((line) => line.replace(":", " ").trim());
      return {
        kind: "failed",
        diagnostic: transactionFailed(wrong, `${answer.out}\n${answer.err}`),
      };
    }
    const after = {
      ...seen(situation),
      packages: old.map(({ package: name, version }) => ({ package: name, version })),
      ...(source === undefined ? {} : { source: sourceText(source) }),
    };
    return { kind: "done", changed: true, after, result: after };
  },

  undo: (host, record, left) => undoSource(host, record, left),
});

/** The packages that are installed now in another version than the one asked for, and where they can be had. */
function oldOnes(params: FetchParams, { look, targets }: Known) {
  if (params.keep_old === false) return [];
  return packagesBefore(targets, look).flatMap(({ package: name, version, sha256 }) =>
    version === null
      ? []
      : [
          {
            package: name,
            version,
            way: wayBack(name, version, look),
            ...(sha256 === undefined ? {} : { sha256 }),
          },
        ],
  );
}

function fetchSituation(
  host: HostReader,
  params: FetchParams,
  tools: StepTools,
): Promise<Situation> {
  const { update_cache: update, source, version } = params;
  const freshFor = update === true ? 0 : update === false ? undefined : update;
  return situationOf(
    host,
    {
      names: namesOf(params.name),
      version,
      state: "present",
      allowHeld: true,
      uris: true,
      ...(source === undefined ? {} : { source }),
      ...(freshFor === undefined ? {} : { freshFor }),
    },
    tools,
  );
}

/** Where lists are fetched first, nothing is known of apt's cache: the job looks. */
function missingFiles(situation: Known): readonly string[] {
  const words = wordsOf(situation);
  return words.length === 0 || situation.update ? words : situation.look.missing;
}

function wordsOf({ targets, look }: Known): readonly string[] {
  return targets.flatMap(({ package: name, version }) =>
    version === null || look.entries.get(name)?.version === version ? [] : [`${name}=${version}`],
  );
}

function changesShown(
  params: FetchParams,
  situation: Known,
  missing: readonly string[],
): readonly Change[] {
  const { source } = params;
  return [
    ...(source === undefined || !situation.addsSource
      ? []
      : [
          {
            what: sourcePath(source),
            before: situation.look.sourceFile ?? null,
            after: sourceText(source),
          },
        ]),
    ...missing.map((file) => ({ what: `package file ${file}`, before: null, after: "downloaded" })),
    ...oldOnes(params, situation)
      .filter((one) => one.way !== "kept")
      .map((one) => ({
        what: `old package ${one.package} ${one.version}`,
        before: one.way,
        after: "kept",
      })),
  ];
}

function seen({ targets }: Known): JsonObject {
  return {
    versions: Object.fromEntries(targets.map(({ package: name, version }) => [name, version])),
  };
}

function pinsFor({ targets }: Known): JsonObject {
  return Object.fromEntries(targets.map(({ package: name, version }) => [name, version]));
}

/** Downloads and kept files stay; only the source's file goes back. */
async function undoSource(
  host: HostSession,
  { source }: FetchRecord,
  left: Json | undefined,
): Promise<Undone> {
  const read = sh`[ ! -e ${source.path} ] || { echo there; cat -- ${source.path}; }`;
  const { out } = await ask(host, read);
  const now = out === "" ? null : out.replace(/^there\n/, "");
  if (now === source.before) return { kind: "already" };
  const ours = sourceLeft(left);
  if (ours !== undefined && now !== ours) {
    return { kind: "drifted", changes: [{ what: source.path, before: now, after: source.before }] };
  }
  await mustChange(host, writeSource(source.path, source.before));
  return { kind: "done" };
}

function sourceLeft(left: Json | undefined): string | undefined {
  if (typeof left !== "object" || left === null || Array.isArray(left)) return undefined;
  const text = (left as JsonObject)["source"];
  return typeof text === "string" ? text : undefined;
}

function noWayBack(
  lost: readonly (PackageBefore & { readonly way: string })[],
  { look }: Known,
): Diagnostic {
  const names = lost.map((one) => `${one.package} ${one.version ?? ""}`).join(", ");
  return {
    code: "step/package-no-way-back",
    severity: "error",
    summary: `there would be no way back: ${names} cannot be had any more`,
    hint: "Add a repository that still has it, or put the .deb into /var/cache/apt/archives; keep_old: false goes on without a way back.",
    detail: look.sources.map((one) => `source   ${one}`),
  };
}

const NEEDS_ROOT: Diagnostic = {
  code: "step/needs-root",
  severity: "error",
  summary: "packages can be fetched by root only",
  hint: "Set become: true on the task or ansible_become in the inventory.",
};
