/**
 * A host-task that was begun and never settled is settled by looking, never by assuming (R1):
 * its remote jobs first, then the task's `probe`, then the step's own check.
 */
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { HostId } from "../model/ids.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import { StepProblem } from "../model/step.ts";
import type { Changing } from "./change.ts";
import type { LeftOfJobs } from "./at-rest.ts";
import { followJobs } from "./at-rest.ts";
import { changeAlone, inDoubt, settleApplied, settleSatisfied } from "./change.ts";
import { hostView, passGate } from "./gate.ts";
import { laneOf } from "./fold.ts";
import { aloneOn } from "./lanes.ts";
import { forgetJobs, isOver } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { prepare, readerFor, sessionFor } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import { itemOf } from "./scope.ts";
import { isOwnHost, settleFailed } from "./settling.ts";
import { runTask } from "./task-run.ts";

/** Changes, and looks at once at what is left in doubt: the machine is not handed on before (E1). */
export function runChange(running: Running, prepared: Prepared): Promise<void> {
  const { of } = prepared;
  return aloneOn(running.state, of.on, async () => {
    await changeAlone(running, prepared);
    const lane = laneOf(running.state, of.host);
    const record = lane.tasks.get(hostTaskKey(of));
    if (record?.standing === "intended" && !lane.lost) {
      await orGivenUp(running, record, () => lookInto(running, prepared, record));
    }
  });
}

export async function settleDoubt(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  record: HostTaskRecord,
): Promise<void> {
  const { of } = record;
  await orGivenUp(running, record, async () => {
    const preparation = await prepare(running, host, task, itemOf(running.state, of));
    if (preparation.kind !== "ready") {
      const diagnostic =
        preparation.kind === "problem"
          ? preparation.diagnostic
          : problem("engine/not-yet-known", `${preparation.names.join(", ")} is not known`);
      return await giveUp(running, record, diagnostic);
    }
    const { prepared } = preparation;
    if (prepared.step.kind === "reading") return await runTask(running, host, task, phase);
    await aloneOn(running.state, of.on, () => lookInto(running, prepared, record));
  });
}

/** A look that cannot be had leaves the doubt: to be looked at when the host is back, or by the operator. */
async function orGivenUp(
  running: Running,
  record: HostTaskRecord,
  look: () => Promise<void>,
): Promise<void> {
  const { host } = record.of;
  try {
    await look();
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    if (error.kind === "unreachable" && isOwnHost(record.of)) {
      await running.append({ type: "host-lost", host, diagnostic: error.diagnostic });
    } else {
      await giveUp(running, record, error.diagnostic);
    }
  }
}

async function lookInto(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
): Promise<void> {
  const { host, task } = record.of;
  const text = `${hostTaskKey(record.of)} is in doubt: looking`;
  running.emit({ type: "said", host, task, text });
  if (prepared.step.where === "host") {
    const opened = await running.transport.connection(record.of.on).open(prepared.identity);
    if (opened.kind === "unreachable") throw new StepProblem("unreachable", opened.diagnostic);
    if (opened.kind === "refused") return giveUp(running, record, opened.diagnostic);
  }
  await look(running, prepared, prepared.step as Changing, record);
  if (isOver(record)) await forgetJobs(running, prepared, record.attempt);
}

async function look(
  running: Running,
  prepared: Prepared,
  step: Changing,
  record: HostTaskRecord,
): Promise<void> {
  const began = running.clock.ticks();
  const jobs = await followJobs(running, prepared, record);
  if (!step.idempotent && jobs === "finished") {
    // The job has its exit status: applying attaches to it by name and starts nothing.
    const session = sessionFor(running, prepared, record.attempt, record.boot);
    const applied = await step.apply(session, prepared.params, prepared.tools);
    return settleApplied(running, prepared, applied, began);
  }
  if (prepared.task.probe) return probe(running, prepared, prepared.task.probe, record, began);
  if (!step.idempotent) {
    if (jobs === "absent" && !step.jobless)
      return again(running, prepared, record, "its job never started");
    const why = `${hostTaskKey(record.of)}: ${whyInDoubt(jobs)}, and the task has no \`probe\``;
    return giveUp(running, record, problem("engine/in-doubt", why));
  }
  const check = await step.check(readerFor(running, prepared), prepared.params, prepared.tools);
  switch (check.kind) {
    case "satisfied":
      return settleSatisfied(running, prepared, check.seen, began);
    case "pending":
      return again(running, prepared, record, "not found to have happened");
    case "blocked":
      return settleFailed(
        running,
        record.of,
        prepared.task,
        check.diagnostic,
        undefined,
        running.clock.ticks() - began,
      );
    case "unknown":
      return giveUp(
        running,
        record,
        problem("engine/in-doubt", `${hostTaskKey(record.of)}: ${check.why}`),
      );
  }
}

/** For jobs that left no exit status. */
function whyInDoubt(jobs: LeftOfJobs): string {
  if (jobs === "absent") return "it was sent and no answer came";
  if (jobs === "vanished") return "its job was begun and left no exit status";
  return "its host was started again since, and a job that had begun may have left nothing";
}

async function probe(
  running: Running,
  prepared: Prepared,
  task: Task,
  record: HostTaskRecord,
  began: number,
): Promise<void> {
  const { host } = record.of;
  const item = itemOf(running.state, record.of);
  const gate = await passGate(running, task, [host], hostView(running, host), { item });
  switch (gate.kind) {
    case "holds": {
      // It happened; whether it also came to its end is for check to say.
      const step = prepared.step as Changing;
      const check = await step.check(readerFor(running, prepared), prepared.params, prepared.tools);
      if (check.kind === "satisfied") return settleSatisfied(running, prepared, check.seen, began);
      if (step.idempotent) return again(running, prepared, record, "begun, and not at its end");
      return settleSatisfied(running, prepared, undefined, began);
    }
    case "fails":
      return again(running, prepared, record, "its probe says that it did not happen");
    case "unreachable":
      return host === FLEET
        ? giveUp(running, record, gate.diagnostic)
        : running.append({ type: "host-lost", host, diagnostic: gate.diagnostic });
  }
}

/** How often a controller begins again what it found not to have happened: an answer that never comes is no reason to go on for ever. */
const TRIES = 3;
const tries = new WeakMap<HostTaskRecord, number>();

async function again(
  running: Running,
  prepared: Prepared,
  record: HostTaskRecord,
  why: string,
): Promise<void> {
  const tried = tries.get(record) ?? 0;
  if (tried >= TRIES) {
    const text = `${hostTaskKey(record.of)}: begun ${tried} times more after doubt, and no answer came: ${why}`;
    return giveUp(running, record, problem("engine/in-doubt", text));
  }
  tries.set(record, tried + 1);
  await running.append({ type: "unbegun", of: prepared.of, why });
  await changeAlone(running, prepared);
}

async function giveUp(
  running: Running,
  record: HostTaskRecord,
  diagnostic: Parameters<typeof inDoubt>[0],
): Promise<void> {
  await running.append({
    type: "settled",
    of: record.of,
    step: record.step,
    outcome: "in-doubt",
    durationMs: 0,
    diagnostic: inDoubt(diagnostic, hostTaskKey(record.of)),
  });
}
