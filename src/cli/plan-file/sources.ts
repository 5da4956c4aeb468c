/**
 * Files that a plan did not read because nobody knows yet what their tasks will meet, and that the run will: read now, so
 * that the plan file names them. What a template includes is not known before it is rendered.
 */
import { variablesFor } from "../../engine/prepared.ts";
import type { Running } from "../../engine/running.ts";
import type { HostId } from "../../model/ids.ts";
import { FLEET } from "../../model/ids.ts";
import type { Json } from "../../model/json.ts";
import type { Plan, PlanItem } from "../../model/plan.ts";
import type { Task } from "../../model/playbook.ts";

export async function readSources(running: Running, plan: Plan): Promise<void> {
  const lanes: readonly (readonly [HostId, readonly PlanItem[]])[] = [
    ...plan.hosts.map(({ host, items }) => [host, items] as const),
    [FLEET, plan.fleet],
  ];
  for (const [host, items] of lanes) {
    for (const { task: id, answer } of items) {
      const task = running.program.tasks.get(id);
      const isOpen = answer.kind === "unknown" || answer.kind === "will-be-checked";
      if (isOpen && task) await readSource(running, host, task);
    }
  }
}

async function readSource(running: Running, host: HostId, task: Task): Promise<void> {
  if (task.action.kind === "undo") return;
  const { src, remote_src: remote } = task.action.params as { readonly [name: string]: unknown };
  if (typeof src !== "string" || (remote !== undefined && remote !== false)) return;
  const scope = await variablesFor(running, host, task);
  const over = task.loop && running.renderer.value(task.loop.over, scope, task.at);
  const values = over?.kind === "rendered" && Array.isArray(over.value) ? over.value : [];
  const items = task.loop
    ? (values as readonly Json[]).map((value, index) => ({ index, value }))
    : [undefined];
  for (const item of items) {
    const rendered = running.renderer.value(
      src,
      item ? await variablesFor(running, host, task, item) : scope,
      task.at,
    );
    if (rendered.kind !== "rendered" || typeof rendered.value !== "string") continue;
    // As the steps look it up.
    const { value } = rendered;
    const folders = value.startsWith("/") ? [""] : ["", "templates/", "files/"];
    for (const folder of folders) await running.files.read(`${folder}${value}`);
  }
}
