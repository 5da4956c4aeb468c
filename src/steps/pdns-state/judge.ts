import type { Diagnostic } from "../../model/diagnostic.ts";
import type { FleetView, Sighting, Verdict } from "../../model/step.ts";
import { fits, nativeSchema } from "../_pdns/versions.ts";
import { LMDB_PATH } from "../_pdns/places.ts";
import type { Params, Seen } from "./pdns-state.ts";

type StateSighting = Sighting<Params, Seen>;

/** Something that is not as it should be; the first one of a host names it, the others are listed below. */
interface Finding {
  readonly summary: string;
  readonly hint?: string;
}

export function judgeStates(
  sightings: readonly StateSighting[],
  view: FleetView,
): readonly Verdict[] {
  const compared = sightings.filter(({ host }) => view.judged.has(host));
  return sightings.map((sighting): Verdict => {
    const findings = [
      ...forbidden(sighting.seen),
      ...sharedPrefix(sighting, sightings),
      ...expected(sighting, sightings),
      ...otherPrefix(sighting, compared),
    ];
    const [first, ...others] = findings;
    return first === undefined
      ? { kind: "holds" }
      : { kind: "fails", diagnostic: diagnosticOf(first, others) };
  });
}

function diagnosticOf(first: Finding, others: readonly Finding[]): Diagnostic {
  return {
    code: "step/pdns-state",
    severity: "error",
    summary: first.summary,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    ...(others.length === 0 ? {} : { detail: others.map(({ summary }) => summary) }),
  };
}

/** Combinations that are wrong whatever a playbook wants, worst first. */
function forbidden(seen: Seen): readonly Finding[] {
  const { schema, binary, running } = seen;
  if (seen.lmdb === "unreadable") {
    return [{ summary: "the schema version cannot be read", hint: seen.reason ?? "" }];
  }
  if (schema === null) return [];
  const findings: Finding[] = [];
  const usable = nativeSchema(running ?? binary ?? "");
  if (usable !== undefined && schema > usable) {
    findings.push({
      summary: `the LMDB is at schema ${schema}, and PowerDNS ${running ?? binary ?? ""} can use no more than ${usable}`,
      hint:
        seen.lightningstream === "active"
          ? `Stop Lightning Stream here first: it reads ${prefixText(seen)}, into which a host at schema ${schema} writes. ` +
            "`lightningstream.snapshots` names the objects. Then put back an LMDB of the old schema, or install the new release."
          : "The server will not start again. Put back an LMDB of the old schema (`lmdb.restore`, or empty it and let " +
            "Lightning Stream fill it from the old prefix), or install the new release.",
    });
  }
  const starts = nativeSchema(binary ?? "");
  if (starts !== undefined && starts > schema && seen.lightningstream === "active") {
    findings.push({
      summary: `PowerDNS ${binary ?? ""} is installed over an LMDB at schema ${schema} while Lightning Stream runs on ${prefixText(seen)}`,
      hint: `The server's next start upgrades the file, and Lightning Stream sends that to every host. Stop and hold Lightning Stream, or install the old release again.`,
    });
  }
  const runs = nativeSchema(running ?? "");
  if (runs !== undefined && runs > schema) {
    findings.push({
      summary: `PowerDNS ${running ?? ""} runs, but this LMDB is at schema ${schema}`,
      hint: "The server has another file open, or the file was replaced under it: compare `lmdb-filename` with `lmdb:` of this task.",
    });
  }
  return findings;
}

/** Two schema versions behind one prefix: the higher one is about to be everywhere. */
function sharedPrefix(
  { seen }: StateSighting,
  sightings: readonly StateSighting[],
): readonly Finding[] {
  const joined = sightings.filter(
    (other) =>
      other.seen.schema !== null &&
      other.seen.lightningstream === "active" &&
      whereabouts(other.seen) === whereabouts(seen),
  );
  const schemas = new Set(joined.map((other) => other.seen.schema));
  if (seen.lightningstream !== "active" || seen.schema === null || schemas.size < 2) return [];
  const who = [...schemas]
    .map((schema) => {
      const hosts = joined.filter((other) => other.seen.schema === schema);
      return `schema ${String(schema)} on ${hosts.map(({ host }) => host).join(", ")}`;
    })
    .join("; ");
  return [
    {
      summary: `${prefixText(seen)} is shared by hosts at different schemas: ${who}`,
      hint: "Stop Lightning Stream on all of them now. Servers of the old release must not be restarted while their LMDB is at the new schema.",
    },
  ];
}

function expected(
  { params, seen }: StateSighting,
  sightings: readonly StateSighting[],
): readonly Finding[] {
  const findings: Finding[] = [];
  if (params.schema !== undefined && seen.schema !== params.schema && seen.lmdb !== "unreadable") {
    findings.push(wrongSchema(params, seen, sightings));
  }
  for (const { wanted, has, what, none } of [
    { wanted: params.version, has: seen.running, what: "running", none: notRunning(seen) },
    { wanted: params.version, has: seen.binary, what: "installed", none: NOT_INSTALLED },
    { wanted: params.binary, has: seen.binary, what: "installed", none: NOT_INSTALLED },
  ]) {
    if (wanted === undefined) continue;
    if (has === null) findings.push(none);
    else if (!fits(has, wanted)) {
      const old = what === "running" && seen.binary !== null && fits(seen.binary, wanted);
      findings.push({
        summary: `PowerDNS ${has} is ${what}, not ${wanted}`,
        ...(old ? { hint: `${seen.binary} is installed, but the server was not restarted.` } : {}),
      });
    }
  }
  if (params.prefix !== undefined) findings.push(...wrongPrefix(params.prefix ?? "", seen));
  findings.push(...refusesToStart(params, seen));
  return findings;
}

