/** What happens between the first connection and the first change, and what is written when nothing is left to do. */
import { FLEET } from "../model/ids.ts";
import { resumedBy } from "../model/journal-entry.ts";
import type { Plan, Refusal } from "../model/plan.ts";
import type { RunState } from "../model/run-state.ts";
import type { End } from "./decide.ts";
import { failedHosts, isAnythingTouched, isTouched, touchedHosts } from "./standing.ts";
import { laneOf } from "./fold.ts";
import type { LockProblem } from "./host-lock.ts";
import { hostsToLock, lockHosts, unlockHosts } from "./host-lock.ts";
import { isOpen } from "./left-jobs.ts";
import type { GoalAnswer } from "./look.ts";
import { connectAll, preflight, seeGoal } from "./look.ts";
import { makePlan } from "./plan.ts";
import type { Running } from "./running.ts";

export type Beginning =
  | { readonly kind: "locked"; readonly problems: readonly LockProblem[] }
  | { readonly kind: "looked"; readonly goal: readonly GoalAnswer[]; readonly plan: Plan };

/**
 * Connects, takes the locks (`lock: "take"`), looks at goal and preflight, and plans. Whatever forbids going on is in
 * `plan.refusals`, all of it at once; nothing was changed on any host but the lock.
 */
export async function lookBeforeChanging(
  running: Running,
  options: { readonly lock: "take" | "leave" },
): Promise<Beginning> {
  const { spec } = running.state;
  const unreached = await connectAll(running, spec.hosts);
  const { unreachable } = running.program.run.playbook.rollout;
  const lost = unreached.filter((one) => one.cause === "unreachable");
  const refused = unreached.filter((one) => one.cause !== "unreachable");
  const absent = new Set(unreached.map(({ host }) => host));
  const reachable = spec.hosts.filter((host) => !absent.has(host));
  if (options.lock === "take" && (absent.size === 0 || unreachable === "skip")) {
    const problems = await lockHosts(running, hostsToLock(running, reachable));
    if (problems.length > 0) return { kind: "locked", problems };
  }
  const goal = await seeGoal(running, reachable);
  const before = await preflight(running, reachable);
  const forbidding = [...(unreachable === "skip" ? [] : lost), ...refused, ...before];
  await leaveOut(running, lost);
  // A plan beside failing preconditions would mostly repeat them.
  if (before.length > 0) {
    return { kind: "looked", goal, plan: { hosts: [], fleet: [], pins: {}, refusals: forbidding } };
  }
  const plan = await makePlan(running, reachable);
  return { kind: "looked", goal, plan: { ...plan, refusals: [...forbidding, ...plan.refusals] } };
}

/** `unreachable: skip`: says who is left out. */
async function leaveOut(
  running: Running,
  unreached: readonly Refusal[],
): Promise<readonly Refusal[]> {
  if (running.program.run.playbook.rollout.unreachable !== "skip") return [];
  const lost = unreached.filter(({ cause }) => cause === "unreachable");
  for (const { host, diagnostic } of lost)
    await running.append({ type: "host-lost", host, diagnostic });
  return lost;
}

/** A resume: lanes that have not begun are looked at anew; the others are where the journal says. */
export async function lookBeforeResuming(running: Running): Promise<readonly Refusal[]> {
  const { spec } = running.state;
  const { lanes } = running.state;
  // On the way back, and where some hosts were taken back, nothing is begun.
  if ([...lanes.values()].some((lane) => lane.back !== undefined)) return [];
  const { only } = running.state;
  const open = spec.hosts.filter(
    (host) =>
      laneOf(running.state, host).begun === undefined &&
      !laneOf(running.state, host).dropped &&
      (only === undefined || only.includes(host)),
  );
  const unreached = await connectAll(running, open);
  const absent = new Set(unreached.map(({ host }) => host));
  const reachable = open.filter((host) => !absent.has(host));
  if (reachable.length > 0) await seeGoal(running, reachable);
  // The others are looked at so that steps know who they are, and are not judged.
  const others = spec.hosts.filter((host) => {
    const lane = laneOf(running.state, host);
    if (lane.dropped) return false;
    return (lane.atGoal === true || lane.begun !== undefined) && !reachable.includes(host);
  });
  const found = await preflight(running, [...reachable, ...others]);
  const left = await leaveOut(running, unreached);
  return [...unreached.filter((one) => !left.includes(one)), ...found];
}

