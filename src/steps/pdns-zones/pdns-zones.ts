import { defineReading, type Sighting, type Verdict } from "../../model/step.ts";
import * as place from "../_pdns/places.ts";
import { listZones, zonesSha256 } from "../_pdns/zone-list.ts";

/** What an earlier `pdns.zones` registered, or just its names. */
export type KnownZones = { readonly [key: string]: unknown } | readonly string[];

export interface Params {
  readonly same_as?: KnownZones;
  readonly includes?: KnownZones;
  readonly control?: readonly string[];
}

/** What `register:` keeps. */
export type Seen = {
  /** In alphabetical order. */
  readonly zones: readonly string[];
  readonly count: number;
  /** Of the names, for a quick look at whether two hosts have the same zones. */
  readonly sha256: string;
};

export const step = defineReading<Params, Seen>({
  name: "pdns.zones",
  summary: "The zones that a running PowerDNS server has",
  description: `
Asks the running server for the names of its zones, through its control socket: that works the same in all releases and
never opens the LMDB, which \`pdnsutil\` of 5.x would upgrade. Zones without an SOA record are not in that list.

Names alone say nothing about what is in the zones: \`lmdb.content\` compares that.`.trim(),
  params: {
    same_as: {
      type: ["object", "array"],
      description:
        "The zones must be these: what an earlier `pdns.zones` registered, or a list of names.",
    },
    includes: {
      type: ["object", "array"],
      description: "These zones must be there; others may be there as well.",
    },
    control: place.controlParam,
  },
  examples: [
    { title: "Remember the zones", yaml: "pdns.zones: {}\nregister: before" },
    { title: "All of them came back", yaml: 'pdns.zones: { same_as: "{{ before }}" }' },
    { title: "None is missing", yaml: 'pdns.zones: { includes: "{{ before }}" }' },
  ],
  where: "host",
  reads: () => [`unit:${place.PDNS_UNIT}`, `lmdb:${place.LMDB_PATH}`],
  async observe(host, params) {
    const zones = await listZones(host, params.control ?? place.PDNS_CONTROL);
    return { zones, count: zones.length, sha256: zonesSha256(zones) };
  },
  judge: (sightings) => sightings.map(judgeOne),
});

const SHOWN = 10;

function judgeOne({ params, seen }: Sighting<Params, Seen>): Verdict {
  const has = new Set(seen.zones);
  const lost = (known: KnownZones) => namesIn(known).filter((zone) => !has.has(zone));
  const missing = [...new Set([params.same_as ?? [], params.includes ?? []].flatMap(lost))];
  const wanted = params.same_as === undefined ? undefined : new Set(namesIn(params.same_as));
  const added = wanted === undefined ? [] : seen.zones.filter((zone) => !wanted.has(zone));
  if (missing.length === 0 && added.length === 0) return { kind: "holds" };
  const counts = [
    ...(missing.length === 0 ? [] : [`${missing.length} missing`]),
    ...(added.length === 0 ? [] : [`${added.length} that were not there before`]),
  ];
  return {
    kind: "fails",
    diagnostic: {
      code: "step/zones-differ",
      severity: "error",
      summary: `the server has ${seen.count} zones: ${counts.join(", ")}`,
      hint: "A server that just started may still be loading; new zones appear after `pdns.flush`. Give the task a `wait:`.",
      detail: [...listed("missing", missing), ...listed("new", added)],
    },
  };
}

function listed(word: string, zones: readonly string[]): readonly string[] {
  const more = zones.length > SHOWN ? [`… and ${zones.length - SHOWN} more ${word}`] : [];
  return [...zones.slice(0, SHOWN).map((zone) => `${word}: ${zone}`), ...more];
}

function namesIn(known: KnownZones): readonly string[] {
  const names: unknown = Array.isArray(known) ? known : (known as { zones?: unknown }).zones;
  return Array.isArray(names)
    ? names.map((name) => String(name).toLowerCase().replace(/\.?$/, "."))
    : [];
}
