import type { Diagnostic } from "../../model/diagnostic.ts";
import {
  compareDebianVersions,
  isExactVersion,
  matchesDebianVersion,
} from "../../lib/debian-version.ts";
import { isInstalled, isPresent } from "./dpkg.ts";
import type { AptLook } from "./look.ts";

/** What is to be on the host: an exact version, or `null` for not installed. */
export interface Target {
  readonly package: string;
  readonly version: string | null;
}

export interface Wish {
  readonly names: readonly string[];
  readonly version?: string;
  readonly state: "present" | "latest" | "absent";
}

export type Resolved =
  | { readonly kind: "targets"; readonly targets: readonly Target[] }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

/** A version that can be had: from a source, from the store, or because it is installed already. */
interface Candidate {
  readonly package: string;
  readonly version: string;
  /** Packages that are built together share these two. */
  readonly source: string;
  readonly sourceVersion: string;
}

/**
 * Exact versions for a wish. Packages that are built from one source get them from one version of it, the highest that
 * all of them can have: a server never gets a backend of another release.
 */
export function resolveWish(
  wish: Wish,
  look: AptLook,
  pins: ReadonlyMap<string, string> | undefined,
): Resolved {
  const { names } = wish;
  if (wish.state === "absent") return targets(names.map((name) => [name, null]));
  if (pins !== undefined && names.every((name) => pins.has(name))) return pinned(names, look, pins);
  if (wish.version === undefined) return unversioned(wish, look);
  const wanted = wish.version;
  // An installed release that fits stays, unless another one is named by the plan.
  if (!names.some((name) => !fitsInstalled(name, wanted, look)) && oneRelease(names, look)) {
    return targets(names.map((name) => [name, look.entries.get(name)?.version ?? null]));
  }
  const fitting = new Map(names.map((name) => [name, matching(candidates(name, look), wanted)]));
  const missing = names.filter((name) => (fitting.get(name) ?? []).length === 0);
  if (missing.length > 0) return problem(notOffered(missing, wanted, look));
  return together(names, fitting, wanted);
}

function fitsInstalled(name: string, wanted: string, look: AptLook): boolean {
  const entry = look.entries.get(name);
  if (entry === undefined || !isInstalled(entry)) return false;
  return matchesDebianVersion(entry.version, wanted) || entry.sourceVersion === wanted;
}

function oneRelease(names: readonly string[], look: AptLook): boolean {
  const bySource = new Map<string, string>();
  return names.every((name) => {
    const entry = look.entries.get(name);
    if (entry === undefined) return false;
    const known = bySource.get(entry.source) ?? entry.sourceVersion;
    bySource.set(entry.source, known);
    return known === entry.sourceVersion;
  });
}

function pinned(
  names: readonly string[],
  look: AptLook,
  pins: ReadonlyMap<string, string>,
): Resolved {
  const gone = names.filter((name) => {
    const version = pins.get(name);
    return !candidates(name, look).some((candidate) => candidate.version === version);
  });
  if (gone.length > 0) {
    const words = gone.map((name) => `${name} ${pins.get(name) ?? ""}`).join(", ");
    return problem(notOffered(gone, words, look));
  }
  return targets(names.map((name) => [name, pins.get(name) ?? null]));
}

function unversioned({ names, state }: Wish, look: AptLook): Resolved {
  const chosen: [string, string | null][] = [];
  const missing: string[] = [];
  for (const name of names) {
    const entry = look.entries.get(name);
    const candidate = look.policies.get(name)?.candidate;
    // A half-installed package is repaired at the version that it was left at.
    const stays = state === "present" && isPresent(entry) && entry.version !== "";
    const version = stays ? entry.version : candidate;
    if (version === undefined) missing.push(name);
    else chosen.push([name, version]);
  }
  return missing.length > 0 ? problem(notOffered(missing, "any", look)) : targets(chosen);
}

