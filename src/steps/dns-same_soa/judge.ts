import type { Diagnostic } from "../../model/diagnostic.ts";
import type { FleetView, Sighting, Verdict } from "../../model/step.ts";
import type { Params, Seen } from "./dns-same_soa.ts";

type SoaSighting = Sighting<Params, Seen>;

/** How an answer begins that did not come. */
export const SILENT = "no answer";

const SHOWN = 10;
const NOT_LISTED = "not a zone of this server";

export function judgeSerials(
  sightings: readonly SoaSighting[],
  view: FleetView,
): readonly Verdict[] {
  const compared = sightings.filter(({ host }) => view.judged.has(host));
  const zones = [...new Set(compared.flatMap(({ seen }) => Object.keys(seen.answers)))].toSorted();
  const expected = new Map(zones.map((zone) => [zone, mostCommon(zone, compared)]));
  return sightings.map((sighting): Verdict => {
    const wrong = zones.filter((zone) => {
      const serial = expected.get(zone);
      return serial === undefined || answerOf(sighting, zone) !== serial;
    });
    const [first] = wrong;
    if (first === undefined) return { kind: "holds" };
    return {
      kind: "fails",
      diagnostic: silentServer(sighting, wrong) ?? {
        code: "step/serials-differ",
        severity: "error",
        summary: `${wrong.length} of ${zones.length} zones are not answered as everywhere: ${shortList(wrong)}`,
        hint: "`pdns.flush` makes servers see new zones and changed records; then give it time. If it stays, compare with `lmdb.content`.",
        detail: [
          ...wrong.slice(0, SHOWN).map((zone) => inWords(zone, compared)),
          ...(wrong.length > SHOWN ? [`… and ${wrong.length - SHOWN} more`] : []),
        ],
      },
    };
  });
}

function answerOf({ seen }: SoaSighting, zone: string): number | string {
  return seen.answers[zone] ?? NOT_LISTED;
}

/** The serial that more servers give than any other; nothing when none is ahead, or when no server gives one. */
function mostCommon(zone: string, sightings: readonly SoaSighting[]): number | undefined {
  const counts = new Map<number, number>();
  for (const sighting of sightings) {
    const answer = answerOf(sighting, zone);
    if (typeof answer === "number") counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted((one, other) => other[1] - one[1]);
  const [first, second] = ranked;
  return first === undefined || first[1] === second?.[1] ? undefined : first[0];
}

function inWords(zone: string, sightings: readonly SoaSighting[]): string {
  const groups = new Map<number | string, string[]>();
  for (const sighting of sightings) {
    const answer = answerOf(sighting, zone);
    groups.set(answer, [...(groups.get(answer) ?? []), sighting.host]);
  }
  const parts = [...groups].map(([answer, hosts]) => {
    const shown = hosts.slice(0, SHOWN).join(", ") + (hosts.length > SHOWN ? ", …" : "");
    return `${typeof answer === "number" ? `serial ${answer}` : answer} on ${shown}`;
  });
  return `${zone} ${parts.join("; ")}`;
}

/** One sentence instead of one line for each zone. */
function silentServer(sighting: SoaSighting, zones: readonly string[]): Diagnostic | undefined {
  const answers = zones.map((zone) => String(answerOf(sighting, zone)));
  const [first = ""] = answers;
  if (zones.length < Object.keys(sighting.seen.answers).length) return undefined;
  if (!answers.every((answer) => answer.startsWith(SILENT))) return undefined;
  return {
    code: "step/dns-silent",
    severity: "error",
    summary: `${sighting.seen.server} does not answer DNS over TCP${first.slice(SILENT.length)}`,
    hint: "Is the server running, and does it listen there? `server:`, `port:` and `via:` choose another way to ask.",
  };
}

function shortList(zones: readonly string[]): string {
  const shown = zones.slice(0, 3).join(", ");
  return zones.length > 3 ? `${shown}, …` : shown;
}
