/**
 * A host-task that changes something:
 * check → (satisfied: done) → prepare → intend (record on disk) → apply → settle.
 * The intent is on disk before the first byte that can change something is sent (J1).
 */
import { asText } from "../lib/as-text.ts";
import { assertNever } from "../lib/assert-never.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Applied, ChangingStep, Check, Undo } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import { laneOf } from "./fold.ts";
import { ensureLocked } from "./host-lock.ts";
import { forgetJobs } from "./left-jobs.ts";
import type { Prepared } from "./prepared.ts";
import { readerFor, sessionFor } from "./prepared.ts";
import { registeredFailure, registeredOk } from "./registered.ts";
import type { Running } from "./running.ts";
import { isTooLate } from "./too-late.ts";
import { problem } from "./running.ts";
import { settleFailed, settleProblem } from "./settling.ts";
import { judged } from "./verdict-words.ts";

// The registry forgets parameter types; a record only ever meets the step that took it.
export type Changing = ChangingStep<object, Json>;

/** Wants the machine to itself (E1). */
export async function changeAlone(running: Running, prepared: Prepared): Promise<void> {
  const { of, task } = prepared;
  const began = running.clock.ticks();
  const step = prepared.step as Changing;
  let boot: string | undefined;
  try {
    if (step.where === "host") {
      const opened = await running.transport.connection(of.on).open(prepared.identity);
      if (opened.kind !== "open") throw new StepProblem("unreachable", opened.diagnostic);
      ({ boot } = opened);
      await ensureLocked(running, of.on);
      const earlier = laneOf(running.state, of.host).tasks.get(hostTaskKey(of))?.attempt ?? 0;
      // Of an attempt that the journal has done with; the controller may have ended before it said so to the host.
      if (earlier > 0) await forgetJobs(running, prepared, earlier);
    }
    const check = await step.check(readerFor(running, prepared), prepared.params, prepared.tools);
    await continueFrom(running, prepared, step, check, { began, boot });
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    await settleProblem(running, of, task, error.kind, error.diagnostic);
  }
}

interface Since {
  /** Milliseconds on the clock. */
  readonly began: number;
  /** Of the machine, asked before the intent: a start in between can only add to the doubt. */
  readonly boot: string | undefined;
}

async function continueFrom(
  running: Running,
  prepared: Prepared,
  step: Changing,
  check: Check<Json>,
  { began, boot }: Since,
): Promise<void> {
  const { of, task } = prepared;
  switch (check.kind) {
    case "satisfied":
      return settleSatisfied(running, prepared, check.seen, began);
    case "blocked":
      return settleFailed(
        running,
        of,
        task,
        check.diagnostic,
        undefined,
        running.clock.ticks() - began,
      );
    case "unknown":
      return settleFailed(
        running,
        of,
        task,
        problem(
          "engine/cannot-tell",
          `${step.name} cannot tell whether it is needed: ${check.why}`,
        ),
        undefined,
        running.clock.ticks() - began,
      );
    case "pending":
      // A look may take long, and what takes long may end outside of the window.
      if (isTooLate(running, of)) return;
      return change(running, prepared, step, check, { began, boot });
  }
  assertNever(check);
}

async function change(
  running: Running,
  prepared: Prepared,
  step: Changing,
  check: Extract<Check<Json>, { kind: "pending" }>,
  { began, boot }: Since,
): Promise<void> {
  const { of, task } = prepared;
  const attempt = (laneOf(running.state, of.host).tasks.get(hostTaskKey(of))?.attempt ?? 0) + 1;
  const session = sessionFor(running, prepared, attempt, boot);
  if (step.prepare) {
    const staged = await step.prepare(session, prepared.params, prepared.tools);
    if (staged.kind !== "done") {
      return settleFailed(
        running,
        of,
        task,
        staged.diagnostic,
        undefined,
        running.clock.ticks() - began,
      );
    }
  }
  const irreversible = irreversibleReason(running, prepared);
  await running.append({
    type: "intended",
    of,
    step: step.name,
    attempt,
    changes: task.noLog ? [] : check.changes,
    undo: undoOf(prepared, check.undo),
    ...(irreversible !== undefined && { irreversible }),
    ...(boot !== undefined && { boot }),
  });
  try {
    const applied = await step.apply(session, prepared.params, prepared.tools);
    await settleApplied(running, prepared, applied, began);
  } catch (error) {
    if (!(error instanceof StepProblem) || error.kind !== "failed") throw error;
    await settleProblem(running, of, task, error.kind, error.diagnostic);
  }
  await forgetJobs(running, prepared, attempt);
}