function together(
  names: readonly string[],
  fitting: ReadonlyMap<string, readonly Candidate[]>,
  wanted: string,
): Resolved {
  const bySource = new Map<string, string[]>();
  for (const name of names) {
    const source = fitting.get(name)?.[0]?.source ?? name;
    bySource.set(source, [...(bySource.get(source) ?? []), name]);
  }
  const chosen = new Map<string, string>();
  for (const [source, members] of bySource) {
    const release = newestShared(members, fitting);
    if (release === undefined) return problem(noSharedRelease(source, members, fitting, wanted));
    for (const name of members) {
      const versions = (fitting.get(name) ?? []).filter((one) => one.sourceVersion === release);
      chosen.set(name, newest(versions.map((one) => one.version)));
    }
  }
  return targets(names.map((name) => [name, chosen.get(name) ?? null]));
}

function newestShared(
  members: readonly string[],
  fitting: ReadonlyMap<string, readonly Candidate[]>,
): string | undefined {
  const releases = members.map(
    (name) => new Set((fitting.get(name) ?? []).map((one) => one.sourceVersion)),
  );
  const [first, ...others] = releases;
  const shared = [...(first ?? [])].filter((release) => others.every((one) => one.has(release)));
  return shared.length === 0 ? undefined : newest(shared);
}

function newest(versions: readonly string[]): string {
  return versions.toSorted(compareDebianVersions).at(-1) ?? "";
}

/** A version that is spelled out in full wins over one whose upstream part merely reads the same. */
function matching(all: readonly Candidate[], wanted: string): readonly Candidate[] {
  if (isExactVersion(wanted)) {
    const exact = all.filter((one) => one.version === wanted || one.sourceVersion === wanted);
    if (exact.length > 0) return exact;
  }
  return all.filter((one) => matchesDebianVersion(one.version, wanted));
}

function candidates(name: string, look: AptLook): readonly Candidate[] {
  const offered = look.offers.filter((offer) => offer.package === name);
  const entry = look.entries.get(name);
  const installed = entry !== undefined && isInstalled(entry) ? [entry] : [];
  const source = offered[0]?.source ?? entry?.source ?? name;
  const kept = look.kept
    .filter((deb) => deb.package === name && !offered.some((one) => one.version === deb.version))
    .map((deb) => ({
      package: name,
      version: deb.version,
      source,
      // A rebuild's suffix is not part of the release that it belongs to.
      sourceVersion: deb.version.replace(/\+b\d+$/, ""),
    }));
  return [...offered, ...installed, ...kept];
}

function targets(pairs: readonly (readonly [string, string | null])[]): Resolved {
  return {
    kind: "targets",
    targets: pairs.map(([name, version]) => ({ package: name, version })),
  };
}

function problem(diagnostic: Diagnostic): Resolved {
  return { kind: "problem", diagnostic };
}

function notOffered(names: readonly string[], wanted: string, look: AptLook): Diagnostic {
  const known = names.flatMap((name) => {
    const versions = candidates(name, look).map((one) => one.version);
    return [`${name}: ${[...new Set(versions)].join(", ") || "no version at all"}`];
  });
  return {
    code: "step/package-not-offered",
    severity: "error",
    summary: `no configured source offers ${names.join(", ")} in version ${wanted}`,
    hint: "Add the repository that has it with `source:` or a file in /etc/apt/sources.list.d, or refresh the lists with `update_cache: true`.",
    detail: [
      ...known.map((line) => `offered  ${line}`),
      ...look.sources.map((source) => `source   ${source}`),
    ],
  };
}

function noSharedRelease(
  source: string,
  members: readonly string[],
  fitting: ReadonlyMap<string, readonly Candidate[]>,
  wanted: string,
): Diagnostic {
  return {
    code: "step/package-no-shared-release",
    severity: "error",
    summary: `no release of ${source} has all of ${members.join(", ")} in version ${wanted}`,
    hint: "They are built together and must be installed from one release: refresh the lists, or name a version that all of them have.",
    detail: members.map(
      (name) => `${name}: ${(fitting.get(name) ?? []).map((one) => one.version).join(", ")}`,
    ),
  };
}
