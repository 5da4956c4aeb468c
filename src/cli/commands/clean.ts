import { parseDuration } from "../../lib/duration.ts";
import { printable } from "../../lib/printable.ts";
import type { JournalStore } from "../../journal/store.ts";
import type { RunId } from "../../model/ids.ts";
import { openPart } from "../../model/journal-entry.ts";
import { runId } from "../../model/ids.ts";
import type { Candidate } from "../clean/choose.ts";
import { chooseRuns } from "../clean/choose.ts";
import type { HostCleaning } from "../clean/on-hosts.ts";
import { clearHosts } from "../clean/on-hosts.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import { openRun } from "../open-run.ts";
import type { CleanOptions } from "../options.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { quietRunning } from "./unlock.ts";

const MONTH_MS = 30 * 86_400_000;

/** Finished runs go: first what they left on their hosts, then their journals. */
export async function clean(
  names: readonly string[],
  options: CleanOptions,
  terminal: Terminal,
): Promise<number> {
  const age =
    options.olderThan !== undefined
      ? parseDuration(options.olderThan)
      : names.length > 0 || options.keep !== undefined
        ? 0
        : MONTH_MS;
  if (age === undefined) {
    terminal.err(
      `--older-than takes a span of time such as 30d or 12h, not ${options.olderThan}.\n`,
    );
    return EXIT.usage;
  }
  const store = openStore(options);
  const named = names.map(runId);
  const known = await store.runs();
  const unknown = named.filter((run) => !known.includes(run));
  if (unknown.length > 0) {
    terminal.err(`There is no run ${unknown.join(", ")}; \`runbook runs\` lists them.\n`);
    return EXIT.usage;
  }
  const choice = await chooseRuns(store, {
    named,
    before: systemClock.now() - age,
    keep: options.keep ?? 0,
    wayBack: options.wayBack === true,
    journalsOnly: options.journalsOnly === true,
  });
  for (const { run, why } of choice.stays) terminal.out(`${run}  stays: ${printable(why)}\n`);
  for (const { run, outcome } of choice.goes) terminal.out(`${run}  goes: ${outcome}\n`);
  if (choice.goes.length === 0) {
    if (choice.stays.length === 0) terminal.out("There is no run here.\n");
    return named.length > 0 && choice.stays.length > 0 ? EXIT.refused : EXIT.done;
  }
  if (!options.yes && !options.dryRun) {
    const answer = await terminal.ask(
      `Remove ${choice.goes.length} runs, and what they left on their hosts? [yes/no] `,
    );
    if (answer === undefined) {
      terminal.err(
        "Nobody can answer here: --yes goes ahead, --dry-run only says. Nothing was done.\n",
      );
      return EXIT.refused;
    }
    if (answer !== "yes" && answer !== "y") return EXIT.declined;
  }
  let worst: number = EXIT.done;
  const going = new Set(choice.goes.map(({ run }) => run));
  const isNamed = await namesOf(
    store,
    known.filter((run) => !going.has(run)),
  );
  for (const one of choice.goes) {
    const code = await cleanRun(store, one, isNamed, options, terminal);
    if (worst === EXIT.done) worst = code;
  }
  return worst;
}

async function cleanRun(
  store: JournalStore,
  one: Candidate,
  isNamed: (sha256: string) => boolean,
  options: CleanOptions,
  terminal: Terminal,
): Promise<number> {
  if ((await store.handedOver(one.run)) !== undefined) {
    if (options.dryRun) return EXIT.done;
    await store.remove(one.run);
    terminal.out(`${one.run}  removed here\n`);
    return EXIT.done;
  }
  const opened = await openRun(one.run, () => true, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  // Another process may have gone on with it since it was chosen.
  if (!run.state.finished) {
    terminal.err(`${one.run}  stays: it was gone on with meanwhile\n`);
    return EXIT.locked;
  }
  if (!options.journalsOnly) {
    await using running = quietRunning(run, terminal);
    const hosts = await clearHosts(running, one, isNamed, options.dryRun === true);
    for (const host of hosts)
      terminal.out(`${one.run}  ${hostLine(host, options.dryRun === true)}\n`);
    if (hosts.some(({ kind }) => kind === "left")) {
      terminal.err(
        `${one.run}  its journal stays until all of its hosts are cleaned; --journals-only leaves them as they are\n`,
      );
      return EXIT.unreachable;
    }
  }
  if (options.dryRun) return EXIT.done;
  await store.remove(one.run);
  terminal.out(`${one.run}  removed\n`);
  return EXIT.done;
}

function hostLine(one: HostCleaning, dryRun: boolean): string {
  if (one.kind === "left") return `${one.host}  left: ${printable(one.why)}`;
  const { host, jobs, kept, lock } = one;
  const what = [
    ...(jobs > 0 ? [`files of ${jobs} jobs`] : []),
    ...(kept > 0 ? [`${kept} things that were kept for the way back`] : []),
    ...(lock ? ["its lock"] : []),
  ];
  if (what.length === 0) return `${host}  nothing there`;
  return `${host}  ${dryRun ? "would remove" : "removed"}: ${what.join(", ")}`;
}

/** Whether a run that stays says anything of a hash. */
async function namesOf(
  store: JournalStore,
  runs: readonly RunId[],
): Promise<(sha256: string) => boolean> {
  const hashes = new Set<string>();
  for (const run of runs) {
    await store.readEach(run, (line) => {
      const { type } = openPart(line);
      if (type !== "intended" && type !== "settled") return;
      for (const [hash] of JSON.stringify(line.entry).matchAll(/[0-9a-f]{64}/g)) hashes.add(hash);
    });
  }
  return (sha256) => hashes.has(sha256);
}