/** `inverse: none` says that there is nothing to take back. */
function undoOf(prepared: Prepared, undo: Undo<Json>): Undo<Json> {
  return undo.kind === "no-inverse" && prepared.task.inverse === "none"
    ? { kind: "nothing" }
    : undo;
}

function irreversibleReason(running: Running, prepared: Prepared): string | undefined {
  const { task, scope } = prepared;
  if (task.irreversible === undefined) return undefined;
  const rendered = running.renderer.value(task.irreversible, scope, task.at);
  return rendered.kind === "rendered" ? asText(rendered.value) : asText(task.irreversible);
}

export async function settleApplied(
  running: Running,
  prepared: Prepared,
  applied: Applied,
  began: number,
): Promise<void> {
  const { of, task } = prepared;
  const durationMs = running.clock.ticks() - began;
  switch (applied.kind) {
    case "in-doubt":
      throw new StepProblem("in-doubt", applied.diagnostic);
    case "failed": {
      const registered = registeredFailure(applied.result, applied.diagnostic);
      const words = await judged(running, prepared, registered, true);
      if (words.kind === "problem")
        return settleFailed(running, of, task, words.diagnostic, applied.result, durationMs);
      if (words.failed)
        return settleFailed(running, of, task, applied.diagnostic, applied.result, durationMs);
      return settleDone(
        running,
        prepared,
        { changed: words.changed ?? true, after: null, result: applied.result },
        durationMs,
      );
    }
    case "done": {
      const registered = registeredOk(applied.result, applied.changed);
      const words = await judged(running, prepared, registered, false);
      if (words.kind === "problem")
        return settleFailed(running, of, task, words.diagnostic, applied.result, durationMs);
      if (words.failed) {
        return settleFailed(running, of, task, words.because, applied.result, durationMs);
      }
      return settleDone(
        running,
        prepared,
        { changed: words.changed ?? applied.changed, after: applied.after, result: applied.result },
        durationMs,
      );
    }
  }
  assertNever(applied);
}

async function settleDone(
  running: Running,
  prepared: Prepared,
  done: { readonly changed: boolean; readonly after: Json; readonly result: Json | undefined },
  durationMs: number,
): Promise<void> {
  await running.append({
    type: "settled",
    of: prepared.of,
    step: prepared.step.name,
    outcome: "applied",
    durationMs,
    after: done.after,
    registered: registeredOk(done.result, done.changed),
  });
}

export async function settleSatisfied(
  running: Running,
  prepared: Prepared,
  seen: Json | undefined,
  began: number,
): Promise<void> {
  const record = laneOf(running.state, prepared.of.host).tasks.get(hostTaskKey(prepared.of));
  const begun = (record?.attempt ?? 0) > 0;
  await running.append({
    type: "settled",
    of: prepared.of,
    step: prepared.step.name,
    outcome: "satisfied",
    durationMs: running.clock.ticks() - began,
    registered: registeredOk(seen, begun),
  });
}

export function inDoubt(diagnostic: Diagnostic, settle: string): Diagnostic {
  return {
    ...diagnostic,
    hint: `Look at the host, then say what happened: runbook resume --settle ${settle}=applied or =not-applied`,
  };
}
