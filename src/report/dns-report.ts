/** What the watch of DNS saw, for people and programs. */
import { showDuration } from "../lib/duration.ts";
import type { DnsWatchState, WatchedServer } from "../model/run-state.ts";
import { iso } from "./moments.ts";
import type { DnsReport, DnsServerReport } from "./run-report.ts";

/** Undefined: nobody was watched. */
export function dnsReport(
  dns: DnsWatchState | undefined,
  mask: (text: string) => string,
): DnsReport | undefined {
  if (!dns) return undefined;
  return {
    everyMs: dns.everyMs,
    spans: dns.spans.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    mostSilentAtOnce: mostAtOnce(dns),
    servers: [...dns.servers.values()].map((server) => serverReport(server, dns, mask)),
    unwatched: dns.unwatched.map(({ host, why }) => ({ host, why: mask(why) })),
  };
}

function serverReport(
  { before, now, silences }: WatchedServer,
  dns: DnsWatchState,
  mask: (text: string) => string,
): DnsServerReport {
  const way = now.way ?? before.way;
  const last = lastMoment(dns);
  const longestSeen = Math.max(0, ...silences.map(({ from, to }) => (to ?? last) - from));
  return {
    host: now.host,
    ...(way !== undefined && { way }),
    asked: before.asked + now.asked,
    answered: before.answered + now.answered,
    unseen: before.unseen + now.unseen,
    // A controller that was killed did not count what it had told.
    silences: Math.max(before.silences + now.silences, silences.length),
    longestMs: Math.max(before.longestMs, now.longestMs, longestSeen),
    times: silences.map(({ from, to, why }) => ({
      from: iso(from),
      ...(to !== undefined && { to: iso(to) }),
      why: mask(why),
    })),
  };
}

function lastMoment({ spans }: DnsWatchState): number {
  return spans.at(-1)?.to ?? 0;
}

function mostAtOnce(dns: DnsWatchState): number {
  const last = lastMoment(dns);
  const edges = [...dns.servers.values()].flatMap(({ silences }) =>
    silences.flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to ?? last + 1, by: -1 },
    ]),
  );
  // Who answers again in the moment in which another one falls silent was not silent beside it.
  edges.sort((a, b) => a.at - b.at || a.by - b.by);
  let [silent, most] = [0, 0];
  for (const { by } of edges) {
    silent += by;
    most = Math.max(most, silent);
  }
  return most;
}

/** One sentence: was anybody without an answer, for how long, and were there others to ask? */
export function dnsSentence({ servers, unwatched, mostSilentAtOnce }: DnsReport): string {
  const missing = unwatched.length > 0 ? `; ${unwatched.length} not watched` : "";
  if (servers.length === 0) return `no server could be watched${missing}`;
  const silent = servers.filter(({ silences }) => silences > 0);
  const [longest] = silent.toSorted((a, b) => b.longestMs - a.longestMs);
  if (!longest) return `${servers.length} servers watched, none was silent${missing}`;
  const time = `longest ${showDuration(longest.longestMs)} (${longest.host})`;
  return `${silent.length} of ${servers.length} servers silent at times, ${time}, at most ${mostSilentAtOnce} at once${missing}`;
}
