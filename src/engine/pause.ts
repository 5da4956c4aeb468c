/** `pause_after`: once so many hosts are done, no other begins before somebody says so, or so much time has passed. Pure. */
import type { RunState } from "../model/run-state.ts";
import type { Rollout } from "../model/playbook.ts";

export type PauseStanding =
  | { readonly kind: "none" }
  /** Nobody was asked yet, or not since the run was gone on with; or the pause has not been written down yet. */
  | { readonly kind: "due" }
  | { readonly kind: "until"; readonly untilMs: number }
  | { readonly kind: "refused" };

export const PAUSE = "pause";
export const GO_ON = "go_on";

/** `done`: hosts that this run has brought to their end. */
export function pauseStanding(
  { pauseAfter }: Pick<Rollout, "pauseAfter">,
  state: Pick<RunState, "decisions" | "resumed">,
  done: number,
  nowMs: number,
): PauseStanding {
  if (pauseAfter === undefined || done < pauseAfter.hosts) return { kind: "none" };
  const said = state.decisions.findLast(({ question }) => question === PAUSE);
  if (said === undefined) return { kind: "due" };
  if (said.answer === GO_ON) return { kind: "none" };
  if (typeof said.answer === "number")
    return nowMs < said.answer ? { kind: "until", untilMs: said.answer } : { kind: "none" };
  return said.seq > state.resumed ? { kind: "refused" } : { kind: "due" };
}
