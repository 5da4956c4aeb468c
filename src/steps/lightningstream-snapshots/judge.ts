import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import type { FleetView, Sighting, Verdict } from "../../model/step.ts";
import type { NewestSnapshot, Params, Seen } from "./lightningstream-snapshots.ts";

type SnapshotSighting = Sighting<Params, Seen>;

export function judgeSnapshots(
  sightings: readonly SnapshotSighting[],
  view: FleetView,
): readonly Verdict[] {
  return sightings.map((sighting): Verdict => {
    const diagnostic =
      twins(sighting, sightings) ??
      strangers(sighting, sightings, view) ??
      wrongSchema(sighting) ??
      nothingThere(sighting) ??
      missing(sighting);
    return diagnostic === undefined ? { kind: "holds" } : { kind: "fails", diagnostic };
  });
}

const SHOWN = 10;

/** Two hosts under one name overwrite each other's changes (H17). */
function twins(
  { seen, host }: SnapshotSighting,
  sightings: readonly SnapshotSighting[],
): Diagnostic | undefined {
  const same = sightings.filter(
    (other) => other.seen.bucket === seen.bucket && other.seen.instance === seen.instance,
  );
  if (same.length < 2) return undefined;
  return failed(`${list(same.map((one) => one.host))} share the instance name "${seen.instance}"`, {
    hint: `\`instance:\` must be different on every host that shares a bucket; give ${host} one of its own.`,
  });
}

/** The new prefix may hold what finished hosts wrote, and nothing else (H34). */
function strangers(
  { params, seen }: SnapshotSighting,
  sightings: readonly SnapshotSighting[],
  view: FleetView,
): Diagnostic | undefined {
  if (params.only_from !== "goal") return undefined;
  const owners = new Map<string, HostId>(
    sightings.map(({ host, seen: other }) => [other.instance, host]),
  );
  const foreign = seen.newest.filter(({ instance }) => {
    const owner = owners.get(instance);
    return owner === undefined || !view.atGoal.has(owner);
  });
  if (foreign.length === 0) return undefined;
  const who = [...new Set(foreign.map(({ instance }) => instance))].map((instance) => {
    const owner = owners.get(instance);
    return owner === undefined
      ? `${instance}, which is no host of this fleet`
      : `${owner}, which has not reached its goal`;
  });
  return failed(`${place(seen)} already holds snapshots of ${who.join("; ")}`, {
    hint:
      "They are from an earlier attempt: the first host to arrive would load them, bring back what was changed since, and " +
      "delete what a rollback restored. Choose another prefix, or remove these objects from the bucket on purpose.",
    detail: objects(seen, foreign),
  });
}

/** The poison detector (H4): what is loaded decides about the schema of every LMDB that reads this prefix. */
function wrongSchema({ params, seen }: SnapshotSighting): Diagnostic | undefined {
  const { schema } = params;
  if (schema === undefined) return undefined;
  const looked = seen.newest.filter((snapshot) => snapshot.schema !== undefined);
  const unread = looked.filter((snapshot) => snapshot.schema === null);
  const wrong = looked.filter((snapshot) => snapshot.schema !== null && snapshot.schema !== schema);
  if (wrong.length > 0) {
    const found = [...new Set(wrong.map((snapshot) => String(snapshot.schema)))].join(" and ");
    return failed(`${place(seen)} holds snapshots of schema ${found} instead of ${schema}`, {
      hint:
        "Every Lightning Stream that reads this prefix takes that schema over, and a server of the old release cannot start on it. " +
        "Stop Lightning Stream on the hosts that wrote them, remove these objects from the bucket, " +
        "or go back with the local backup instead.",
      detail: objects(seen, wrong),
    });
  }
  if (unread.length > 0) {
    return failed(`snapshots in ${place(seen)} cannot be read`, {
      hint: "They may have been replaced just now, or are damaged. Give the task a `wait:`.",
      detail: objects(seen, unread),
    });
  }
  return undefined;
}

function nothingThere({ params, seen }: SnapshotSighting): Diagnostic | undefined {
  if (params.non_empty !== true && params.every_instance !== true) return undefined;
  const there = new Set(seen.newest.map(({ lmdb }) => lmdb));
  const none = seen.lmdbs.filter((lmdb) => !there.has(lmdb));
  if (none.length === 0) return undefined;
  return failed(`${place(seen)} holds no snapshot of ${list(none)}`, {
    hint:
      seen.objects === 0
        ? "Is it the right prefix and bucket, and did a lifecycle rule or a cleaner empty it? An LMDB that is recreated from it stays empty."
        : "An LMDB that is recreated from it would stay empty.",
  });
}

function missing({ params, seen }: SnapshotSighting): Diagnostic | undefined {
  if (params.every_instance !== true || seen.receiver) return undefined;
  if (seen.newest.some(({ instance }) => instance === seen.instance)) return undefined;
  const others = [...new Set(seen.newest.map(({ instance }) => instance))];
  return failed(`the instance "${seen.instance}" of this host has no snapshot in ${place(seen)}`, {
    hint: "Is its Lightning Stream running, with this prefix, and not in `receive` mode? An instance whose LMDB was empty writes one with its first change.",
    detail: [`snapshots there are of ${list(others)}`],
  });
}

function failed(
  summary: string,
  more: { readonly hint: string; readonly detail?: readonly string[] },
): Diagnostic {
  return { code: "step/snapshots", severity: "error", summary, ...more };
}

/** Object names as the storage has them, with the prefix in front. */
function objects(seen: Seen, snapshots: readonly NewestSnapshot[]): readonly string[] {
  const names = snapshots.map(({ name, schema }) => {
    const inside = schema === undefined ? "" : ` (schema ${schema === null ? "unknown" : schema})`;
    return `${seen.prefix}${name}${inside}`;
  });
  const more = names.length > SHOWN ? [`… and ${names.length - SHOWN} more`] : [];
  return [...names.slice(0, SHOWN), ...more];
}

function place(seen: Seen): string {
  return seen.prefix === ""
    ? `the root of ${seen.bucket}`
    : `the prefix "${seen.prefix}" of ${seen.bucket}`;
}

function list(words: readonly string[]): string {
  const shown = words.slice(0, SHOWN);
  const more = words.length > SHOWN ? [`${words.length - SHOWN} more`] : [];
  return [...shown, ...more].join(", ") || "nobody";
}
