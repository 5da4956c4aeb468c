/**
 * What would happen, per host and task, without changing anything. Reads run; nothing else does. A check that reads what
 * an earlier pending task of the plan touches is *unknown*, a gate *will be checked*.
 */
import { asText } from "../lib/as-text.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { HostPlan, Plan, PlanAnswer, PlanItem } from "../model/plan.ts";
import type { Phase, Task } from "../model/playbook.ts";
import { laneOf } from "./fold.ts";
import type { Unseen } from "./gate.ts";
import { caught } from "./gate.ts";
import { hushed } from "./no-log.ts";
import type { Ahead } from "./plan-answer.ts";
import { answerFor, remember } from "./plan-answer.ts";
import { pinsOf, planRefusals } from "./plan-refusals.ts";
import { stepOf, variablesFor } from "./prepared.ts";
import type { Running } from "./running.ts";

export async function makePlan(running: Running, hosts: readonly HostId[]): Promise<Plan> {
  running.emit({ type: "looking", at: "plan", hosts: hosts.length });
  const plans = await Promise.all(
    running.state.spec.hosts
      .filter((host) => hosts.includes(host) || laneOf(running.state, host).atGoal === true)
      .map((host) => planHost(running, host)),
  );
  const fleet = await planFleet(running, plans);
  const pins = Object.fromEntries(plans.flatMap((plan) => pinsOf(plan)));
  return { hosts: plans, fleet, pins, refusals: planRefusals(plans) };
}

async function planHost(running: Running, host: HostId): Promise<HostPlan> {
  const lane = laneOf(running.state, host);
  if (lane.atGoal === true) return { host, atGoal: true, items: [] };
  const ahead: Ahead = { touched: [], values: {} };
  const items: PlanItem[] = [];
  for (const stage of running.program.stages) {
    if (stage.kind === "fleet") continue;
    for (const { task, phase } of stage.tasks)
      items.push(await planTask(running, host, task, phase, ahead));
  }
  return { host, atGoal: false, items };
}

/** Fleet phases come after every lane: what they read has been touched as soon as one host has something to do. */
async function planFleet(
  running: Running,
  plans: readonly HostPlan[],
): Promise<readonly PlanItem[]> {
  const ahead: Ahead = { touched: [], values: {} };
  const pending = plans
    .flatMap((plan) => plan.items)
    .find((item) => item.answer.kind === "would-change");
  const by = pending && running.program.tasks.get(pending.task);
  if (by) ahead.touched.push({ resource: "*", by });
  const items: PlanItem[] = [];
  for (const stage of running.program.stages) {
    if (stage.kind !== "fleet") continue;
    for (const task of stage.phase.tasks) {
      const step = task.action.kind === "step" ? stepOf(running, task) : undefined;
      if (step?.kind === "changing" && step.where === "controller") {
        // What lives on the controller is not touched by what happens on hosts.
        items.push(
          await planTask(running, FLEET, task, stage.phase, {
            touched: [],
            values: ahead.values,
          }),
        );
      } else {
        items.push(itemOf(task, stage.phase, { kind: "will-be-checked" }));
      }
    }
  }
  return items;
}

function itemOf(task: Task, phase: Phase, answer: PlanAnswer): PlanItem {
  const irreversible = typeof task.irreversible === "string" ? task.irreversible : undefined;
  const step = task.action.kind === "undo" ? "undo" : task.action.step;
  return {
    task: task.id,
    name: task.name,
    phase: phase.name,
    step,
    answer,
    ...(irreversible !== undefined && { irreversible }),
  };
}

export async function planTask(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  ahead: Ahead,
): Promise<PlanItem> {
  const doer = task.runOnce ? firstToDo(running) : undefined;
  if (doer !== undefined && doer !== host && host !== FLEET) {
    if (task.register !== undefined)
      ahead.values[task.register] = running.renderer.pending(task.register);
    return itemOf(task, phase, { kind: "skipped", why: `once in the run, on ${doer}` });
  }
  const certain = certainly(
    running,
    task,
    await caught(() => answerFor(running, host, task, phase, ahead)),
  );
  remember(running, task, certain, ahead);
  const said: PlanAnswer =
    certain.kind === "blocked"
      ? { ...certain, diagnostic: hushed(task, certain.diagnostic) }
      : certain;
  const item = itemOf(task, phase, said);
  if (task.irreversible === undefined) return item;
  const reason = await renderedReason(running, host, task);
  return { ...item, irreversible: reason };
}

/** Who will come to a task first that is done once; a plan cannot know who is lost by then. */
function firstToDo({ state }: Running): HostId | undefined {
  return state.spec.hosts.find((host) => {
    const lane = laneOf(state, host);
    return lane.atGoal !== true && !lane.lost;
  });
}

/** A step that gave up because a value is missing that only the run will have forbids nothing. */
function certainly(running: Running, task: Task, answer: PlanAnswer | Unseen): PlanAnswer {
  if (!("diagnostic" in answer)) return answer;
  const { diagnostic } = answer;
  if (diagnostic.code === "step/not-known-yet") {
    return task.action.kind === "step" && stepOf(running, task).kind === "changing"
      ? { kind: "unknown", why: diagnostic.summary }
      : { kind: "will-be-checked" };
  }
  return { kind: "blocked", diagnostic: { ...diagnostic, at: diagnostic.at ?? task.at } };
}

async function renderedReason(running: Running, host: HostId, task: Task): Promise<string> {
  const scope = await variablesFor(running, host, task);
  const rendered = running.renderer.value(task.irreversible ?? "", scope, task.at);
  return rendered.kind === "rendered" ? asText(rendered.value) : asText(task.irreversible);
}
