import type { Diagnostic } from "../../model/diagnostic.ts";
import type { FleetView, Sighting, Verdict } from "../../model/step.ts";
import type { ContentPart } from "../_lmdb/content.ts";
import type { KnownContent, Params, Seen } from "./lmdb-content.ts";

type ContentSighting = Sighting<Params, Seen>;

export function judgeContent(
  sightings: readonly ContentSighting[],
  view: FleetView,
): readonly Verdict[] {
  const compared = sightings.filter(({ host }) => view.judged.has(host));
  return sightings.map((sighting): Verdict => {
    const diagnostic = changed(sighting) ?? unequal(sighting, compared);
    return diagnostic === undefined ? { kind: "holds" } : { kind: "fails", diagnostic };
  });
}

function changed({ params, seen }: ContentSighting): Diagnostic | undefined {
  const { same_as: known } = params;
  if (known === undefined || known["sha256"] === seen.sha256) return undefined;
  const before = partsOf(known);
  const detail = namesOf([before, seen.parts])
    .filter((name) => sumOf(before, name) !== sumOf(seen.parts, name))
    .map((name) => {
      const counts = `${counted(before, name)} before, ${counted(seen.parts, name)} now`;
      const same = countOf(before, name) === countOf(seen.parts, name);
      return `${name}: ${counts}${same ? ", with other content" : ""}`;
    });
  return {
    code: "step/content-differs",
    severity: "error",
    summary: "what is stored here is not what it was",
    hint: "Somebody wrote to it meanwhile, or Lightning Stream brought something that is not wanted.",
    detail,
  };
}

/** The hosts that differ from most others are to blame; where there is no majority, all are. */
function unequal(
  { params, seen }: ContentSighting,
  sightings: readonly ContentSighting[],
): Diagnostic | undefined {
  if (params.equal_everywhere !== true) return undefined;
  const groups = new Map<string, ContentSighting[]>();
  for (const one of sightings) {
    groups.set(one.seen.sha256, [...(groups.get(one.seen.sha256) ?? []), one]);
  }
  if (groups.size < 2) return undefined;
  const largest = Math.max(...[...groups.values()].map(({ length }) => length));
  const leaders = [...groups.values()].filter(({ length }) => length === largest);
  if (leaders.length === 1 && leaders[0]?.[0]?.seen.sha256 === seen.sha256) return undefined;
  const kinds = [...groups.values()];
  const detail = namesOf(sightings.map((one) => one.seen.parts)).flatMap((name) => {
    const sums = new Set(sightings.map((one) => sumOf(one.seen.parts, name)));
    if (sums.size < 2) return [];
    const each = kinds.map((group) => {
      const hosts = group.map(({ host }) => host).join(", ");
      return `${counted(group[0]?.seen.parts ?? [], name)} on ${hosts}`;
    });
    const counts = new Set(sightings.map((one) => countOf(one.seen.parts, name)));
    return `${name}: ${each.join("; ")}${counts.size === 1 ? ", with other content" : ""}`;
  });
  return {
    code: "step/content-differs",
    severity: "error",
    summary: `the hosts do not store the same: ${detail.map((line) => line.replace(/:.*/, "")).join(", ")}`,
    hint:
      "Changes take seconds to spread. If this stays, one host's Lightning Stream does not read or write: " +
      "`lightningstream.ready` and `lightningstream.snapshots` say which.",
    detail,
  };
}

function namesOf(all: readonly (readonly ContentPart[])[]): readonly string[] {
  return [...new Set(all.flatMap((parts) => parts.map(({ name }) => name)))];
}

function sumOf(parts: readonly ContentPart[], name: string): string {
  return parts.find((part) => part.name === name)?.sha256 ?? "";
}

function countOf(parts: readonly ContentPart[], name: string): number {
  return parts.find((part) => part.name === name)?.entries ?? 0;
}

function counted(parts: readonly ContentPart[], name: string): string {
  const count = countOf(parts, name);
  return count === 1 ? "1 entry" : `${count} entries`;
}

function partsOf(known: KnownContent): readonly ContentPart[] {
  const { parts } = known;
  return Array.isArray(parts) ? (parts as readonly ContentPart[]) : [];
}
