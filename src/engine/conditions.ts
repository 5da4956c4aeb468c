/** Whether a task is done at all, and for which items: `when` and `loop`, evaluated when it is its turn. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { Rendered } from "../model/rendering.ts";
import type { Value } from "../model/value.ts";
import { laneOf } from "./fold.ts";
import { unit } from "./lane-next.ts";
import { variablesFor } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { journalFunctions } from "./scope.ts";
import { settleFailed, settleSkipped } from "./settling.ts";

/** True when the host-task needs no more: a condition said no, or could not be evaluated. */
export async function settledBy(
  running: Running,
  of: HostTask,
  task: Task,
  conditions: readonly (Value | undefined)[],
  item?: LoopItem,
): Promise<boolean> {
  const asked = conditions.filter((one): one is Value => one !== undefined);
  if (asked.length === 0) return false;
  const scope = await variablesFor(running, of.host, task, item);
  for (const condition of asked) {
    const rendered = running.renderer.condition(
      condition,
      scope,
      task.at,
      journalFunctions(running.program, running.state, of.host),
    );
    if (rendered.kind === "rendered" && rendered.value) continue;
    if (rendered.kind === "rendered") {
      await settleSkipped(running, of, task, `when: ${JSON.stringify(condition)} is false`);
    } else {
      await settleFailed(running, of, task, renderingProblem(rendered, task), undefined, 0);
    }
    return true;
  }
  return false;
}

export function renderingProblem(
  rendered: Exclude<Rendered<unknown>, { kind: "rendered" }>,
  task: Task,
): Diagnostic {
  switch (rendered.kind) {
    case "problem":
      return { at: task.at, ...rendered.diagnostic };
    case "omitted":
      return {
        ...problem("engine/omitted", "the value is omit, where one is needed"),
        at: task.at,
      };
    case "unknown":
      return {
        ...problem("engine/not-yet-known", `${rendered.names.join(", ")} is not known yet`),
        at: task.at,
      };
  }
}

/** Items are rendered once and journaled: a resume must see the same ones. */
export async function itemsOf(
  running: Running,
  host: HostId,
  task: Task,
): Promise<readonly Json[] | undefined> {
  const lane = laneOf(running.state, host);
  const known = lane.items.get(task.id);
  if (known || !task.loop) return known;
  const of = unit(lane, task);
  const scope = await variablesFor(running, host, task);
  const rendered = running.renderer.value(
    task.loop.over,
    scope,
    task.at,
    journalFunctions(running.program, running.state, host),
  );
  if (rendered.kind !== "rendered") {
    await settleFailed(running, of, task, renderingProblem(rendered, task), undefined, 0);
    return undefined;
  }
  if (!Array.isArray(rendered.value)) {
    const hint = "`loop:` takes a list; use `| list` or `| dict2items`.";
    const diagnostic = {
      ...problem("engine/loop-not-a-list", "the value of loop is not a list", hint),
      at: task.at,
    };
    await settleFailed(running, of, task, diagnostic, undefined, 0);
    return undefined;
  }
  const items = rendered.value as readonly Json[];
  if (items.length === 0) {
    await settleSkipped(running, of, task, "no items");
    return undefined;
  }
  await running.append({ type: "looped", task: task.id, host, items });
  return items;
}
