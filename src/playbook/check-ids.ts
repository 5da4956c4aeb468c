import { didYouMean } from "../lib/did-you-mean.ts";
import type { Place } from "../model/diagnostic.ts";
import { say, type Source } from "./source.ts";
import { paramsOf } from "./step-schema.ts";
import type { WrittenTask } from "./tasks.ts";

/** Ids are unique, and what refers to one refers to a task that can be referred to. */
export function checkIds(source: Source, tasks: readonly WrittenTask[]): void {
  const known = new Map<string, WrittenTask>();
  for (const written of tasks) {
    const { id } = written.task;
    const first = known.get(id);
    if (first === undefined) {
      known.set(id, written);
      continue;
    }
    say(source, source.at([...written.path, "id"]), {
      code: "playbook/duplicate-id",
      summary: `the id "${id}" is taken by the task on line ${first.task.at.line}`,
      hint: "Ids are unique in the whole playbook, rollback included.",
    });
  }
  for (const written of tasks) {
    const { action } = written.task;
    if (action.kind === "undo") checkUndo(source, written, action.task, known);
    else checkReferences(source, written, known);
  }
}

function checkUndo(
  source: Source,
  written: WrittenTask,
  of: string,
  known: ReadonlyMap<string, WrittenTask>,
): void {
  const at = source.at([...written.path, "undo"]);
  if (written.section !== "rollback") {
    say(source, source.at([...written.path, "undo"], "key"), {
      code: "playbook/not-here",
      summary: '"undo" stands in rollback phases only',
      hint: "On the way forward nothing is taken back; a failure is answered by `rollout: { on_failure: … }`.",
    });
    return;
  }
  if (of === "") return;
  const target = known.get(of);
  if (target === undefined) return unknownId(source, at, of, known);
  const refused =
    target.section === "rollback"
      ? `"${of}" is a task of the rollback itself`
      : target.step?.kind === "reading" || target.task.readOnly
        ? `"${of}" changes nothing, so there is nothing to undo`
        : undefined;
  if (refused !== undefined) {
    say(source, at, {
      code: "playbook/nothing-to-undo",
      summary: refused,
      hint: "Name a changing task of `phases:`, `before_host:` or `after_host:`.",
    });
  }
}

/** Parameters that hold the id of an earlier task, as `lmdb.restore: { of: backup }` does. */
function checkReferences(
  source: Source,
  written: WrittenTask,
  known: ReadonlyMap<string, WrittenTask>,
): void {
  const { action } = written.task;
  if (action.kind !== "step" || written.step === undefined) return;
  for (const [param, value] of Object.entries(action.params)) {
    if (
      paramsOf(written.step)[param]?.names !== "task" ||
      typeof value !== "string" ||
      value.includes("{{")
    ) {
      continue;
    }
    if (!known.has(value)) unknownId(source, action.places[param] ?? written.task.at, value, known);
  }
}

export function unknownId(
  source: Source,
  at: Place,
  id: string,
  known: ReadonlyMap<string, WrittenTask>,
): void {
  const ids = [...known.keys()];
  const meant = didYouMean(id, ids);
  const given = ids.filter((other) => !other.includes("."));
  say(source, at, {
    code: "playbook/unknown-id",
    summary: `no task has the id "${id}"`,
    hint:
      meant !== undefined
        ? `Did you mean "${meant}"?`
        : given.length === 0
          ? "Give the task an `id:`."
          : `Ids here: ${given.join(", ")}.`,
  });
}
