/** An undo up to its first change: what it would find in its way today. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostTask } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { Resource } from "../model/resource.ts";
import { overlaps } from "../model/resource.ts";
import type { HostTaskRecord } from "../model/run-state.ts";
import type { StepTools } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import type { HostSession } from "../model/transport.ts";
import type { Changing } from "./change.ts";
import { caught } from "./gate.ts";
import { undoing } from "./left-jobs.ts";
import { prepare, prepareBack, sessionFor, stepOf } from "./prepared.ts";
import type { Running } from "./running.ts";
import { itemOf } from "./scope.ts";
import { drifted } from "./undo.ts";

/** It came as far as its first change. */
class WouldChange extends Error {}

export interface Rehearsed {
  readonly obstacle?: Diagnostic;
  readonly touches: readonly Resource[];
}

/**
 * Every undo looks at the world before it changes it, and compares it with what was left: so it is begun, and stopped where
 * it would change something. Where it reads what others will have changed before it, it would see another world than it
 * will, and is not asked.
 */
export async function rehearseUndo(
  running: Running,
  record: HostTaskRecord,
  task: Task,
  changedBefore: readonly Resource[],
): Promise<Rehearsed> {
  const { reads, touches } = await resourcesOf(running, record.of, task);
  if (changedBefore.some((resource) => reads.some((read) => isSame(resource, read))))
    return { touches };
  const obstacle = await obstacleTo(running, record, task);
  return { touches, ...(obstacle && { obstacle }) };
}

/** Of a command nobody knows what it touches: it must not keep all that was before it from being looked at. */
function isSame(changed: Resource, read: Resource): boolean {
  return changed !== "*" && read !== "*" && overlaps(changed, read);
}

async function obstacleTo(
  running: Running,
  record: HostTaskRecord,
  task: Task,
): Promise<Diagnostic | undefined> {
  const { undo, of, attempt } = record;
  if (undo?.kind !== "reversible") return undefined;
  const prepared = prepareBack(running, of, task);
  const step = stepOf(running, task) as Changing;
  const session = lookingOnly(sessionFor(running, undoing(prepared), attempt));
  try {
    const found = await step.undo(session, undo.record, record.after, toolsToLook(prepared.tools));
    switch (found.kind) {
      case "done":
      case "already":
        return undefined;
      case "failed":
      case "in-doubt":
        return found.diagnostic;
      case "drifted": {
        const what = found.changes.map((change) => change.what).join(", ");
        return { ...drifted(record), summary: `${drifted(record).summary}: ${what}` };
      }
    }
  } catch (error) {
    if (error instanceof WouldChange) return undefined;
    if (error instanceof StepProblem) return error.diagnostic;
    throw error;
  }
}

const stop = (): Promise<never> => Promise.reject(new WouldChange());

function lookingOnly(session: HostSession): HostSession {
  return {
    id: session.id,
    read: (command, options) => session.read(command, options),
    dial: (address, port) => session.dial(address, port),
    standing: (name) => session.standing(name),
    jobs: () => session.jobs(),
    change: stop,
    job: stop,
    forgetJobs: stop,
  };
}

function toolsToLook(tools: StepTools): StepTools {
  const { files } = tools;
  return {
    ...tools,
    files: {
      read: (path) => files.read(path),
      resolve: (path) => files.resolve(path),
      replace: stop,
    },
  };
}

interface Resources {
  readonly reads: readonly Resource[];
  readonly touches: readonly Resource[];
}

/** As the task says with the variables of the run. */
async function resourcesOf(running: Running, of: HostTask, task: Task): Promise<Resources> {
  const step = stepOf(running, task);
  if (step.kind === "reading") return { reads: [], touches: [] };
  const value = itemOf(running.state, of);
  const found = await caught(() => prepare(running, of.host, task, value));
  if (found.kind !== "ready") return { reads: [], touches: [] };
  const { params } = found.prepared;
  return { reads: step.reads(params), touches: step.touches(params) };
}
