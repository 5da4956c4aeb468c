import type { Json, JsonObject } from "../../model/json.ts";
import { isInstalled, isPresent } from "./dpkg.ts";
import type { AptLook } from "./look.ts";
import type { Target } from "./wanted.ts";

/** A package as it was before a transaction. */
export interface PackageBefore {
  readonly package: string;
  /** Null: it was not installed. */
  readonly version: string | null;
  /** Checksum of the file that holds that version, where it was known. */
  readonly sha256?: string;
  /** It came along, nobody named it. */
  readonly dependency?: true;
}

/** All that undo needs to know of a transaction. */
export interface PackageRecord extends JsonObject {
  readonly packages: readonly (PackageBefore & JsonObject)[];
  readonly held: readonly string[];
  readonly automatic: readonly string[];
  readonly source?: { readonly path: string; readonly before: string | null };
}

/** Where an old version of a package can be had from. */
export type WayBack = "kept" | "cached" | "offered" | "nowhere";

export function wayBack(name: string, version: string, look: AptLook): WayBack {
  const is = (one: { readonly package: string; readonly version: string }) =>
    one.package === name && one.version === version;
  if (look.kept.some(is)) return "kept";
  if (look.cached.some(is)) return "cached";
  const offered = look.policies
    .get(name)
    ?.versions.some((one) => one.version === version && one.sources.length > 0);
  return offered === true ? "offered" : "nowhere";
}

/** The packages that a transaction changes: the named ones, and those that come along. */
export function packagesBefore(
  targets: readonly Target[],
  look: AptLook,
): readonly (PackageBefore & JsonObject)[] {
  const named = targets.map((target) => target.package);
  const plan = look.simulation?.kind === "possible" ? look.simulation.plan : undefined;
  const upgraded = (plan?.upgrades ?? []).filter((one) => !named.includes(one.package));
  const installed = (plan?.installs ?? []).filter((one) => !named.includes(one.package));
  return [
    ...targets
      .filter((target) => changes(target, look))
      .map((target) => {
        const entry = look.entries.get(target.package);
        // Half-installed counts with the version that it was left at: that is where undo goes back to.
        const version = isPresent(entry) && entry.version !== "" ? entry.version : null;
        return before(target.package, version, look);
      }),
    ...upgraded.map((one) => ({
      ...before(one.package, one.before, look),
      dependency: true as const,
    })),
    ...installed.map((one) => ({
      package: one.package,
      version: null,
      dependency: true as const,
    })),
  ];
}

function before(name: string, version: string | null, look: AptLook): PackageBefore & JsonObject {
  const sha256 =
    look.kept.find((deb) => deb.package === name && deb.version === version)?.sha256 ??
    look.offers.find((one) => one.package === name && one.version === version)?.sha256;
  return { package: name, version, ...(sha256 === undefined ? {} : { sha256 }) };
}

/** Whether something has to be done for a package to be there, well, in that version. */
export function changes(target: Target, look: AptLook): boolean {
  const entry = look.entries.get(target.package);
  return target.version === null
    ? isPresent(entry)
    : !isInstalled(entry) || entry?.version !== target.version;
}

/** Reads a record back from a journal, whoever wrote it; undefined when it is no record of packages. */
export function packagesOf(record: Json | undefined): readonly PackageBefore[] | undefined {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
  const packages = (record as JsonObject)["packages"];
  if (!Array.isArray(packages)) return undefined;
  return (packages as readonly Json[]).flatMap((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    const entry = one as JsonObject;
    const name = entry["package"];
    const version = entry["version"];
    const sha256 = entry["sha256"];
    if (typeof name !== "string" || (typeof version !== "string" && version !== null)) return [];
    return [
      {
        package: name,
        version,
        ...(typeof sha256 === "string" ? { sha256 } : {}),
        ...(entry["dependency"] === true ? { dependency: true as const } : {}),
      },
    ];
  });
}
