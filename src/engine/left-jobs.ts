/**
 * Job directories on a host go soon after their outcome is in the journal. A controller that ended before that, or a host that
 * was off, left them; whoever goes on with the run takes them away, all of a host in one go.
 */
import type { TaskId } from "../model/ids.ts";
import type { HostTaskRecord, Lane } from "../model/run-state.ts";
import type { Prepared } from "./prepared.ts";
import { prepareBack, sessionFor } from "./prepared.ts";
import type { Running } from "./running.ts";

/** Jobs of an undo are not the jobs of what it undoes. */
export function undoing(prepared: Prepared): Prepared {
  return { ...prepared, of: { ...prepared.of, task: `undo-${prepared.of.task}` as TaskId } };
}

/** The jobs of one attempt at a host-task. Steps that live on the controller have none. */
export async function forgetJobs(
  running: Running,
  prepared: Prepared,
  attempt: number,
): Promise<void> {
  if (prepared.step.where === "host") await sessionFor(running, prepared, attempt).forgetJobs();
}

/** Begun and not settled: its jobs may still run. */
export function isOpen({ standing }: HostTaskRecord): boolean {
  return standing === "intended" || standing === "in-doubt";
}

/** Begun and settled: its jobs have said all that they will be asked. */
export function isOver({ standing, attempt }: HostTaskRecord): boolean {
  return attempt > 0 && standing !== "intended" && standing !== "in-doubt";
}

/** For a run that is gone on with, on the hosts that answer. */
export async function forgetLeftJobs(running: Running): Promise<void> {
  const lanes = [...running.state.lanes.values()].filter((lane) => !lane.lost && !lane.dropped);
  await Promise.all(lanes.map((lane) => forgetInLane(running, lane)));
}

async function forgetInLane(running: Running, lane: Lane): Promise<void> {
  for (const record of lane.tasks.values()) {
    const task = running.program.tasks.get(record.of.task);
    if (record.attempt === 0 || !task || task.action.kind === "undo") continue;
    const prepared = prepareBack(running, record.of, task);
    const over = isOver(record) ? record.attempt : record.attempt - 1;
    for (let attempt = 1; attempt <= over; attempt++) await forgetJobs(running, prepared, attempt);
    if (record.back !== undefined && record.back.standing !== "intended")
      await forgetJobs(running, undoing(prepared), record.attempt);
  }
}
