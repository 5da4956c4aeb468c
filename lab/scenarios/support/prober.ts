import { readFile } from "node:fs/promises";
import { HOSTS, startLab } from "./lab.ts";
import { until } from "./until.ts";

export interface Silence {
  readonly from: string;
  readonly ms: number;
  readonly ticks: number;
  readonly why: readonly string[];
}

export interface ProberReport {
  readonly seconds: number;
  readonly ticks: number;
  /** Ticks that this machine was too busy to start in time. */
  readonly lateTicks: number;
  readonly mostSilentAtOnce: number;
  readonly servers: Readonly<Record<string, readonly Silence[]>>;
  /** Single answers that came too late, left out above: the machine was busy, no restart is that short. */
  readonly lateAnswers: number;
}

export interface Watch extends AsyncDisposable {
  /** Ends the watch and tells what was seen. */
  stop(): Promise<ProberReport>;
}

/** Asks every server for an SOA ten times a second from now on. Resolves when the first answers are in. */
export async function watchServers(log: string): Promise<Watch> {
  const prober = startLab(["prober", "--log", log]);
  const end = async () => {
    prober.process.kill("SIGINT");
    return prober.ended;
  };
  await until(`the prober's first lines in ${log}`, async () => {
    if (prober.process.exitCode !== null) throw new Error(`the prober ended: ${prober.text()}`);
    return (await readFile(log, "utf8").catch(() => "")).split("\n").length > 3;
  });
  return {
    stop: async () => {
      const ended = await end();
      if (ended.code !== 0) throw new Error(`the prober ended with ${ended.code}: ${ended.text}`);
      return withoutLateAnswers(JSON.parse(ended.stdout) as Seen, await readFile(log, "utf8"));
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}

type Seen = Omit<ProberReport, "lateAnswers">;

function withoutLateAnswers(seen: Seen, log: string): ProberReport {
  const all = Object.entries(seen.servers);
  const isLate = ({ ticks, why }: Silence) =>
    ticks === 1 && why.every((word) => word === "timeout");
  const servers = all.map(([name, silences]) => [name, silences.filter((one) => !isLate(one))]);
  const late = new Set(
    all.flatMap(([name, silences]) => silences.filter(isLate).map(({ from }) => `${name} ${from}`)),
  );
  const silentAtOnce = log
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map(
      (tick) =>
        all.filter(([name]) => tick[name] !== "ok" && !late.has(`${name} ${tick["at"]}`)).length,
    );
  return {
    ...seen,
    servers: Object.fromEntries(servers) as ProberReport["servers"],
    mostSilentAtOnce: Math.max(0, ...silentAtOnce),
    lateAnswers: late.size,
  };
}

/** `ns1 2.3 s, ns2 2.4 s, ns3 always answered`, for the figures that a scenario prints. */
export function silenceText({ servers, lateAnswers }: ProberReport): string {
  const texts = HOSTS.map((host) => {
    const silences = servers[host] ?? [];
    return `${host} ${silences.length === 0 ? "always answered" : silences.map(({ ms }) => `${(ms / 1000).toFixed(1)} s`).join(" + ")}`;
  });
  return [...texts, ...(lateAnswers === 0 ? [] : [`${lateAnswers} late answers`])].join(", ");
}
