import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Resource } from "../../model/resource.ts";
import { defineChanging, type Applied, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { parseSections } from "../_apt/look.ts";
import {
  LOCK_SCHEMA,
  NAME_SCHEMA,
  namesOf,
  pinsOf,
  seconds,
  SOURCE_SCHEMA,
  sourcePath,
  sourceText,
  unusableNames,
  VERSION_DESCRIPTION,
} from "../_apt/params.ts";
import type { Json } from "../../model/json.ts";
import { packagesOf, type PackageRecord } from "../_apt/record.ts";
import { isSettled, situationOf, type WishWithSource } from "../_apt/situation.ts";
import {
  installPackages,
  NOT_KEPT,
  removePackages,
  type TransactionOptions,
} from "../_apt/transaction.ts";
import { notInstalled, transactionFailed } from "../_apt/trouble.ts";
import { undoTransaction } from "../_apt/undo.ts";
import type { Target } from "../_apt/wanted.ts";
import { runJob } from "../ask.ts";
import { pending, versionsIn } from "./pending.ts";
import { mayDowngrade, wayBackOf, type PackageParams } from "./wishes.ts";

export const step = defineChanging<PackageParams, PackageRecord>({
  name: "package",
  summary: "Install, upgrade, downgrade or remove Debian packages in one transaction",
  description: `Versions are exact before anything changes: a pattern is resolved in the plan, the same way on all hosts, and packages that are built from one source get one release of it. Edited configuration files are kept. No package is removed that no task names.

Success is what dpkg says afterwards, not an exit status: every package installed in its version and nothing left half way on the whole host. An interrupted dpkg, a power cut included, is repaired before and after.

The packages as they were are kept in /var/lib/runbook/packages before the change, so that undo needs no repository. Where an old package can be had neither from there nor from a source, the task is blocked: there would be no way back. \`package.fetch\` does the keeping and the download earlier, while everything still serves.

Package scripts may start services: hold them with \`service\` first.`,
  params: {
    name: { ...NAME_SCHEMA, required: true },
    version: { type: "string", description: VERSION_DESCRIPTION, examples: ["5.1.*"] },
    state: {
      type: "string",
      enum: ["present", "latest", "absent"],
      default: "present",
      description:
        "`present` leaves an installed version alone unless `version` says otherwise; `latest` is what apt would choose; `absent` removes, and leaves configuration files.",
    },
    source: SOURCE_SCHEMA,
    update_cache: {
      type: ["boolean", "integer"],
      default: false,
      description:
        "Whether apt's lists are refreshed before versions are resolved. A number of seconds refreshes only lists that are older.",
    },
    lock_timeout: LOCK_SCHEMA,
    allow_downgrade: {
      type: "boolean",
      description:
        "Whether an installed version may be replaced by a lower one. Default: yes where `version` is given, no otherwise.",
    },
    allow_change_held_packages: {
      type: "boolean",
      default: false,
      description:
        "Whether packages on hold (apt-mark) may change. Their hold is put back afterwards. Otherwise the task is blocked.",
    },
    keep_old: {
      type: "boolean",
      default: true,
      description: "Whether the packages as they were are kept on the host for the way back.",
    },
    way_back: {
      type: "string",
      enum: ["required", "optional"],
      description:
        "`required`: blocked when an old package cannot be had any more. Default: required where `version` is given, optional otherwise; the plan then says that there is no way back.",
    },
  },
  examples: [
    {
      title: "Upgrade a server, its backend and its tools to one release",
      yaml: 'package: { name: [pdns-server, pdns-backend-lmdb, pdns-tools], version: "5.1.*" }',
    },
    { title: "Have a tool there, whatever its version", yaml: "package: { name: lmdb-utils }" },
  ],
  where: "host",
  idempotent: true,
  cancel: "leave",
  reads: (params) => [...resources(params), "file:/etc/apt", "packages:holds"],
  touches: (params) => [
    ...resources(params),
    "packages:installed",
    ...(params.source === undefined ? [] : [`file:${sourcePath(params.source)}` as const]),
  ],

  async check(host, params, tools) {
    const wrong = misfit(params);
    if (wrong !== undefined) return { kind: "blocked", diagnostic: wrong };
    const situation = await situationOf(host, wishOf(params), tools);
    if (situation.kind === "blocked") return situation;
    const { look, targets, addsSource } = situation;
    if (isSettled(targets, look) && !addsSource) {
      return { kind: "satisfied", seen: { packages: versionsIn(look) } };
    }
    return pending(params, look, targets, addsSource);
  },

  async apply(host, params, tools) {
    const targets = await targetsFor(host, params, tools);
    if (!Array.isArray(targets)) return { kind: "failed", diagnostic: targets };
    const lockSeconds = seconds(params.lock_timeout ?? 300);
    const allowHeld = params.allow_change_held_packages === true;
    const keepOld = params.keep_old === false ? "no" : wayBackOf(params);
    const { source } = params;
    const names = namesOf(params.name);
    const before = beforeIn(tools.record?.());
    const script =
      params.state === "absent"
        ? removePackages(names, { lockSeconds, allowHeld, keepOld, ...before })
        : installPackages(targets, {
            lockSeconds,
            allowHeld,
            keepOld,
            ...before,
            allowDowngrade: mayDowngrade(params),
            update: source !== undefined || refreshes(params) !== undefined,
            from: "sources",
            ...(source === undefined
              ? {}
              : { source: { path: sourcePath(source), text: sourceText(source) } }),
          });
    const answer = await runJob(host, script, {
      name: "packages",
      timeoutMs: tools.timeoutMs,
      cancel: "leave",
    });
    if (answer.code === NOT_KEPT) return { kind: "failed", diagnostic: notKept(answer.out) };
    return settled(targets, answer.out, answer.err);
  },

  undo: (host, record, left, tools) => undoTransaction(host, record, left, tools),
});

function settled(targets: readonly Target[], out: string, err: string): Applied {
  const look = parseSections(out);
  const wrong = notInstalled(targets, look);
  if (wrong.length > 0) {
    return { kind: "failed", diagnostic: transactionFailed(wrong, `${out}\n${err}`) };
  }
  const packages = versionsIn(look);
  return { kind: "done", changed: true, after: { packages }, result: { packages } };
}

/** What check saw that the transaction replaces. */
function beforeIn(record: Json | undefined): Pick<TransactionOptions, "before"> {
  const before = packagesOf(record)?.flatMap(({ package: name, version }) =>
    version === null ? [] : [{ package: name, version }],
  );
  return before === undefined ? {} : { before };
}

/** The plan's versions need no further look: every second counts while a server is silent. */
async function targetsFor(
  host: HostReader,
  params: PackageParams,
  tools: StepTools,
): Promise<Target[] | Diagnostic> {
  const names = namesOf(params.name);
  const pins = pinsOf(tools.pins);
  if (params.state === "absent") return names.map((name) => ({ package: name, version: null }));
  if (pins !== undefined && names.every((name) => pins.has(name))) {
    return names.map((name) => ({ package: name, version: pins.get(name) ?? null }));
  }
  const situation = await situationOf(host, wishOf(params), tools);
  return situation.kind === "blocked" ? situation.diagnostic : [...situation.targets];
}

function wishOf(params: PackageParams): WishWithSource {
  const freshFor = refreshes(params);
  return {
    names: namesOf(params.name),
    state: params.state ?? "present",
    allowHeld: params.allow_change_held_packages === true,
    ...(params.version === undefined ? {} : { version: params.version }),
    ...(params.source === undefined ? {} : { source: params.source }),
    ...(freshFor === undefined ? {} : { freshFor }),
  };
}

function refreshes({ update_cache: update }: PackageParams): number | undefined {
  if (update === undefined || update === false) return undefined;
  return update === true ? 0 : update;
}

function resources(params: PackageParams): readonly Resource[] {
  return namesOf(params.name).map((name) => `package:${name}` as const);
}

function misfit(params: PackageParams): Diagnostic | undefined {
  if (params.version !== undefined && params.state !== undefined && params.state !== "present") {
    return {
      code: "step/package-params",
      severity: "error",
      summary: `a version does not go with state: ${params.state}`,
      hint: "Leave out one of the two.",
    };
  }
  return unusableNames(namesOf(params.name), params.version, params.source);
}

function notKept(out: string): Diagnostic {
  const failed = out.split("\n").filter((line) => line.startsWith("not-kept:"));
  const names = failed.map((line) => line.slice("not-kept:".length).replace("=", " ")).join(", ");
  return {
    code: "step/package-no-way-back",
    severity: "error",
    summary: `nothing was changed: ${names} could not be kept for the way back`,
    hint: "apt-get download on the host says why. way_back: optional goes on without.",
    detail: out.split("\n").filter((line) => /^(E: |W: |wrong:)/.test(line)),
  };
}
