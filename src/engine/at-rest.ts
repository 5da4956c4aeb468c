/** Nothing is changed on a machine on which a job of the same host-task may still run. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import { StepProblem } from "../model/step.ts";
import { ensureLocked } from "./host-lock.ts";
import { isOpen, undoing } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { sessionFor } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";

/**
 * What is left of the jobs of a host-task. `absent`: none began. `unknown`: there are none, but the host was started again
 * since the intent, and one that began may not have been flushed.
 */
export type LeftOfJobs = "absent" | "finished" | "vanished" | "unknown";

/**
 * Waits for jobs that still run, at most as long as the task may take; says what is left of them. Throws StepProblem
 * `in-doubt` when one goes on: whoever resumes waits again.
 */
export async function followJobs(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
): Promise<LeftOfJobs> {
  if (prepared.step.where !== "host") return "absent";
  const session = sessionFor(running, prepared, record.attempt);
  const until = running.clock.ticks() + prepared.tools.timeoutMs;
  let left: LeftOfJobs = "absent";
  for (const name of await session.jobs()) {
    let standing = await session.standing(name);
    while (standing.kind === "running") {
      const what = `the job "${name}" that is still running there`;
      const left = until - running.clock.ticks();
      if (running.signal.aborted || left <= 0)
        throw new StepProblem(
          "in-doubt",
          problem("engine/job-runs", `not waited for any longer: ${what}`),
        );
      const { host, task } = record.of;
      running.emit({ type: "waiting", host, task, for: what, untilMs: running.clock.now() + left });
      await running.clock.sleep(500, running.signal);
      standing = await session.standing(name);
    }
    if (standing.kind !== "absent") left = standing.kind;
  }
  if (left !== "absent" || record.boot === undefined) return left;
  // Asked after the jobs: a start in between would make an answer of before it unknown, and never the other way round.
  const opened = await running.transport.connection(record.of.on).open(prepared.identity);
  if (opened.kind !== "open") throw new StepProblem("unreachable", opened.diagnostic);
  return opened.boot === record.boot ? "absent" : "unknown";
}

/** A job of the way forward that still runs would work against the undo, and one of an earlier undo against this one. */
export async function comeToRest(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
): Promise<Diagnostic | undefined> {
  if (prepared.step.where !== "host") return undefined;
  const opened = await running.transport.connection(record.of.on).open(prepared.identity);
  if (opened.kind === "unreachable") throw new StepProblem("unreachable", opened.diagnostic);
  if (opened.kind === "refused") return opened.diagnostic;
  await ensureLocked(running, record.of.on);
  if (isOpen(record)) await followJobs(running, prepared, record);
  await followJobs(running, undoing(prepared), record);
  return undefined;
}
