/**
 * What would happen, per host and task, without changing anything. Reads run; nothing else does. A check that reads what
 * an earlier pending task of the plan touches is *unknown*, a gate *will be checked*.
 */
import { asText } from "../lib/as-text.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { HostPlan, Plan, PlanAnswer, PlanItem, Refusal, WayBack } from "../model/plan.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { Resource } from "../model/resource.ts";
import { overlaps } from "../model/resource.ts";
import type { AnyStep, Check, Undo } from "../model/step.ts";
import type { Scope, Value } from "../model/value.ts";
import { digestOf } from "../lib/digest.ts";
import { stableJson } from "../lib/stable-json.ts";
import type { Changing } from "./change.ts";
import { laneOf } from "./fold.ts";
import type { Unseen } from "./gate.ts";
import { caught, lookAlone } from "./gate.ts";
import { hushed } from "./no-log.ts";
import type { Prepared, Preparation } from "./prepared.ts";
import { prepare, readerFor, stepOf, variablesFor } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import { registeredOk, registeredSkip } from "./registered.ts";
import { journalFunctions } from "./scope.ts";

/** What earlier tasks of the same plan leave open. */
export interface Ahead {
  /** Resources that a pending task touches, with that task. */
  readonly touched: { readonly resource: Resource; readonly by: Task }[];
  /** What tasks would register and set: what was seen, or a stand-in for what nobody has yet. */
  readonly values: Record<string, Value>;
}

