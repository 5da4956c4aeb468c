/** `watch_dns:` beside what changes hosts. Nothing of it can fail a run: what cannot be watched is named in the report. */
import { createDatagrams, type Datagrams } from "../dns/datagrams.ts";
import { createThrough } from "../dns/through.ts";
import { pace, startWatching, type Watched } from "../dns/watch.ts";
import { hostIdentity } from "../engine/identity.ts";
import type { Running } from "../engine/running.ts";
import { asText } from "../lib/as-text.ts";
import { reasonOf } from "../lib/reason.ts";
import type { DnsWay, SoaAnswer, WatchAnswer } from "../model/dns.ts";
import type { HostId } from "../model/ids.ts";
import type { DnsWatch } from "../model/playbook.ts";
import { listZones } from "../steps/_pdns/zone-list.ts";
import { PDNS_CONTROL } from "../steps/_pdns/places.ts";
import { systemClock } from "./system-clock.ts";

/** Some of its zones stand for a server: it has them in one database. */
const ZONES_ASKED = 10;
const PATIENCE_MS = 1_000;
/** A run does not wait longer for lists of zones; who has not listed any by then is not watched. */
const LISTING_MS = 20_000;

export async function workWatched<T>(
  running: Running,
  watchDns: DnsWatch,
  work: () => Promise<T>,
): Promise<T> {
  const datagrams = createDatagrams();
  const closers: (() => void)[] = [() => datagrams.close()];
  try {
    const chosen = await chooseZones(running, watchDns);
    const everyMs = pace(watchDns.everyMs, chosen.zones.size);
    const { unwatched } = chosen;
    await running.append({
      type: "dns-watch-begun",
      everyMs,
      watches: alike(chosen.zones),
      unwatched,
    });
    const servers = [...chosen.zones].map(([host, zones]) => {
      const { ask, close } = asker(running, watchDns, host, datagrams);
      closers.push(close);
      return { host, zones, ask } satisfies Watched;
    });
    const watching = startWatching({
      servers,
      everyMs,
      // Not the run's, which is traced: what goes on beside a run is none of its waits.
      clock: systemClock,
      say: (entry) => running.append(entry),
    });
    try {
      return await work();
    } finally {
      await watching.end();
    }
  } finally {
    for (const close of closers) close();
  }
}

interface Chosen {
  readonly zones: ReadonlyMap<HostId, readonly string[]>;
  readonly unwatched: readonly { readonly host: HostId; readonly why: string }[];
}

/** Those of an earlier watch of this run stay: a server that is down now has no list. */
async function chooseZones(running: Running, watch: DnsWatch): Promise<Chosen> {
  const { state } = running;
  const zones = new Map<HostId, readonly string[]>();
  const unwatched: { host: HostId; why: string }[] = [];
  const enough = new AbortController();
  const late = running.clock
    .sleep(LISTING_MS, enough.signal)
    .then(() => new Error(`it did not list its zones within ${LISTING_MS / 1000} s`));
  await Promise.all(
    state.spec.hosts.map(async (host) => {
      const known = state.dns?.servers.get(host)?.zones;
      const found = known ?? (await Promise.race([zonesOf(running, watch, host), late]));
      if (found instanceof Error) unwatched.push({ host, why: found.message });
      else if (found.length === 0) unwatched.push({ host, why: "it has no zone" });
      else zones.set(host, known ?? sample(found));
    }),
  );
  enough.abort();
  // In the order of the inventory, whoever answered first.
  const ordered = state.spec.hosts.flatMap((host) => {
    const some = zones.get(host);
    return some === undefined ? [] : [[host, some] as const];
  });
  return { zones: new Map(ordered), unwatched };
}

async function zonesOf(
  running: Running,
  watch: DnsWatch,
  host: HostId,
): Promise<readonly string[] | Error> {
  try {
    if (watch.zones !== "all")
      return watch.zones.flatMap((one) => namesIn(running, host, one, watch));
    const session = running.transport.connection(host).session(hostIdentity(running, host));
    return await listZones(session, watch.control ?? PDNS_CONTROL);
  } catch (problem) {
    return new Error(reasonOf(problem));
  }
}

/** A template may be a whole list. */
function namesIn(
  running: Running,
  host: HostId,
  source: string,
  watch: DnsWatch,
): readonly string[] {
  const value = rendered(running, host, source, watch);
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => asText(name).toLowerCase().replace(/\.?$/, "."));
}

function rendered(running: Running, host: HostId, source: string, { at }: DnsWatch): unknown {
  if (!source.includes("{{")) return source;
  const made = running.renderer.value(source, running.state.spec.scopes[host] ?? [], at);
  if (made.kind === "rendered") return made.value;
  throw new Error(
    made.kind === "problem" ? made.diagnostic.summary : `${source} is not known before the run`,
  );
}

/** From the beginning to the end of the list, evenly. */
function sample(zones: readonly string[]): readonly string[] {
  const count = Math.min(ZONES_ASKED, zones.length);
  return Array.from(
    { length: count },
    (_, index) => zones[Math.floor((index * zones.length) / count)] ?? ".",
  );
}

/** Servers that are asked for the same zones are told together: of a replicated fleet, all. */
function alike(
  zones: ReadonlyMap<HostId, readonly string[]>,
): readonly { readonly hosts: readonly HostId[]; readonly zones: readonly string[] }[] {
  const groups = new Map<string, { hosts: HostId[]; zones: readonly string[] }>();
  for (const [host, some] of zones) {
    const key = some.join(" ");
    const group = groups.get(key) ?? { hosts: [], zones: some };
    groups.set(key, group);
    group.hosts.push(host);
  }
  return [...groups.values()];
}

interface Asker {
  readonly ask: (zone: string) => Promise<WatchAnswer>;
  readonly close: () => void;
}

function asker(running: Running, watch: DnsWatch, host: HostId, datagrams: Datagrams): Asker {
  const { port, via } = watch;
  const named = watch.server === undefined ? undefined : addressIn(running, host, watch);
  const address = named ?? running.state.spec.addresses[host] ?? host;
  const session = running.transport.connection(host).session({ kind: "login" });
  const through = createThrough(session, named ?? "127.0.0.1", port);
  let way: DnsWay | undefined = via === "auto" ? undefined : via;
  const askBy = async (by: DnsWay, zone: string): Promise<WatchAnswer> => {
    const answer =
      by === "direct"
        ? await datagrams.ask({ address, port }, zone, PATIENCE_MS)
        : await through.ask(zone, PATIENCE_MS);
    return answer === undefined ? { kind: "unseen" } : judged(answer, by);
  };
  return {
    async ask(zone) {
      if (way !== undefined) return await askBy(way, zone);
      // The way that a server first answers is kept: another one would see another network.
      const direct = await askBy("direct", zone);
      const answer = direct.kind === "answered" ? direct : await askBy("ssh", zone);
      if (answer.kind === "answered") way = answer.way;
      return answer;
    },
    close: () => through.close(),
  };
}

function addressIn(running: Running, host: HostId, watch: DnsWatch): string | undefined {
  try {
    return asText(rendered(running, host, watch.server ?? "", watch));
  } catch {
    return undefined;
  }
}

function judged(answer: SoaAnswer, way: DnsWay): WatchAnswer {
  switch (answer.kind) {
    case "serial":
      return answer.authoritative
        ? { kind: "answered", way }
        : { kind: "silent", why: "an answer without authority" };
    case "refused":
      return { kind: "silent", why: answer.rcode };
    case "silent":
      return { kind: "silent", why: answer.reason };
  }
}