function refusesToStart({ can_start_at: wanted }: Params, { demanded }: Seen): readonly Finding[] {
  if (wanted === undefined || !demanded || demanded.schema === wanted) return [];
  const { schema, where } = demanded;
  return [
    {
      summary: `lmdb-schema-version=${schema} (${where}) keeps a server of schema ${wanted} from starting`,
      hint: `It prevents no upgrade of the file: the new release refuses to start with it. Remove it on every host before the migration; set it to ${wanted} afterwards if it is there to guard.`,
    },
  ];
}

const NOT_INSTALLED: Finding = {
  summary: "pdns_server is not installed, or does not tell its version",
  hint: "Install the package; after an interrupted one: `dpkg --configure -a --force-confdef --force-confold`, then install again.",
};

function notRunning(seen: Seen): Finding {
  return {
    summary: `PowerDNS does not answer; its unit is ${seen.pdns}`,
    hint: "`journalctl -u pdns` says why. A server in `activating` restarts in a loop.",
  };
}

function wrongSchema(params: Params, seen: Seen, sightings: readonly StateSighting[]): Finding {
  const path = params.lmdb ?? LMDB_PATH;
  const wanted = String(params.schema);
  if (seen.schema !== null) {
    const summary = `the LMDB is at schema ${seen.schema}, not ${wanted}`;
    const older = sightings.find(
      (other) =>
        whereabouts(other.seen) === whereabouts(seen) &&
        (other.seen.schema ?? Infinity) < (seen.schema ?? 0),
    );
    if (older === undefined) return { summary };
    return {
      summary: `${summary}, and Lightning Stream is configured with ${prefixText(seen)} of hosts at schema ${older.seen.schema}`,
      hint:
        `Keep Lightning Stream stopped here: it would write schema ${seen.schema} for all that read there. Configure ` +
        `the prefix of schema ${seen.schema} if this host was upgraded, else put back an LMDB of schema ${wanted}.`,
    };
  }
  return seen.lmdb === "empty"
    ? {
        summary: `${path} is empty: no schema, where ${wanted} is wanted`,
        hint: "Lightning Stream found nothing under its prefix yet, or cannot reach its storage.",
      }
    : { summary: `there is no LMDB at ${path}, where schema ${wanted} is wanted` };
}

function wrongPrefix(wanted: string, seen: Seen): readonly Finding[] {
  if ((seen.prefix ?? "") !== wanted) {
    const at = seen.schema === null ? "" : ` while its LMDB is at schema ${seen.schema}`;
    return [
      {
        summary: `Lightning Stream is configured with ${prefixText(seen)}, not ${quoted(wanted)}${at}`,
        hint: "The value is used as it stands, without a slash: `v6` and `v6/` are different places.",
      },
    ];
  }
  return seen.outdated
    ? [
        {
          summary: "Lightning Stream was started before its configuration was changed",
          hint: "It may still use another prefix. Restart it, or find out who changed the file.",
        },
      ]
    : [];
}

function otherPrefix(
  { params, seen }: StateSighting,
  sightings: readonly StateSighting[],
): readonly Finding[] {
  if (params.same_prefix_everywhere !== true) return [];
  const groups = new Map<string, StateSighting[]>();
  for (const other of sightings) {
    const key = whereabouts(other.seen);
    groups.set(key, [...(groups.get(key) ?? []), other]);
  }
  if (groups.size < 2) return [];
  const sizes = [...groups.values()].map((group) => group.length);
  const largest = Math.max(...sizes);
  const own = groups.get(whereabouts(seen))?.length ?? 0;
  // The odd ones out are to blame; where there is no majority, everybody is.
  if (own === largest && sizes.filter((size) => size === largest).length === 1) return [];
  const text = [...groups.values()]
    .map((group) => {
      const [first] = group;
      const where = first === undefined ? "" : `${prefixText(first.seen)} of ${first.seen.bucket}`;
      return `${where} on ${group.map(({ host }) => host).join(", ")}`;
    })
    .join("; ");
  return [
    {
      summary: `the hosts do not share one prefix: ${text}`,
      hint: "Hosts with different prefixes do not see each other's changes. Make the value identical before a migration.",
    },
  ];
}

/** Two hosts replicate with each other exactly when this is equal; a prefix that is absent is an empty one. */
function whereabouts(seen: Seen): string {
  return `${seen.bucket}\n${seen.prefix ?? ""}`;
}

function prefixText(seen: Seen): string {
  return (seen.prefix ?? "") === ""
    ? "the root of the bucket"
    : `the prefix ${quoted(seen.prefix ?? "")}`;
}

function quoted(prefix: string): string {
  return `"${prefix}"`;
}
