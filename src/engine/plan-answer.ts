/** What a plan can say of one task on one host, given what the tasks before it leave open. */
import { asText } from "../lib/as-text.ts";
import { digestOf } from "../lib/digest.ts";
import type { HostId } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { PlanAnswer, WayBack } from "../model/plan.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { Resource } from "../model/resource.ts";
import { overlaps } from "../model/resource.ts";
import type { AnyStep, Check, Undo } from "../model/step.ts";
import type { Scope, Value } from "../model/value.ts";
import type { Changing } from "./change.ts";
import { lookAlone } from "./gate.ts";
import type { Prepared, Preparation } from "./prepared.ts";
import { prepare, readerFor, stepOf, variablesFor } from "./prepared.ts";
import { registeredOk, registeredSkip } from "./registered.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import { journalFunctions } from "./scope.ts";

/** What earlier tasks of the same plan leave open. */
export interface Ahead {
  /** Resources that a pending task touches, with that task. */
  readonly touched: { readonly resource: Resource; readonly by: Task }[];
  /** What tasks would register and set: what was seen, or a stand-in for what nobody has yet. */
  readonly values: Record<string, Value>;
}

/** Throws StepProblem where the step gives up. */
export async function answerFor(
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
export function remember(running: Running, task: Task, answer: PlanAnswer, ahead: Ahead): void {
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
