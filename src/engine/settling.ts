/** How the end of a host-task that changed nothing is written down: a gate's answer, a failure, a skip, a step that gave up. */
import { assertNever } from "../lib/assert-never.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import { StepProblem } from "../model/step.ts";
import { laneOf } from "./fold.ts";
import type { GateResult, Look } from "./gate.ts";
import { stepOf, variablesFor } from "./prepared.ts";
import { registeredFailure, registeredOk, registeredSkip } from "./registered.ts";
import type { Running } from "./running.ts";

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
