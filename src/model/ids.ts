/** A host's name in the inventory. */
export type HostId = string & { readonly __brand: "HostId" };
/** Names one run everywhere: journal file, locks, jobs. Sorts by start time. */
export type RunId = string & { readonly __brand: "RunId" };
/** A task's `id:`, or its position in the playbook: "2.3" is the third task of the second phase, "rollback.1.2" one of the way back. */
export type TaskId = string & { readonly __brand: "TaskId" };

export const hostId = (name: string): HostId => name as HostId;
export const runId = (name: string): RunId => name as RunId;
export const taskId = (name: string): TaskId => name as TaskId;

/** The operator's own machine when it is the one that changes. No inventory can hold this name. */
export const CONTROLLER = "(controller)" as HostId;
/** Stands for all hosts together where a task runs once and sees them all. No inventory can hold this name. */
export const FLEET = "(fleet)" as HostId;

/** The unit of journal and undo: one task, one loop item, for one host. `on` is the machine that changes. */
export interface HostTask {
  readonly task: TaskId;
  /** Position in the task's loop, from 0; absent without a loop. */
  readonly item?: number;
  readonly host: HostId;
  readonly on: HostId;
}

/** One text per host-task; stable across resumes. */
export function hostTaskKey(of: HostTask): string {
  return of.item === undefined ? `${of.task}@${of.host}` : `${of.task}[${of.item}]@${of.host}`;
}
