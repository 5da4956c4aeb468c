/**
 * The one loop that acts: asks `decide`, performs what it says, appends what happened, until nothing is left to do.
 * A resume is the same loop over a state that is not empty.
 */
import { assertNever } from "../lib/assert-never.ts";
import type { HostId, TaskId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { StopReason } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import type { Action, End } from "./decide.ts";
import { decide } from "./decide.ts";
import { settleDoubt } from "./doubt.ts";
import { createLanes } from "./lanes.ts";
import { forgetLeftJobs } from "./left-jobs.ts";
import { lookAtHealth } from "./look-at-health.ts";
import { seeGoal } from "./look.ts";
import type { Running } from "./running.ts";
import { GO_ON, PAUSE } from "./pause.ts";
import { runTask } from "./task-run.ts";
import { undoRecord } from "./undo.ts";
import { chooseWay, endLaneBack } from "./way.ts";

/** How far the operator wants it stopped; raised by interrupts, never lowered. */
export interface StopWish {
  readonly level: 0 | 1 | 2 | 3;
  /** Resolves at the next raise. */
  raised(): Promise<void>;
}

/** Works until the run ends or comes to rest. Resolves with why; rejects only with a bug of ours. */
export async function execute(running: Running, wish: StopWish): Promise<End> {
  const lanes = createLanes(Math.max(running.state.spec.forks, 1));
  const busy = new Map<HostId, TaskId | undefined>();
  const failures: unknown[] = [];
  let wake = (): void => {};
  // Not the first to hold these locks: another controller of this run was here.
  if (running.state.fencing > 1) await forgetLeftJobs(running);
  const perform = (action: Action): void => {
    const host = laneOfAction(action);
    busy.set(host, taskOfAction(action));
    void lanes
      .run(() => act(running, action))
      .catch((error: unknown) => failures.push(error))
      .finally(() => {
        busy.delete(host);
        wake();
      });
  };
  for (;;) {
    if (wish.level === 3)
      return left("interrupted", "left at the third interrupt; jobs on hosts go on");
    // Nothing that is under way can be written down any more; jobs on hosts go on, and a resume finds them.
    const unwritten = failures.find((error) => error instanceof JournalFailure);
    if (unwritten) return failedEnd(unwritten);
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const stop = wish.level >= 2 ? 2 : wish.level >= 1 ? 1 : 0;
    const decision =
      failures.length > 0
        ? { actions: [] }
        : decide(running.program, running.state, { busy, stop, nowMs: running.clock.now() });
    for (const action of decision.actions) perform(action);
    if (busy.size === 0) {
      if (failures.length > 0) return failedEnd(failures[0]);
      if (decision.end) return decision.end;
      if (decision.actions.length === 0)
        throw new Error("the engine has nothing to do and no reason to end");
    }
    await Promise.race([woken, wish.raised()]);
  }
}

function left(why: StopReason, text: string): End {
  return { kind: "stopped", why, text };
}

function failedEnd(error: unknown): End {
  if (error instanceof JournalFailure) return left("journal", error.message);
  throw error;
}

/** One action at a time for each of these. */
function laneOfAction(action: Action): HostId {
  switch (action.kind) {
    case "begin-pause":
    case "wait":
    case "look-at-goal":
    case "look-at-health":
    case "begin-rollback":
    case "ask-about-failure":
      return FLEET;
    case "task":
    case "doubt":
    case "choose-way":
    case "undo":
    case "end-lane-back":
      return action.host;
  }
}

/** The task that an action is about: what `throttle` counts. */
function taskOfAction(action: Action): TaskId | undefined {
  switch (action.kind) {
    case "task":
    case "doubt":
      return action.task.id;
    case "undo":
      return action.record.of.task;
    case "begin-pause":
    case "wait":
    case "look-at-goal":
    case "look-at-health":
    case "begin-rollback":
    case "ask-about-failure":
    case "choose-way":
    case "end-lane-back":
      return undefined;
  }
}

async function act(running: Running, action: Action): Promise<void> {
  switch (action.kind) {
    case "task":
      return runTask(running, action.host, action.task, action.phase);
    case "doubt":
      return settleDoubt(running, action.host, action.task, action.phase, action.record);
    case "look-at-goal": {
      const answers = await seeGoal(running, action.hosts);
      for (const { host, unreachable, diagnostics } of answers) {
        const [diagnostic] = diagnostics;
        if (unreachable && diagnostic)
          await running.append({ type: "goal-seen", host, reached: false });
      }
      return;
    }
    case "look-at-health":
      return lookAtHealth(running, action);
    case "begin-rollback": {
      const { hosts, whole, why } = action;
      return running.append({ type: "rollback-begun", hosts, whole, why, who: "on_failure" });
    }
    case "begin-pause":
      return beginPause(running, action.done);
    case "wait": {
      const left = action.untilMs - running.clock.now();
      return running.clock.sleep(Math.max(1, Math.min(left, 1000)), running.signal);
    }
    case "ask-about-failure":
      return askAboutFailure(running, action.failed);
    case "choose-way":
      return chooseWay(running, action.host);
    case "undo":
      return undoRecord(running, action.record);
    case "end-lane-back":
      return endLaneBack(running, action.host, action.outcome);
  }
  assertNever(action);
}

async function beginPause(running: Running, done: number): Promise<void> {
  const { pauseAfter } = running.program.run.playbook.rollout;
  const question = PAUSE;
  if (pauseAfter?.forMs !== undefined) {
    const answer = running.clock.now() + pauseAfter.forMs;
    return running.append({ type: "decision", who: "pause_after", question, answer });
  }
  const text = `${done} hosts are done. Go on with the others?`;
  const choices = [GO_ON, "stop"];
  const given = await running.ask?.({ about: PAUSE, text, choices, fallback: "stop" });
  const who = given === undefined ? "nobody could be asked" : running.who;
  return running.append({ type: "decision", who, question, answer: given ?? "stop" });
}

async function askAboutFailure(running: Running, failed: readonly HostId[]): Promise<void> {
  const text = `${failed.join(", ")} failed. Stop here, take the failed host back, or take the whole run back?`;
  const choices = ["stop", "rollback_host", "rollback_run"];
  const given = await running.ask?.({ about: "on_failure", text, choices, fallback: "stop" });
  await running.append({
    type: "decision",
    who: given === undefined ? "nobody could be asked" : running.who,
    question: "on_failure",
    answer: given ?? "stop",
  });
}