/**
 * Goes on with a run as its operator answered when it had failed: whoever says to go back is not tried again first. Called
 * instead of appending `run-resumed`, which forgets what failed.
 */
export async function resumeAnswered(running: Running, answer: string, who: string): Promise<void> {
  const { state, program } = running;
  const failed = failedHosts(program, state);
  const touched = failed.filter((host) => isTouched(laneOf(state, host)));
  const why = failed.length > 0 ? `${failed.join(", ")} failed` : "it failed for the fleet";
  await running.append(resumedBy(who));
  await running.append({ type: "decision", who, question: "on_failure", answer });
  if (answer === "rollback_run" && isAnythingTouched(state)) {
    const hosts = touchedHosts(state);
    await running.append({ type: "rollback-begun", hosts, whole: true, why, who });
  } else if (answer === "rollback_host" && touched.length > 0) {
    await running.append({ type: "rollback-begun", hosts: touched, whole: false, why, who });
  }
}

export interface Ending {
  readonly end: End;
  readonly exitCode: number;
}

/** Writes how it ended and gives the locks up when nothing is left to do on the run's hosts; else it keeps them. */
export async function endRun(running: Running, end: End): Promise<Ending> {
  const exitCode = exitCodeOf(running.state, end);
  switch (end.kind) {
    // The locks go first: a controller that ends in between leaves a run that can be gone on with, not a lock for ever.
    case "succeeded":
      await unlockHosts(running);
      await running.append({
        type: "run-finished",
        outcome: "succeeded",
        text: textOfSuccess(running.state),
      });
      break;
    case "rolled-back":
      await unlockHosts(running);
      await running.append({
        type: "run-finished",
        outcome: "rolled-back",
        text: textOfRollback(running.state),
      });
      break;
    case "stopped":
      if (end.why === "journal") return { end, exitCode };
      await running.append({ type: "run-stopped", why: end.why, text: end.text });
      // Its own hosts are done, and the others must be free for the run that does them.
      if (end.why === "hosts-to-do") await unlockHosts(running);
      break;
  }
  return { end, exitCode };
}

function textOfSuccess(state: RunState): string {
  const dropped = state.spec.hosts.filter((host) => laneOf(state, host).dropped);
  const without = dropped.length > 0 ? `, without ${dropped.join(", ")}` : "";
  return `every host is at its goal or finished${without}`;
}

function textOfRollback(state: RunState): string {
  const back = [...state.lanes.values()].filter(
    (lane) => lane.host !== FLEET && lane.back?.standing === "back",
  );
  return `${back.map((lane) => lane.host).join(", ")} went back`;
}

/** The exit codes of `apply` and `resume`; `rollback` itself ends 0 or 11. */
export function exitCodeOf(state: RunState, end: End): number {
  switch (end.kind) {
    case "succeeded":
      return isAnyLeftOut(state) ? 4 : 0;
    case "rolled-back":
      return everyTouchedHostIsBack(state) ? 10 : 2;
    case "stopped":
      if (isAnythingInDoubt(state)) return 11;
      switch (end.why) {
        case "failed":
          return 2;
        case "unreachable":
          return 4;
        case "in-doubt":
        case "needs-operator":
        case "journal":
          return 11;
        case "interrupted":
        case "window":
        case "hosts-to-do":
          return 12;
      }
  }
}

/** Begun, not settled, and not taken back. */
function isAnythingInDoubt(state: RunState): boolean {
  for (const { tasks, back, dropped } of state.lanes.values()) {
    if (back?.standing === "back" || dropped) continue;
    for (const record of tasks.values())
      if (isOpen(record) && record.back === undefined) return true;
  }
  return false;
}

/** Who did not answer, and is still to do. */
function isAnyLeftOut(state: RunState): boolean {
  return state.spec.hosts.some((host) => laneOf(state, host).lost !== undefined);
}

function everyTouchedHostIsBack(state: RunState): boolean {
  return [...state.lanes.values()].every(
    (lane) =>
      lane.host === FLEET || lane.dropped || !isTouched(lane) || lane.back?.standing === "back",
  );
}
