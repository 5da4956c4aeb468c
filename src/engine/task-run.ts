/** One task on one lane: `when`, loop items, then each host-task in turn until all are settled or one fails. */
import { assertNever } from "../lib/assert-never.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Phase, Task } from "../model/playbook.ts";
import type { Rendered } from "../model/rendering.ts";
import type { Lane } from "../model/run-state.ts";
import { StepProblem } from "../model/step.ts";
import type { Value } from "../model/value.ts";
import { runChange } from "./doubt.ts";
import { runOnFleet } from "./fleet-run.ts";
import { laneOf } from "./fold.ts";
import type { GateResult, Look } from "./gate.ts";
import { hostView, passGate } from "./gate.ts";
import { unit } from "./lane-next.ts";
import type { Prepared } from "./prepared.ts";
import { renderDuration } from "./durations.ts";
import { prepare, stepOf, variablesFor } from "./prepared.ts";
import { registeredFailure, registeredOk, registeredSkip } from "./registered.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { journalFunctions } from "./scope.ts";
import { onceElsewhere } from "./run-once.ts";
import { runUndoTask } from "./undo.ts";

export async function runTask(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
): Promise<void> {
  const lane = laneOf(running.state, host);
  if (lane.begun === undefined && host !== FLEET && lane.back === undefined) {
    await running.append({ type: "lane-begun", host });
  }
  const whole = unit(lane, task);
  await caughtFor(running, whole, task, async () => {
    const whens = [phase.when, ...(task.loop ? [] : [task.when])];
    if (await settledBy(running, whole, task, whens)) return;
    if (task.action.kind === "undo") return runUndoTask(running, host, task, task.action.task);
    if (task.runOnce && (await settledElsewhere(running, whole, task))) return;
    if (!task.loop) return runOne(running, host, task, phase, undefined);
    const items = await itemsOf(running, host, task);
    for (const [index, value] of (items ?? []).entries()) {
      const of = { ...whole, item: index };
      if (isTodo(lane, of)) await runHostTask(running, host, task, phase, { index, value });
      // Neither behind a failure nor behind a doubt is anything begun.
      if (lane.lost || !isDone(lane, of)) return;
    }
  });
}

export function isTodo(lane: Lane, of: HostTask): boolean {
  const standing = lane.tasks.get(hostTaskKey(of))?.standing;
  return standing === undefined || standing === "retry";
}

export function isDone(lane: Lane, of: HostTask): boolean {
  const standing = lane.tasks.get(hostTaskKey(of))?.standing;
  return (
    standing === "applied" ||
    standing === "satisfied" ||
    standing === "skipped" ||
    standing === "ignored"
  );
}

/** One host-task by itself, with the loop item it is for: what is not one of a lane's tasks, such as an inverse. */
export async function runHostTask(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const of = { ...unit(laneOf(running.state, host), task), ...(item && { item: item.index }) };
  await caughtFor(running, of, task, async () => {
    if (await settledBy(running, of, task, [task.when], item)) return;
    await runOne(running, host, task, phase, item);
  });
}

/** A step that gives up settles its own host-task. */
export async function caughtFor(
  running: Running,
  of: HostTask,
  task: Task,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    await settleProblem(running, of, task, error.kind, error.diagnostic);
  }
}

/** True when another host has done it, or failed to. */
async function settledElsewhere(running: Running, of: HostTask, task: Task): Promise<boolean> {
  const elsewhere = onceElsewhere(running.state, of.host, task);
  switch (elsewhere.kind) {
    case "nowhere":
      return false;
    case "done": {
      const { registered } = elsewhere;
      const why = `once in the run, on ${elsewhere.host}`;
      await running.append({
        type: "settled",
        of,
        step: stepName(task),
        outcome: "skipped",
        durationMs: 0,
        registered: registered ?? registeredSkip(why),
      });
      return true;
    }
    case "failed":
      await settleFailed(running, of, task, elsewhere.diagnostic, undefined, 0);
      return true;
  }
}

