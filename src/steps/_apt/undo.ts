import { rawShell, sh, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json } from "../../model/json.ts";
import { StepProblem, type Change, type StepTools, type Undone } from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import { demand, runJob } from "../ask.ts";
import { isInstalled, isPresent } from "./dpkg.ts";
import { lookAtPackages, noApt, parseLook, parseSections, type AptLook } from "./look.ts";
import { writeSource } from "./params.ts";
import { wayBack, type PackageBefore, type PackageRecord } from "./record.ts";
import { installPackages, removeLines } from "./transaction.ts";
import { notInstalled, transactionFailed } from "./trouble.ts";
import type { Target } from "./wanted.ts";

/** How long undo waits for a lock; nobody is there to give it a parameter. */
const LOCK_SECONDS = 300;

/**
 * Brings packages back to the versions of a record, from the files that were kept, else from the sources. Packages that
 * came along for the first time stay, unless the named ones were new too: something else may need them by now.
 */
export async function undoTransaction(
  host: HostSession,
  record: PackageRecord,
  left: Json | undefined,
  tools: StepTools,
): Promise<Undone> {
  const names = record.packages.map((one) => one.package);
  const look = await lookFor(host, names);
  const back = targetsOf(record);
  const removals = removalsOf(record).filter((name) => isPresent(look.entries.get(name)));
  if (isBack(record, back, removals, look) && (await sourceIsBack(host, record))) {
    return { kind: "already" };
  }
  const drifted = drift(record.packages, left, look);
  if (drifted.length > 0) return { kind: "drifted", changes: drifted };
  const lost = back.filter(
    ({ package: name, version }) =>
      version !== null &&
      !isThere(name, version, look) &&
      wayBack(name, version, look) === "nowhere",
  );
  if (lost.length > 0) return { kind: "failed", diagnostic: lostPackages(lost, look) };
  const answer = await runJob(
    host,
    installPackages(back, {
      lockSeconds: LOCK_SECONDS,
      allowDowngrade: true,
      allowHeld: true,
      update: false,
      keepOld: "no",
      from: "kept",
      after: { lines: afterLines(record, removals), names: removals },
    }),
    { name: "packages-back", timeoutMs: tools.timeoutMs, cancel: "leave" },
  );
  const after = parseSections(answer.out);
  const gone = removals.map((name) => ({ package: name, version: null }));
  const wrong = notInstalled([...back, ...gone.filter(isNamed(record))], after);
  if (wrong.length > 0) {
    return { kind: "failed", diagnostic: transactionFailed(wrong, `${answer.out}\n${answer.err}`) };
  }
  return { kind: "done" };
}

function targetsOf(record: PackageRecord): readonly Target[] {
  return record.packages.filter((one) => one.version !== null);
}

/** New packages go again when the task installed something new; dependencies of an upgrade stay. */
function removalsOf(record: PackageRecord): readonly string[] {
  const fresh = record.packages.filter((one) => one.version === null);
  return fresh.some((one) => one.dependency !== true) ? fresh.map((one) => one.package) : [];
}

function isNamed(record: PackageRecord): (target: Target) => boolean {
  return (target) =>
    record.packages.some((one) => one.package === target.package && one.dependency !== true);
}

function isThere(name: string, version: string, look: AptLook): boolean {
  const entry = look.entries.get(name);
  return isInstalled(entry) && entry?.version === version;
}

function isBack(
  record: PackageRecord,
  back: readonly Target[],
  removals: readonly string[],
  look: AptLook,
): boolean {
  return (
    look.audit.length === 0 &&
    back.every(({ package: name, version }) => version !== null && isThere(name, version, look)) &&
    !removals.map((name) => ({ package: name, version: null })).some(isNamed(record)) &&
    record.held.every((name) => look.onHold.has(name)) &&
    record.automatic.every((name) => look.automatic.has(name))
  );
}

async function sourceIsBack(host: HostReader, { source }: PackageRecord): Promise<boolean> {
  if (source === undefined) return true;
  const read = sh`[ ! -e ${source.path} ] || { echo there; cat -- ${source.path}; }`;
  const { out } = await demand(host, read);
  return source.before === null ? out === "" : out === `there\n${source.before}`;
}

/** Whole packages in a version that is neither the old one nor the one that the task left. */
function drift(
  packages: readonly PackageBefore[],
  left: Json | undefined,
  look: AptLook,
): readonly Change[] {
  if (typeof left !== "object" || left === null || !("packages" in left)) return [];
  const { packages: leftBehind } = left;
  if (typeof leftBehind !== "object" || leftBehind === null) return [];
  const versions = new Map(Object.entries(leftBehind));
  return packages.flatMap(({ package: name, version }) => {
    const entry = look.entries.get(name);
    const now = isInstalled(entry) ? (entry?.version ?? null) : null;
    const half = isPresent(entry) && now === null;
    const expected = versions.get(name);
    if (half || expected === undefined || now === version || now === expected) return [];
    return [{ what: `package ${name}`, before: now, after: version }];
  });
}

function afterLines(record: PackageRecord, removals: readonly string[]): Command {
  const { source, held, automatic } = record;
  return sh`${removals.length === 0 ? rawShell(":") : removeLines(removals, true)}
${automatic.length === 0 ? rawShell(":") : sh`rb_try apt-mark auto ${automatic} || true`}
${held.length === 0 ? rawShell(":") : sh`rb_try apt-mark hold ${held} || true`}
${source === undefined ? rawShell(":") : writeSource(source.path, source.before)}`;
}

async function lookFor(host: HostReader, names: readonly string[]): Promise<AptLook> {
  const parsed = parseLook((await demand(host, lookAtPackages(names))).out);
  if (parsed.kind === "apt") return parsed.look;
  throw new StepProblem("failed", noApt(parsed.system));
}

function lostPackages(lost: readonly Target[], look: AptLook): Diagnostic {
  const names = lost.map((target) => `${target.package} ${target.version ?? ""}`).join(", ");
  return {
    code: "step/package-way-back-lost",
    severity: "error",
    summary: `the old packages are gone: ${names}`,
    hint: "Put their .deb files into /var/cache/apt/archives, or add a repository that has them, then roll back again.",
    detail: look.sources.map((source) => `source   ${source}`),
  };
}
