/** The tasks of a playbook as people follow them: by name and phase, in the order in which a host meets them. */
import type { TaskId } from "../model/ids.ts";
import type { Phase, Playbook, Task } from "../model/playbook.ts";

export interface OutlineTask {
  readonly name: string;
  readonly phase: string;
  /** Position of the phase among all that a run meets, from 1; 0 for the lists around a host and the way back. */
  readonly phaseNumber: number;
  /** Position in the lane, or among the tasks for the fleet; -1 on the way back. */
  readonly position: number;
  readonly of: "host" | "fleet" | "back";
  /** Where it stands among all tasks of the playbook. */
  readonly order: number;
  /** `no_log`. */
  readonly hidden: boolean;
  readonly at: Task["at"];
}

export interface Outline {
  readonly name: string;
  readonly phases: number;
  /** How many tasks each host meets, and how many follow once for the fleet. */
  readonly perHost: number;
  readonly forFleet: number;
  task(id: TaskId): OutlineTask | undefined;
}

export function outlineOf(playbook: Playbook): Outline {
  const known = new Map<string, OutlineTask>();
  const counts = { host: 0, fleet: 0 };
  const add = (task: Task, entry: Omit<OutlineTask, "name" | "at" | "order" | "hidden">): void => {
    const order = known.size;
    known.set(task.id, { name: task.name, at: task.at, order, hidden: task.noLog, ...entry });
    if (typeof task.inverse !== "object") return;
    known.set(task.inverse.id, {
      ...entry,
      name: `undo ${task.name}`,
      at: task.inverse.at,
      order: order + 1,
      hidden: task.noLog || task.inverse.noLog,
      position: -1,
      of: "back",
    });
  };
  const walk = (phase: Pick<Phase, "name" | "tasks" | "scope">, phaseNumber: number): void => {
    for (const task of phase.tasks)
      add(task, {
        phase: phase.name,
        phaseNumber,
        position: counts[phase.scope]++,
        of: phase.scope,
      });
  };
  walk({ name: "Before the host", tasks: playbook.beforeHost, scope: "host" }, 0);
  for (const [index, phase] of playbook.phases.entries()) walk(phase, index + 1);
  walk({ name: "After the host", tasks: playbook.afterHost, scope: "host" }, 0);
  for (const { name, tasks } of playbook.rollback)
    for (const task of tasks) add(task, { phase: name, phaseNumber: 0, position: -1, of: "back" });
  // The lists around a host are met again around every further stretch of host phases, under ids of their own.
  const stretches = playbook.phases.filter(
    (phase, index) => phase.scope === "host" && playbook.phases[index - 1]?.scope !== "host",
  ).length;
  const again = Math.max(0, stretches - 1);
  return {
    name: playbook.name,
    phases: playbook.phases.length,
    perHost: counts.host + again * (playbook.beforeHost.length + playbook.afterHost.length),
    forFleet: counts.fleet,
    task: (id) => known.get(id) ?? known.get(id.replace(/#\d+$/, "")),
  };
}
