/** What follows when a threshold is crossed, or the window has closed, and everything under way has come to rest. */
import type { Json } from "../model/json.ts";
import type { RunState } from "../model/run-state.ts";
import type { Decision, End } from "./decide.ts";
import { laneOf } from "./fold.ts";
import type { Program } from "./program.ts";
import {
  failedHosts,
  isAnythingTouched,
  isFinished,
  isTouched,
  standingOf,
  touchedHosts,
} from "./standing.ts";
import type { SpanStanding } from "./window.ts";

/** The threshold is crossed and every lane is at rest. */
export function onFailure(program: Program, state: RunState): Decision {
  const failed = failedHosts(program, state);
  const wanted = wantedOnFailure(state);
  const why = `${failed.join(", ")} failed`;
  switch (wanted) {
    case "rollback_host": {
      const touched = failed.filter((host) => isTouched(laneOf(state, host)));
      if (touched.length === 0) break;
      return { actions: [{ kind: "begin-rollback", hosts: touched, whole: false, why }] };
    }
    case "rollback_run": {
      if (!isAnythingTouched(state)) break;
      return wholeRollback(state, why);
    }
    case undefined:
      return { actions: [{ kind: "ask-about-failure", failed }] };
    default:
      break;
  }
  return { actions: [], end: failureEnd(program, state) };
}

/** What the playbook says, or the operator since this controller began: an answer is for the failure it was given for. */
export function wantedOnFailure(state: RunState): Json | undefined {
  if (state.spec.onFailure !== "ask") return state.spec.onFailure;
  return state.decisions.findLast(
    ({ question, seq }) => question === "on_failure" && seq > state.resumed,
  )?.answer;
}

export function wholeRollback(state: RunState, why: string): Decision {
  return { actions: [{ kind: "begin-rollback", hosts: touchedHosts(state), whole: true, why }] };
}

export function failureEnd(program: Program, state: RunState): End {
  const failed = failedHosts(program, state);
  const lanes = failed.map((host) => laneOf(state, host));
  const standings = lanes.map((lane) => standingOf(program, lane));
  const why = standings.includes("in-doubt")
    ? "in-doubt"
    : standings.every((s) => s === "lost")
      ? "unreachable"
      : "failed";
  return { kind: "stopped", why, text: `${failed.join(", ")}: ${why}` };
}

/** The window has closed, and every lane is where it may be left. */
export function endOfSpan(program: Program, state: RunState, span: SpanStanding): Decision {
  const underWay = state.spec.hosts.filter((host) => {
    const lane = laneOf(state, host);
    return isTouched(lane) && !lane.dropped && !isFinished(program, lane);
  });
  if (state.window?.onClose === "rollback" && underWay.length > 0) {
    return { actions: [{ kind: "begin-rollback", hosts: underWay, whole: false, why: span.text }] };
  }
  return { actions: [], end: { kind: "stopped", why: "window", text: span.text } };
}