/** True when the host-task needs no more: a condition said no, or could not be evaluated. */
async function settledBy(
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

function renderingProblem(
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
async function itemsOf(
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

export async function runOne(
  running: Running,
  host: HostId,
  task: Task,
  phase: Phase,
  item: LoopItem | undefined,
): Promise<void> {
  const lane = laneOf(running.state, host);
  const of: HostTask = { ...unit(lane, task), ...(item && { item: item.index }) };
  running.emit({ type: "task-begun", of, name: task.name });
  const step = stepOf(running, task);
  if (host === FLEET && step.where === "host") return runOnFleet(running, of, task, phase, item);
  const preparation = await prepare(running, host, task, item);
  if (preparation.kind !== "ready") {
    const diagnostic =
      preparation.kind === "problem" ? preparation.diagnostic : renderingProblem(preparation, task);
    return settleFailed(running, of, task, diagnostic, undefined, 0);
  }
  const { prepared } = preparation;
  return withRetries(running, prepared, () => once(running, prepared, item));
}

/** Ansible's `until`, `retries`, `delay`: tried again while `until` does not hold, or while it fails. */
async function withRetries(
  running: Running,
  prepared: Prepared,
  attempt: () => Promise<void>,
): Promise<void> {
  const { task, of, scope } = prepared;
  if (!task.retry) return attempt();
  const delay = renderDuration(running, task.retry.delay, scope, task);
  const retries = running.renderer.value(task.retry.retries, scope, task.at);
  const times = retries.kind === "rendered" ? Number(retries.value) : 3;
  for (let round = 0; ; round++) {
    await attempt();
    const record = laneOf(running.state, of.host).tasks.get(hostTaskKey(of));
    const enough = round >= times || running.signal.aborted || laneOf(running.state, of.host).lost;
    const failed = record?.standing === "failed" || record?.standing === "ignored";
    if (!failed || enough) return;
    await running.append({ type: "unbegun", of, why: `retry ${round + 1} of ${times}` });
    await running.clock.sleep(typeof delay === "number" ? delay : 5000, running.signal);
  }
}

async function once(
  running: Running,
  prepared: Prepared,
  item: LoopItem | undefined,
): Promise<void> {
  const { of, task, step } = prepared;
  if (step.kind === "changing") return runChange(running, prepared);
  const began = running.clock.ticks();
  const gate = await passGate(running, task, [of.host], hostView(running, of.host), {
    waitMs: prepared.waitMs,
    item,
  });
  await settleGate(running, of, task, gate, running.clock.ticks() - began, [of.host]);
}

export async function settleGate(
  running: Running,
  of: HostTask,
  task: Task,
  gate: GateResult,
  durationMs: number,
  hosts: readonly HostId[],
): Promise<void> {
  switch (gate.kind) {
    case "unreachable":
      if (!isOwnHost(of))
        return settleFailed(running, of, task, gate.diagnostic, undefined, durationMs);
      return running.append({ type: "host-lost", host: gate.host, diagnostic: gate.diagnostic });
    case "fails":
      return settleFailed(
        running,
        of,
        task,
        gate.diagnostic,
        seenBy(gate.looks, hosts),
        durationMs,
      );
    case "holds": {
      const [look] = gate.looks;
      const verdict = look?.answer.kind === "seen" ? look.answer.verdict : undefined;
      const facts = verdict?.kind === "holds" ? verdict.facts : undefined;
      const message = verdict?.kind === "holds" ? verdict.message : undefined;
      return running.append({
        type: "settled",
        of,
        step: stepOf(running, task).name,
        outcome: "satisfied",
        durationMs,
        registered: registeredOk(seenBy(gate.looks, hosts), false),
        ...(facts && { facts }),
        ...(message !== undefined && !task.noLog && { message }),
      });
    }
  }
  assertNever(gate);
}

/** One host's sighting as it is; several under the names of their hosts. */
function seenBy(looks: readonly Look[], hosts: readonly HostId[]): Json {
  const seen = looks.flatMap(({ host, answer }) =>
    answer.kind === "seen" ? [[host, answer.seen] as const] : [],
  );
  if (hosts.length === 1) return seen[0]?.[1] ?? {};
  return { hosts: Object.fromEntries(seen) };
}

export async function settleSkipped(
  running: Running,
  of: HostTask,
  task: Task,
  why: string,
): Promise<void> {
  await running.append({
    type: "settled",
    of,
    step: stepName(task),
    outcome: "skipped",
    durationMs: 0,
    registered: registeredSkip(why),
  });
}

export async function settleFailed(
  running: Running,
  of: HostTask,
  task: Task,
  diagnostic: Diagnostic,
  seen: Json | undefined,
  durationMs: number,
): Promise<void> {
  const ignored = await ignoresErrors(running, of, task);
  await running.append({
    type: "settled",
    of,
    step: stepName(task),
    outcome: "failed",
    durationMs,
    diagnostic: { ...diagnostic, at: diagnostic.at ?? task.at },
    registered: registeredFailure(seen, diagnostic),
    ...(ignored && { ignored: true as const }),
  });
}

async function ignoresErrors(running: Running, of: HostTask, task: Task): Promise<boolean> {
  if (task.ignoreErrors === undefined) return false;
  if (typeof task.ignoreErrors === "boolean") return task.ignoreErrors;
  const scope = await variablesFor(running, of.host, task);
  const rendered = running.renderer.condition(task.ignoreErrors, scope, task.at);
  return rendered.kind === "rendered" && rendered.value;
}

/** What becomes of a host-task whose step gave up. */
export async function settleProblem(
  running: Running,
  of: HostTask,
  task: Task,
  kind: StepProblem["kind"],
  diagnostic: Diagnostic,
): Promise<void> {
  const record = laneOf(running.state, of.host).tasks.get(hostTaskKey(of));
  const begun = record?.standing === "intended";
  if (kind === "unreachable" && isOwnHost(of)) {
    return running.append({ type: "host-lost", host: of.host, diagnostic });
  }
  // After an intent nothing is assumed: the record stays begun, and is settled by looking.
  if (begun && kind !== "failed") return;
  return settleFailed(running, of, task, diagnostic, undefined, 0);
}

/** A lane is lost with its own host; a delegate that does not answer is a task that fails. */
export function isOwnHost(of: HostTask): boolean {
  return of.host !== FLEET && of.on === of.host;
}

export function stepName(task: Task): string {
  return task.action.kind === "undo" ? "undo" : task.action.step;
}
