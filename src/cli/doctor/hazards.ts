/** Hazards of replicated LMDBs that no step looks at, because they lie before and beside a run. */
import type { Finding } from "./findings.ts";
import type { Survey } from "./survey.ts";

const DAY_MS = 86_400_000;
/** Lightning Stream's own, where its configuration says nothing. */
const RETENTION_DAYS = 370;
/** The format that Lightning Stream is built with. */
const LMDB_FORMAT = "0.9";

/** Another program than the server that opens the LMDB may be newer than the server, and upgrades it by opening it. */
export function earlyOpeners({ all }: Survey): readonly Finding[] {
  return all("job").map((file) => ({
    check: "jobs",
    verdict: "warning",
    said: `${file} calls pdnsutil: one of the new release makes the LMDB its own schema, on this host and through Lightning Stream on all`,
    fix: `Stop it for the time of the migration, and let it ask the server (pdns_control, HTTP API) instead.`,
  }));
}

/** Files of LMDB 0.9 and 1.0 are not the same, and Lightning Stream brings its own library. */
export function libraryFormat({ one, tools }: Survey): readonly Finding[] {
  const [installed, next] = [formatOf(one("liblmdb")), formatOf(one("liblmdb_next"))];
  if (installed === undefined) return [];
  const rest = "PowerDNS and Lightning Stream could not read each other's files";
  if (installed !== LMDB_FORMAT && tools.has("lightningstream"))
    return [
      {
        ...{ check: "LMDB library", verdict: "error" },
        said: `its format is ${installed}, and Lightning Stream has ${LMDB_FORMAT}: ${rest}`,
        fix: `Install packages of PowerDNS and liblmdb that are built for LMDB ${LMDB_FORMAT}; do not migrate before.`,
      },
    ];
  if (next !== undefined && next !== installed)
    return [
      {
        ...{ check: "LMDB library", verdict: "warning" },
        said: `an upgrade would bring format ${next} instead of ${installed}: ${rest}`,
        fix: "apt-mark hold liblmdb0, until every program that opens the LMDB is of the other format.",
      },
    ];
  return [{ check: "LMDB library", verdict: "ok", said: `LMDB ${installed}` }];
}

/** "0.9" of "0.9.31-1+b2"; an epoch is none of it. */
function formatOf(version: string | undefined): string | undefined {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(version ?? "")?.[1];
}

/** What a sighting of `lightningstream.snapshots` has of time. */
export interface SnapshotTimes {
  readonly instance: string;
  readonly receiver: boolean;
  readonly newest: readonly { readonly instance: string; readonly taken: string }[];
}

/** A host that was away for longer than deletions are remembered brings deleted records back. */
export function forgottenDeletions(
  { one }: Survey,
  { instance, receiver, newest }: SnapshotTimes,
  nowMs: number,
): readonly Finding[] {
  if (one("sweeper") !== "true" || receiver) return [];
  const written = Number(one("sweeper_days") ?? RETENTION_DAYS);
  const days = Number.isFinite(written) && written > 0 ? written : RETENTION_DAYS;
  const own = newest.filter((snapshot) => snapshot.instance === instance);
  const last = own
    .map(({ taken }) => taken)
    .toSorted()
    .at(-1);
  const age = last === undefined ? undefined : (nowMs - momentOf(last)) / DAY_MS;
  if (age === undefined || Number.isNaN(age)) return [];
  if (age <= days)
    return [{ check: "tombstones", verdict: "ok", said: `deletions are kept for ${days} days` }];
  return [
    {
      ...{ check: "tombstones", verdict: "error" },
      said: `its newest snapshot is ${Math.floor(age)} days old, and the sweeper keeps deletions for ${days}: what others deleted meanwhile would come back`,
      fix: "Rebuild it from the prefix: stop Lightning Stream and PowerDNS, move its LMDB aside, start Lightning Stream, then PowerDNS.",
    },
  ];
}

/** `20261122-171009-651725488` is in UTC. */
function momentOf(taken: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(taken) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