export async function makePlan(running: Running, hosts: readonly HostId[]): Promise<Plan> {
  running.emit({ type: "looking", at: "plan", hosts: hosts.length });
  const plans = await Promise.all(
    running.state.spec.hosts
      .filter((host) => hosts.includes(host) || laneOf(running.state, host).atGoal === true)
      .map((host) => planHost(running, host)),
  );
  const fleet = await planFleet(running, plans);
  const pins = Object.fromEntries(plans.flatMap((plan) => pinsOf(plan)));
  return { hosts: plans, fleet, pins, refusals: [...refusalsOf(plans), ...disagreements(plans)] };
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

async function answerFor(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  ahead: Ahead,
): Promise<PlanAnswer> {
  const scope = await variablesFor(running, host, task, undefined, ahead.values);
  const condition = whenAnswer(running, host, task, phase, scope);
  if (condition) return condition;
  if (task.action.kind === "undo") return { kind: "will-be-checked" };
  if (task.loop) return planLoop(running, host, task, scope, ahead);
  const preparation = await prepare(running, host, task, undefined, ahead.values);
  return answerPrepared(running, preparation, task, ahead);
}

/** Undefined: the task is to be looked at. */
function whenAnswer(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  scope: Scope,
): PlanAnswer | undefined {
  for (const when of [phase.when, ...(task.loop ? [] : [task.when])]) {
    if (when === undefined) continue;
    const rendered = running.renderer.condition(
      when,
      scope,
      task.at,
      journalFunctions(running.program, running.state, host),
    );
    if (rendered.kind === "rendered" && rendered.value) continue;
    if (rendered.kind === "rendered")
      return { kind: "skipped", why: `when: ${JSON.stringify(when)} is false` };
    if (rendered.kind === "unknown")
      return { kind: "unknown", why: `whether it runs depends on ${rendered.names.join(", ")}` };
    if (rendered.kind === "problem") return { kind: "blocked", diagnostic: rendered.diagnostic };
    return { kind: "blocked", diagnostic: problem("engine/omitted", "`when` is omit") };
  }
  return undefined;
}

/** A loop is summed up: its items one by one, then in one answer. */
async function planLoop(
  running: Running,
  host: HostId,
  task: Task,
  scope: Scope,
  ahead: Ahead,
): Promise<PlanAnswer> {
  const items = running.renderer.value(
    task.loop?.over ?? [],
    scope,
    task.at,
    journalFunctions(running.program, running.state, host),
  );
  if (items.kind === "unknown")
    return { kind: "unknown", why: `its items depend on ${items.names.join(", ")}` };
  if (items.kind === "problem") return { kind: "blocked", diagnostic: items.diagnostic };
  const list =
    items.kind === "rendered" && Array.isArray(items.value)
      ? (items.value as readonly Json[])
      : undefined;
  if (!list) {
    return {
      kind: "blocked",
      diagnostic: {
        ...problem("engine/loop-not-a-list", "the value of loop is not a list"),
        at: task.at,
      },
    };
  }
  const answers: PlanAnswer[] = [];
  for (const [index, value] of list.entries()) {
    const item = { index, value };
    const itemScope = await variablesFor(running, host, task, item, ahead.values);
    const when =
      task.when === undefined
        ? undefined
        : running.renderer.condition(task.when, itemScope, task.at);
    if (when?.kind === "rendered" && !when.value) continue;
    if (when?.kind === "unknown")
      return { kind: "unknown", why: `whether it runs depends on ${when.names.join(", ")}` };
    const preparation = await prepare(running, host, task, item, ahead.values);
    answers.push(await answerPrepared(running, preparation, task, ahead));
  }
  return summedUp(answers);
}

function summedUp(answers: readonly PlanAnswer[]): PlanAnswer {
  const [first] = answers;
  if (!first) return { kind: "skipped", why: "no items" };
  for (const kind of ["blocked", "unknown", "will-be-checked"] as const) {
    const found = answers.find((answer) => answer.kind === kind);
    if (found) return found;
  }
  const changing = answers.filter((answer) => answer.kind === "would-change");
  const [one] = changing;
  if (!one) return first;
  return { ...one, changes: changing.flatMap((answer) => answer.changes) };
}

async function answerPrepared(
  running: Running,
  preparation: Preparation,
  task: Task,
  ahead: Ahead,
): Promise<PlanAnswer> {
  if (preparation.kind === "problem")
    return { kind: "blocked", diagnostic: preparation.diagnostic };
  if (preparation.kind === "unknown") {
    if (stepOf(running, task).kind === "reading") return { kind: "will-be-checked" };
    return { kind: "unknown", why: `depends on ${preparation.names.join(", ")}` };
  }
  const { prepared } = preparation;
  const { step, params } = prepared;
  const before = ahead.touched.find(({ resource }) =>
    step.reads(params).some((read: Resource) => overlaps(resource, read)),
  );
  if (step.kind === "reading") {
    if (before || step.inPlan === "skip") return { kind: "will-be-checked" };
    return gateAnswer(running, prepared, ahead);
  }
  if (before) {
    touch(step, params, task, ahead);
    return { kind: "unknown", why: `after ${before.by.name}` };
  }
  const check = await (step as Changing).check(
    readerFor(running, prepared),
    params,
    prepared.tools,
  );
  const answer = checkAnswer(check, prepared);
  if (answer.kind === "would-change" || answer.kind === "unknown") touch(step, params, task, ahead);
  return answer;
}

async function gateAnswer(running: Running, prepared: Prepared, ahead: Ahead): Promise<PlanAnswer> {
  const { task } = prepared;
  const { answer } = await lookAlone(running, prepared);
  if (answer.kind !== "seen") return { kind: "blocked", diagnostic: answer.diagnostic };
  const { verdict, seen } = answer;
  if (verdict.kind === "holds") {
    Object.assign(ahead.values, verdict.facts);
    if (task.register !== undefined) ahead.values[task.register] = registeredOk(seen, false);
    return { kind: "holds" };
  }
  const willWait =
    prepared.waitMs !== undefined || task.retry !== undefined || task.ignoreErrors !== undefined;
  return willWait
    ? { kind: "will-be-checked" }
    : { kind: "blocked", diagnostic: verdict.diagnostic };
}

function checkAnswer(check: Check<Json>, prepared: Prepared): PlanAnswer {
  switch (check.kind) {
    case "satisfied":
      return { kind: "satisfied" };
    case "unknown":
      return { kind: "unknown", why: check.why };
    case "blocked":
      return { kind: "blocked", diagnostic: check.diagnostic };
    case "pending":
      return {
        kind: "would-change",
        ...(prepared.task.noLog
          ? { changes: [], hidden: digestOf(check.changes.map((change) => ({ ...change }))) }
          : { changes: check.changes }),
        wayBack: wayBack(check.undo, prepared.task),
        ...(check.pins !== undefined && { pins: check.pins }),
      };
  }
}

function wayBack(undo: Undo<Json>, task: Task): WayBack {
  if (task.irreversible !== undefined)
    return { kind: "irreversible", reason: asText(task.irreversible) };
  switch (undo.kind) {
    case "reversible":
      return { kind: "undo" };
    case "nothing":
      return { kind: "nothing-to-undo" };
    case "irreversible":
      return undo;
    case "no-inverse":
      return task.inverse === undefined ? { kind: "none" } : { kind: "inverse-given" };
  }
}

function touch(step: AnyStep, params: object, task: Task, ahead: Ahead): void {
  if (step.kind !== "changing") return;
  for (const resource of step.touches(params)) ahead.touched.push({ resource, by: task });
}

/** What a task would register or set and has not been seen stays open for the tasks after it. */
function remember(running: Running, task: Task, answer: PlanAnswer, ahead: Ahead): void {
  if (answer.kind === "holds") return;
  const pending = answer.kind !== "skipped";
  if (pending && task.action.kind === "step") {
    const step = stepOf(running, task);
    const names = step.kind === "reading" ? (step.sets?.(task.action.params) ?? []) : [];
    for (const name of names) ahead.values[name] = running.renderer.pending(name);
  }
  if (task.register === undefined) return;
  ahead.values[task.register] = pending
    ? running.renderer.pending(task.register)
    : registeredSkip("skipped");
}

function pinsOf(plan: HostPlan): readonly (readonly [string, Json])[] {
  return plan.items.flatMap(({ task, answer }) => {
    const of: HostTask = { task, host: plan.host, on: plan.host };
    return answer.kind === "would-change" && answer.pins !== undefined
      ? [[hostTaskKey(of), answer.pins] as const]
      : [];
  });
}

function refusalsOf(plans: readonly HostPlan[]): readonly Refusal[] {
  return plans.flatMap(({ host, items }) =>
    items.flatMap(({ task, name, answer }): Refusal[] =>
      answer.kind === "blocked"
        ? [{ host, cause: "blocked", task, name, diagnostic: answer.diagnostic }]
        : [],
    ),
  );
}

/** Versions such as 5.1.* are resolved on every host, and must come out the same. */
function disagreements(plans: readonly HostPlan[]): readonly Refusal[] {
  const seen = new Map<string, { readonly host: HostId; readonly pins: string }>();
  const refusals: Refusal[] = [];
  for (const plan of plans) {
    for (const { task, name, answer } of plan.items) {
      if (answer.kind !== "would-change" || answer.pins === undefined) continue;
      const pins = stableJson(answer.pins);
      const first = seen.get(task);
      if (!first) {
        seen.set(task, { host: plan.host, pins });
        continue;
      }
      if (first.pins === pins) continue;
      const diagnostic = {
        ...problem(
          "engine/versions-differ",
          `${plan.host} resolves other versions than ${first.host}`,
          "Give every host the same package sources, or name an exact version.",
        ),
        detail: [`${first.host}: ${first.pins}`, `${plan.host}: ${pins}`],
      };
      refusals.push({ host: plan.host, cause: "blocked", task, name, diagnostic });
    }
  }
  return refusals;
}
