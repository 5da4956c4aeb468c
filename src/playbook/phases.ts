import type { Phase } from "../model/playbook.ts";
import type { StepRegistry } from "../model/step.ts";
import { isValueMap } from "../model/value.ts";
import { defined } from "./defined.ts";
import { isValueList, valueAt, type Source, type YamlPath } from "./source.ts";
import { readTask, type Section, type WrittenTask } from "./tasks.ts";

/** A phase with its tasks as they were written. */
export interface WrittenPhase {
  readonly phase: Phase;
  readonly path: YamlPath;
  readonly tasks: readonly WrittenTask[];
}

/** `phases:` or `rollback:`. What is of a wrong type was said already and is left out. */
export function readPhases(
  source: Source,
  steps: StepRegistry,
  section: "phases" | "rollback",
): readonly WrittenPhase[] {
  const value = valueAt(source, [section]);
  if (!isValueList(value)) return [];
  return value.flatMap((written, index) => {
    const path = [section, index];
    if (!isValueMap(written)) return [];
    const id = section === "phases" ? `${index + 1}` : `rollback.${index + 1}`;
    const tasks = readTasks(source, steps, { path: [...path, "tasks"], section, id });
    const phase: Phase = {
      id,
      name: typeof written["name"] === "string" ? written["name"] : `Phase ${id}`,
      at: source.at(path),
      scope: written["scope"] === "fleet" ? "fleet" : "host",
      rest: written["rest"] === true,
      incomplete: written["incomplete"] === "run" ? "run" : "wait",
      tasks: outermost(tasks),
      ...defined({ when: written["when"] }),
    };
    return [{ phase, path, tasks }];
  });
}

/** A list of tasks, with those inside them. Their ids are made from `id` and their position, from 1. */
export function readTasks(
  source: Source,
  steps: StepRegistry,
  list: { readonly path: YamlPath; readonly section: Section; readonly id: string },
): readonly WrittenTask[] {
  const value = valueAt(source, list.path);
  if (!isValueList(value)) return [];
  return [...value.keys()].flatMap((index) =>
    readTask(source, steps, {
      path: [...list.path, index],
      id: `${list.id}.${index + 1}`,
      section: list.section,
      role: "task",
    }),
  );
}

export function outermost(written: readonly WrittenTask[]) {
  return written.filter(({ role }) => role === "task").map(({ task }) => task);
}
