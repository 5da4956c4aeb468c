import { sh } from "../../model/command.ts";
import { defineReading } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask } from "../ask.ts";
import { asUser } from "../_lmdb/as-user.ts";
import type { ConfiguredLmdb } from "../_lightningstream/config.ts";
import { askHealth } from "../_lightningstream/health.ts";
import {
  lastLines,
  startedIn,
  startedLines,
  waitsFor,
  watchStartup,
} from "../_lightningstream/log-lines.ts";
import { lookAtLightningStream, type LightningStreamSeen } from "../_lightningstream/look.ts";
import * as place from "../_pdns/places.ts";
import { judgeReadiness } from "./judge.ts";

export interface Params {
  readonly allow_empty?: boolean;
  readonly config?: string;
  readonly unit?: string;
  readonly user?: string;
}

/** What `register:` keeps. */
export type Seen = {
  readonly unit: string;
  /** Seconds since 1970, of the unit's start, of the process that answered, and of the last change of its file. */
  readonly active_since: number | null;
  readonly since: number | null;
  readonly config_changed: number;
  /** Who said so: its HTTP server, or its log where it has none. */
  readonly asked: "healthz" | "journal" | "nobody";
  readonly silent: string | null;
  readonly lmdbs: readonly LmdbSeen[];
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  readonly waits_for: string | null;
};

type LmdbSeen = {
  readonly name: string;
  readonly started: boolean;
  /** Databases in the file; null where that cannot be read. */
  readonly databases: number | null;
};

export const step = defineReading<Params, Seen>({
  name: "lightningstream.ready",
  summary: "Lightning Stream has started, has loaded everything, and its LMDBs are not empty",
  description: `
Holds when the unit is active, the process is the one that the unit started last, it was started after the last change of
its configuration, the startup phase of every configured LMDB is over, nothing is reported as failed, and no LMDB is empty.

\`/healthz\` answers "ok" while the storage cannot be reached, and a startup on an empty prefix is "over" at once, so
neither is enough. The question is put through a connection that the host opens to itself: the port stays on its loopback
and the host needs no curl. Without \`http:\` in the configuration the journal is read instead.

In the first seconds after a start the journal is watched and \`/healthz\` is asked when the startup is over there, because
asking at the very moment when it ends can silence \`/healthz\` until the next start of Lightning Stream.

As a gate it is given a \`wait:\`. While it waits it says for what, for example a storage that does not answer.`.trim(),
  params: {
    allow_empty: {
      type: "boolean",
      description: "An empty LMDB is fine: a new fleet without any zone.",
      default: false,
    },
    config: place.configParam,
    unit: place.lightningStreamUnitParam,
    user: place.userParam,
  },
  examples: [
    { title: "Before anything changes", yaml: "lightningstream.ready: {}" },
    { title: "As a gate behind its start", yaml: "lightningstream.ready: {}\nwait: 5m" },
  ],
  where: "host",
  reads: (params) => [
    `unit:${params.unit ?? place.LIGHTNINGSTREAM_UNIT}`,
    `file:${params.config ?? place.CONFIG_PATH}`,
    `lmdb:${place.LMDB_PATH}`,
  ],
  observe,
  judge: (sightings) => sightings.map(judgeReadiness),
});

async function observe(host: HostReader, params: Params): Promise<Seen> {
  const stream = await lookAtLightningStream(host, {
    config: params.config ?? place.CONFIG_PATH,
    unit: params.unit ?? place.LIGHTNINGSTREAM_UNIT,
  });
  const { unit, config, configChanged } = stream;
  const nothing: Seen = {
    unit: unit.activity,
    active_since: unit.activeSince ?? null,
    since: null,
    config_changed: configChanged,
    asked: "nobody",
    silent: null,
    lmdbs: [],
    failures: [],
    warnings: [],
    waits_for: null,
  };
  if (unit.activity !== "active") return nothing;
  await ask(host, watchStartup(unit, config.lmdbs.length));
  const progress = await progressOf(host, stream);
  // Counted after the startup was seen to be over: before it an LMDB may still be empty.
  const databases = await Promise.all(
    config.lmdbs.map((lmdb) => databasesIn(host, lmdb, params.user ?? place.PDNS_USER)),
  );
  const started = new Set(progress.started);
  const lmdbs = config.lmdbs.map(({ name }, index) => ({
    name,
    started: started.has(name),
    databases: databases[index] ?? null,
  }));
  const ready = lmdbs.every((lmdb) => lmdb.started && lmdb.databases !== 0);
  const log = ready ? undefined : await ask(host, lastLines(unit));
  return { ...nothing, ...progress.said, lmdbs, waits_for: waitsFor(log?.out ?? "") ?? null };
}

interface Progress {
  readonly started: readonly string[];
  readonly said: Pick<Seen, "since" | "asked" | "silent" | "failures" | "warnings">;
}

async function progressOf(
  host: HostReader,
  { unit, config }: LightningStreamSeen,
): Promise<Progress> {
  const said = { since: null, silent: null, failures: [], warnings: [] };
  if (config.http === undefined) {
    const lines = await ask(host, startedLines(unit));
    return { started: startedIn(lines.out), said: { ...said, asked: "journal" } };
  }
  const health = await askHealth(host, config.http);
  if (health.kind === "silent") {
    const silent = `${config.http.address}:${config.http.port}: ${health.reason}`;
    return { started: [], said: { ...said, asked: "healthz", silent } };
  }
  const { since, started, failures, warnings } = health;
  return { started, said: { asked: "healthz", silent: null, since, failures, warnings } };
}

/** How many databases an LMDB has; none in a file that nothing was ever written to, or that is not there. */
async function databasesIn(
  host: HostReader,
  { path }: ConfiguredLmdb,
  user: string,
): Promise<number | null> {
  const stat = asUser(user, sh`mdb_stat -n ${path}`);
  const answer = await ask(host, sh`if [ -e ${path} ]; then ${stat}; else echo Entries: 0; fi`);
  const entries = /Entries: (\d+)/.exec(answer.out)?.[1];
  return entries === undefined ? null : Number(entries);
}
