import { taskId } from "../model/ids.ts";
import type { Task, TaskAction } from "../model/playbook.ts";
import type { AnyStep, StepRegistry } from "../model/step.ts";
import { isValueMap } from "../model/value.ts";
import { ansibleKeyword } from "./ansible-words.ts";
import { explain } from "./explain.ts";
import { plain } from "./plain.ts";
import { valueAt, type Source, type YamlPath } from "./source.ts";
import type { JsonSchema } from "./step-schema.ts";
import { nameOf, readStep, readUndo } from "./task-action.ts";
import { stepKey, TASK_KEYWORDS } from "./task-key.ts";
import { readKeywords, text } from "./task-keywords.ts";
import { faultsOf } from "./validate.ts";

export type Section =
  "goal" | "preflight" | "healthy" | "before_host" | "phases" | "after_host" | "rollback";

/** A task together with what the checks need and the model does not. */
export interface WrittenTask {
  readonly task: Task;
  readonly path: YamlPath;
  readonly section: Section;
  /** Absent for `undo:` and for steps that do not exist. */
  readonly step?: AnyStep;
  /** The key that names the step, as written. */
  readonly stepKey?: string;
  /** The others stand inside the task that they belong to. */
  readonly role: "task" | "probe" | "inverse" | "undone";
}

/** Where a task stands: its automatic id, and what it is there for. */
export interface Position {
  readonly path: YamlPath;
  readonly id: string;
  readonly section: Section;
  readonly role: WrittenTask["role"];
}

// Keys are judged here, not by the schema: whether one is a step depends on all the others.
export const TASK: JsonSchema = { title: "task", type: "object", properties: TASK_KEYWORDS };

/** Reads a task and those inside it, first the task itself. Says everything that is wrong with it alone. */
export function readTask(
  source: Source,
  steps: StepRegistry,
  position: Position,
): readonly WrittenTask[] {
  const value = valueAt(source, position.path);
  if (!isValueMap(value)) return [];
  const at = source.at(position.path);
  source.problems.push(
    ...explain(faultsOf(TASK, plain(value)), {
      root: "the task",
      at: (path, part) => source.at([...position.path, ...path], part),
      written: (path) => source.written([...position.path, ...path]),
      knownElsewhere: ansibleKeyword,
    }),
  );
  const key = stepKey(source, steps, position.path, value);
  const id = taskId(text(value["id"]) ?? position.id);
  const action: TaskAction =
    key === "undo"
      ? readUndo(source, position.path, value)
      : readStep(source, steps, [...position.path, ...(key === undefined ? [] : [key])], key);
  const probe = inner(source, steps, { ...position, id: `${id}.probe`, role: "probe" });
  const inverse = inner(source, steps, { ...position, id: `${id}.inverse`, role: "inverse" });
  const undone = inner(source, steps, { ...position, id: `${id}.undone`, role: "undone" });
  const step = action.kind === "step" ? steps.get(action.step) : undefined;
  const task: Task = {
    id,
    name: text(value["name"]) ?? nameOf(action),
    at,
    action,
    ...readKeywords(value),
    ...(probe[0] === undefined ? {} : { probe: probe[0].task }),
    ...(value["inverse"] === "none"
      ? { inverse: "none" }
      : inverse[0] === undefined
        ? {}
        : { inverse: inverse[0].task }),
    ...(undone[0] === undefined ? {} : { undone: undone[0].task }),
  };
  const written: WrittenTask = {
    task,
    path: position.path,
    section: position.section,
    role: position.role,
    ...(step === undefined ? {} : { step }),
    ...(key === undefined ? {} : { stepKey: key }),
  };
  return [written, ...probe, ...inverse, ...undone];
}

function inner(source: Source, steps: StepRegistry, position: Position): readonly WrittenTask[] {
  const path = [...position.path, position.role];
  return isValueMap(valueAt(source, path)) ? readTask(source, steps, { ...position, path }) : [];
}
