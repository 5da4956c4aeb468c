/** What the watch of DNS says, folded: servers with what was counted of them and when they were silent. */
import { assertNever } from "../lib/assert-never.ts";
import type { WatchTally } from "../model/dns.ts";
import type { HostId } from "../model/ids.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import type { DnsWatchState, WatchedServer } from "../model/run-state.ts";

type DnsEntry = Extract<JournalEntry, { type: "dns-watch-begun" | "dns-silences" | "dns-watched" }>;

/** A watch reaches to the last line that its controller wrote: nobody says when that was killed. */
export function timePasses({ spans }: DnsWatchState, { at, entry }: JournalLine): void {
  const span = spans.at(-1);
  if (!span || span.isOver) return;
  if (entry.type === "run-resumed") span.isOver = true;
  else span.to = at;
}

export function foldDns(
  known: DnsWatchState | undefined,
  entry: DnsEntry,
  at: number,
): DnsWatchState {
  const dns = known ?? { everyMs: 0, spans: [], servers: new Map(), unwatched: [] };
  switch (entry.type) {
    case "dns-watch-begun":
      begin(dns, entry, at);
      return dns;
    case "dns-silences":
      for (const { host, at: when, why } of entry.seen) {
        const silences = dns.servers.get(host)?.silences;
        const last = silences?.at(-1);
        if (why !== undefined) silences?.push({ from: when, to: undefined, why });
        else if (last) last.to ??= when;
      }
      return dns;
    case "dns-watched": {
      for (const tally of entry.servers) {
        const server = dns.servers.get(tally.host);
        if (server) server.now = tally;
      }
      const span = dns.spans.at(-1);
      if (span) span.isOver = entry.over;
      return dns;
    }
  }
  assertNever(entry);
}

function begin(
  dns: DnsWatchState,
  { everyMs, watches, unwatched }: Extract<DnsEntry, { type: "dns-watch-begun" }>,
  at: number,
): void {
  const last = dns.spans.at(-1);
  if (last) {
    // Silent when the watch was cut off: how long it stayed so, nobody saw.
    for (const server of dns.servers.values()) {
      closeAt(server, last.to);
      server.before = totalTally(server);
      server.now = noTally(server.before.host);
    }
    last.isOver = true;
  }
  dns.everyMs = everyMs;
  dns.unwatched = unwatched;
  dns.spans.push({ from: at, to: at, isOver: false });
  for (const { hosts, zones } of watches) {
    for (const host of hosts) {
      const seen = dns.servers.get(host);
      const before = seen?.before ?? noTally(host);
      dns.servers.set(host, { zones, before, now: noTally(host), silences: seen?.silences ?? [] });
    }
  }
}

function closeAt({ silences }: WatchedServer, at: number): void {
  const silence = silences.at(-1);
  if (silence) silence.to ??= Math.max(at, silence.from);
}

export function totalTally({ before, now }: WatchedServer): WatchTally {
  const way = now.way ?? before.way;
  return {
    host: now.host,
    ...(way !== undefined && { way }),
    asked: before.asked + now.asked,
    answered: before.answered + now.answered,
    unseen: before.unseen + now.unseen,
    silences: before.silences + now.silences,
    silentMs: before.silentMs + now.silentMs,
    longestMs: Math.max(before.longestMs, now.longestMs),
  };
}

function noTally(host: HostId): WatchTally {
  return { host, asked: 0, answered: 0, unseen: 0, silences: 0, silentMs: 0, longestMs: 0 };
}
