import type { OnHost } from "../../engine/claims.ts";
import { giveUpLock, lookAtClaims } from "../../engine/claims.ts";
import type { Holder } from "../../engine/host-lock.ts";
import type { Running } from "../../engine/running.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId } from "../../model/ids.ts";
import { claimLines } from "../claims-text.ts";
import { EXIT } from "../exit-codes.ts";
import type { OpenRun } from "../open-run.ts";
import { openRun } from "../open-run.ts";
import type { UnlockOptions } from "../options.ts";
import { createRunning } from "../running.ts";
import type { Terminal } from "../terminal.ts";

/** The hosts of a run are free for others again. The run stays as it is: whoever resumes it takes its locks anew. */
export async function unlock(
  name: string,
  options: UnlockOptions,
  terminal: Terminal,
): Promise<number> {
  const opened = await openRun(name, () => true, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  await using running = quietRunning(run, terminal);
  const claims = await lookAtClaims(running);
  const asked = await mayUnlock(run, claims, options, terminal, {
    question: `Give the locks of run ${run.run} up? It can be resumed as long as no other run takes them.`,
    always: false,
  });
  if (asked !== undefined) return asked;
  const pending = await giveUp(running, claims, terminal);
  return pending.length > 0 ? EXIT.unreachable : EXIT.done;
}

/** Nothing is said of what it does; it only looks and gives up. */
export function quietRunning(run: OpenRun, terminal: Terminal): Running & AsyncDisposable {
  return createRunning({
    ...run,
    spec: run.state.spec,
    journal: run.writer,
    reporters: [],
    signal: new AbortController().signal,
    note: (text) => terminal.err(`${text}\n`),
  });
}

/** Shows what is there and asks. A number is the exit code of what was said instead. */
export async function mayUnlock(
  { run }: OpenRun,
  claims: readonly OnHost[],
  options: UnlockOptions,
  terminal: Terminal,
  { question, always }: { readonly question: string; readonly always: boolean },
): Promise<number | undefined> {
  for (const line of claimLines(run, claims)) terminal.out(`${line}\n`);
  const live = claims.flatMap((one) =>
    one.kind === "seen" && one.jobs.some(({ isLive }) => isLive) ? [one.host] : [],
  );
  if (live.length > 0 && !options.despiteJobs) {
    terminal.err(
      `Jobs of run ${run} are alive on ${live.join(", ")}: another run must not work there beside them. Nothing was done. ` +
        `\`runbook resume ${run}\` goes on with them; --despite-jobs leaves them to themselves.\n`,
    );
    return EXIT.locked;
  }
  if (!always && locksOf(run, claims).length === 0 && claims.every(({ kind }) => kind === "seen")) {
    terminal.out(`Run ${run} holds no lock.\n`);
    return EXIT.done;
  }
  if (options.yes) return undefined;
  const answer = await terminal.ask(`${question} [yes/no] `);
  if (answer === undefined) {
    terminal.err("Nobody can answer here: --yes goes ahead. Nothing was done.\n");
    return EXIT.refused;
  }
  return answer === "yes" || answer === "y" ? undefined : EXIT.declined;
}

/** Gives up what was seen and writes it down. Hosts that keep their lock for now. */
export async function giveUp(
  running: Running,
  claims: readonly OnHost[],
  terminal: Terminal,
): Promise<readonly HostId[]> {
  const { run } = running.state.spec;
  const held = locksOf(run, claims);
  const failed: { host: HostId; diagnostic: Diagnostic }[] = claims.filter(
    (claim) => claim.kind === "away",
  );
  const freed: HostId[] = [];
  await Promise.all(
    held.map(async ({ host, holder }) => {
      const diagnostic = await giveUpLock(running, host, holder);
      if (diagnostic) failed.push({ host, diagnostic });
      else freed.push(host);
    }),
  );
  const pending = failed.map(({ host }) => host);
  await running.append({
    type: "decision",
    who: running.who,
    question: "unlock",
    answer: { freed, pending },
  });
  if (freed.length > 0) terminal.out(`Free: ${freed.join(", ")}.\n`);
  if (pending.length > 0)
    terminal.err(
      `Pending: ${pending.join(", ")} did not answer and may still be locked; when they do: runbook unlock ${run}\n`,
    );
  return pending;
}

function locksOf(
  run: string,
  claims: readonly OnHost[],
): readonly { readonly host: HostId; readonly holder: Holder }[] {
  return claims.flatMap((one) =>
    one.kind === "seen" && one.holder?.run === run ? [{ host: one.host, holder: one.holder }] : [],
  );
}
