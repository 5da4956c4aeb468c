/** What one run has left on its hosts: job files, kept packages and records, its lock. Taken away host by host. */
import type { OnHost } from "../../engine/claims.ts";
import { giveUpLock, identitiesOn, lookAtClaims } from "../../engine/claims.ts";
import type { Running } from "../../engine/running.ts";
import type { HostId } from "../../model/ids.ts";
import { StepProblem } from "../../model/step.ts";
import type { Kept } from "../../steps/kept.ts";
import { KEPT, keptIn, removeKept } from "../../steps/kept.ts";
import type { Candidate } from "./choose.ts";

/** Changes times are whole seconds. */
const SLACK_MS = 2_000;

export interface Cleared {
  readonly host: HostId;
  readonly jobs: number;
  readonly kept: number;
  readonly lock: boolean;
}

export type HostCleaning =
  | ({ readonly kind: "cleared" } & Cleared)
  | { readonly kind: "left"; readonly host: HostId; readonly why: string };

/** `isNamed`: whether another run that stays may need what has this hash. */
export async function clearHosts(
  running: Running,
  of: Candidate,
  isNamed: (sha256: string) => boolean,
  dryRun: boolean,
): Promise<readonly HostCleaning[]> {
  const claims = await lookAtClaims(running);
  return Promise.all(
    claims.map(async (claim): Promise<HostCleaning> => {
      if (claim.kind === "away")
        return { kind: "left", host: claim.host, why: claim.diagnostic.summary };
      try {
        return await clear(running, of, claim, isNamed, dryRun);
      } catch (error) {
        if (!(error instanceof StepProblem)) throw error;
        return { kind: "left", host: claim.host, why: error.diagnostic.summary };
      }
    }),
  );
}

async function clear(
  running: Running,
  of: Candidate,
  { host, jobs, holder }: Extract<OnHost, { kind: "seen" }>,
  isNamed: (sha256: string) => boolean,
  dryRun: boolean,
): Promise<HostCleaning> {
  const left = (why: string): HostCleaning => ({ kind: "left", host, why });
  const live = jobs.find(({ isLive }) => isLive);
  if (live) return left(`a job is alive: ${live.name}`);
  const connection = running.transport.connection(host);
  let removed = 0;
  for (const as of identitiesOn(running, host)) {
    const session = connection.session(as);
    const said = await session.read(KEPT);
    const text = said.kind === "exited" ? new TextDecoder().decode(said.stdout) : "";
    const kept = keptIn(text, running.clock.now());
    if (kept === undefined) return left("it does not say what is kept there");
    const own = kept.filter((one) => isOf(of, one) && !isNamed(one.sha256));
    removed += own.length;
    if (dryRun) continue;
    if (own.length > 0) {
      const ended = await session.change(removeKept(own));
      if (ended.kind !== "exited" || ended.code !== 0)
        return left("what is kept could not be removed");
    }
    await connection.forgetRun(as, of.run);
  }
  const locked = holder?.run === of.run;
  if (locked && !dryRun && (await giveUpLock(running, host, holder)))
    return left("its lock could not be given up");
  return { kind: "cleared", host, jobs: jobs.length, kept: removed, lock: locked };
}

/** Kept for the last time while the run was at work. */
function isOf({ startedAt, endedAt }: Candidate, { keptAt }: Kept): boolean {
  return keptAt >= startedAt - SLACK_MS && keptAt <= endedAt + SLACK_MS;
}
