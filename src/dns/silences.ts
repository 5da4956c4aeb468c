/** What is remembered of watched servers, and what of it is worth a line in the journal. */
import type { WatchAnswer, WatchTally } from "../model/dns.ts";
import type { HostId } from "../model/ids.ts";

/** A datagram gets lost; two in a row are a silence. */
const SILENCE = 2;
/** A server that comes and goes is told so often; afterwards it is counted. */
const MOST_TOLD_EACH = 100;
const MOST_TOLD = 5_000;

export interface Silences {
  /** Answers of one server come in the order of its questions; `at`: when it was asked. */
  heard(host: HostId, at: number, answer: WatchAnswer): void;
  /** Who fell silent and who answers again since the last time, in order. */
  news(): readonly Sight[];
  tallies(now: number): readonly WatchTally[];
}

/** Without a `why`: it answers again. */
export interface Sight {
  readonly host: HostId;
  readonly at: number;
  readonly why?: string;
}

interface Heard {
  tally: WatchTally;
  told: number;
  /** Questions without an answer since the last one that had one. */
  missed: { readonly from: number; count: number; isTold: boolean } | undefined;
}

export function createSilences(hosts: readonly HostId[]): Silences {
  const servers = new Map<HostId, Heard>(
    hosts.map((host) => {
      const counts = { asked: 0, answered: 0, unseen: 0, silences: 0, silentMs: 0, longestMs: 0 };
      return [host, { tally: { host, ...counts }, told: 0, missed: undefined }];
    }),
  );
  let news: Sight[] = [];
  let told = 0;

  const missed = (server: Heard, at: number, why: string): void => {
    const { tally } = server;
    server.missed ??= { from: at, count: 0, isTold: false };
    const { missed: run } = server;
    run.count++;
    if (run.count !== SILENCE) return;
    server.tally = { ...tally, silences: tally.silences + 1 };
    if (server.told >= MOST_TOLD_EACH || told >= MOST_TOLD) return;
    server.told++;
    told++;
    run.isTold = true;
    news.push({ host: tally.host, at: run.from, why });
  };
  const answered = (server: Heard, at: number): void => {
    const { missed: run } = server;
    server.missed = undefined;
    if (!run || run.count < SILENCE) return;
    server.tally = withSilence(server.tally, at - run.from);
    if (run.isTold) news.push({ host: server.tally.host, at });
  };
  return {
    heard(host, at, answer) {
      const server = servers.get(host);
      if (!server) return;
      const { tally } = server;
      switch (answer.kind) {
        case "unseen":
          server.tally = { ...tally, unseen: tally.unseen + 1 };
          return;
        case "silent":
          server.tally = { ...tally, asked: tally.asked + 1 };
          missed(server, at, answer.why);
          return;
        case "answered":
          server.tally = {
            ...tally,
            asked: tally.asked + 1,
            answered: tally.answered + 1,
            way: answer.way,
          };
          answered(server, at);
      }
    },
    news() {
      const since = news;
      news = [];
      return since;
    },
    tallies: (now) =>
      [...servers.values()].map(({ tally, missed: run }) =>
        run && run.count >= SILENCE ? withSilence(tally, now - run.from) : tally,
      ),
  };
}

function withSilence(tally: WatchTally, ms: number): WatchTally {
  return {
    ...tally,
    silentMs: tally.silentMs + ms,
    longestMs: Math.max(tally.longestMs, ms),
  };
}
