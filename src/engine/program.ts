/** A playbook as the engine walks it: lane stages and fleet stages forward, one list of tasks on the way back. */
import type { TaskId } from "../model/ids.ts";
import { taskId } from "../model/ids.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { Run } from "../model/run-spec.ts";

/** One task in a lane, with what the rollout must know about where it stands. */
export interface LaneTask {
  readonly task: Task;
  readonly phase: Phase;
  /** Position of the phase in its stage: the barrier of window mode. */
  readonly phaseIndex: number;
  /** The lane may be left before this task (E3). */
  readonly restBefore: boolean;
}

export type Stage =
  /** Consecutive host-scope phases with the drain lists around them. */
  | { readonly kind: "lanes"; readonly tasks: readonly LaneTask[] }
  | { readonly kind: "fleet"; readonly phase: Phase };

export interface Program {
  readonly run: Run;
  readonly stages: readonly Stage[];
  readonly back: readonly LaneTask[];
  /** Inverses too: they are run under ids of their own. */
  readonly tasks: ReadonlyMap<TaskId, Task>;
  readonly hasRunOnce: boolean;
  /** Tasks with `register:`, in the order in which they may run. */
  readonly registering: readonly Task[];
}

export function buildProgram(run: Run): Program {
  const { playbook } = run;
  const stages: Stage[] = [];
  let lanes: Phase[] = [];
  const closeLanes = () => {
    if (lanes.length > 0) stages.push(laneStage(run, lanes, stages.length));
    lanes = [];
  };
  for (const phase of playbook.phases) {
    if (phase.scope === "host") {
      lanes.push(phase);
      continue;
    }
    closeLanes();
    stages.push({ kind: "fleet", phase });
  }
  closeLanes();
  const back = laneTasks(playbook.rollback);
  const all: Task[] = [...playbook.goal, ...playbook.preflight, ...playbook.healthy];
  for (const stage of stages) {
    all.push(...(stage.kind === "fleet" ? stage.phase.tasks : stage.tasks.map((t) => t.task)));
  }
  all.push(...back.map((t) => t.task));
  return {
    run,
    stages,
    back,
    tasks: new Map(
      all.flatMap((task) => [task, ...asList(inverseOf(task))]).map((task) => [task.id, task]),
    ),
    hasRunOnce: all.some((task) => task.runOnce),
    registering: all.filter((task) => task.register !== undefined),
  };
}

/** The task that takes this one back; that of a loop has the loop's variables, and what is hidden stays hidden. */
export function inverseOf({ inverse, loop, noLog }: Task): Task | undefined {
  if (typeof inverse !== "object") return undefined;
  const looped = loop && !inverse.loop ? { ...inverse, loop } : inverse;
  return noLog ? { ...looped, noLog } : looped;
}

function asList(task: Task | undefined): readonly Task[] {
  return task === undefined ? [] : [task];
}

/** The same task in another place. */
function renamed(task: Task, ending: string): Task {
  const id = taskId(`${task.id}${ending}`);
  return typeof task.inverse === "object"
    ? { ...task, id, inverse: renamed(task.inverse, ending) }
    : { ...task, id };
}

function laneStage(run: Run, phases: readonly Phase[], position: number): Stage {
  const { beforeHost, afterHost } = run.playbook;
  const drain = (id: string, name: string, tasks: readonly Task[]): readonly Phase[] =>
    tasks.length === 0
      ? []
      : [
          {
            id,
            name,
            at: tasks[0]?.at ?? run.playbook.at,
            scope: "host",
            rest: false,
            incomplete: "wait",
            // A drain list runs once around every stage; its tasks need their own ids in each.
            tasks: position === 0 ? tasks : tasks.map((task) => renamed(task, `#${position + 1}`)),
          },
        ];
  return {
    kind: "lanes",
    tasks: laneTasks([
      ...drain("before_host", "Before the host", beforeHost),
      ...phases,
      ...drain("after_host", "After the host", afterHost),
    ]),
  };
}

function laneTasks(phases: readonly Phase[]): readonly LaneTask[] {
  return phases.flatMap((phase, phaseIndex) =>
    phase.tasks.map((task, index) => ({
      task,
      phase,
      phaseIndex,
      restBefore: index === 0 && (phaseIndex === 0 || phases[phaseIndex - 1]?.rest === true),
    })),
  );
}
