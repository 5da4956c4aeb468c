/** Asks servers for SOAs beside a run, each a few times a second, and says what it saw in few and small entries. */
import { setMaxListeners } from "node:events";
import type { Clock } from "../model/clock.ts";
import type { WatchAnswer } from "../model/dns.ts";
import type { HostId } from "../model/ids.ts";
import type { JournalEntry } from "../model/journal-entry.ts";
import { createSilences } from "./silences.ts";

export interface Watched {
  readonly host: HostId;
  readonly zones: readonly string[];
  /** Settles within a few seconds. */
  readonly ask: (zone: string) => Promise<WatchAnswer>;
}

export interface WatchParts {
  readonly servers: readonly Watched[];
  readonly everyMs: number;
  readonly clock: Clock;
  /** A journal that fails ends the run by itself; the watch only stops. */
  readonly say: (
    entry: Extract<JournalEntry, { type: "dns-silences" | "dns-watched" }>,
  ) => Promise<void>;
}

export interface DnsWatching {
  /** Asks no more; resolves when everything that was seen is said. */
  end(): Promise<void>;
}

/** Of all servers together: more would be felt by this machine, and by theirs. */
const MOST_A_SECOND = 400;
const NEWS_MS = 1_000;
/** How often what was counted is said, for a controller that is killed: the more servers, the longer the entry. */
const TALLY_MS = 60_000;
const TALLY_MS_A_SERVER = 1_200;

export function pace(everyMs: number, servers: number): number {
  return Math.max(everyMs, Math.ceil((servers * 1000) / MOST_A_SECOND));
}

export function startWatching({ servers, everyMs, clock, say }: WatchParts): DnsWatching {
  const silences = createSilences(servers.map(({ host }) => host));
  const stop = new AbortController();
  // Every server waits for it: Node takes more than ten for a leak, and says so on the terminal.
  setMaxListeners(0, stop.signal);
  const askOn = async ({ host, zones, ask }: Watched, index: number): Promise<void> => {
    // Spread over the time between two questions.
    await clock.sleep((everyMs * index) / servers.length, stop.signal);
    for (let turn = index; !stop.signal.aborted; turn++) {
      const [at, begun] = [clock.now(), clock.ticks()];
      const answer = await ask(zones[turn % zones.length] ?? ".");
      if (stop.signal.aborted) return;
      silences.heard(host, at, answer);
      await clock.sleep(Math.max(0, begun + everyMs - clock.ticks()), stop.signal);
    }
  };
  const sayNews = async (): Promise<void> => {
    const seen = silences.news();
    if (seen.length > 0) await say({ type: "dns-silences", seen });
  };
  const sayTallies = (over: boolean): Promise<void> =>
    say({ type: "dns-watched", servers: silences.tallies(clock.now()), over });
  const tell = async (): Promise<void> => {
    const tallyMs = Math.max(TALLY_MS, servers.length * TALLY_MS_A_SERVER);
    let tallied = clock.ticks();
    try {
      while (!stop.signal.aborted) {
        await clock.sleep(NEWS_MS, stop.signal);
        await sayNews();
        if (stop.signal.aborted || clock.ticks() - tallied < tallyMs) continue;
        tallied = clock.ticks();
        await sayTallies(false);
      }
      await sayTallies(true);
    } catch {
      stop.abort();
    }
  };
  for (const [index, server] of servers.entries()) void askOn(server, index);
  const telling = tell();
  return {
    end() {
      stop.abort();
      return telling;
    },
  };
}
