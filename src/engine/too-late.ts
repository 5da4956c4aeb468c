/** The window closed between the decision to do a task and its first byte: it is left for the next window. */
import type { HostTask } from "../model/ids.ts";
import { laneOf } from "./fold.ts";
import type { Running } from "./running.ts";
import { spanStanding } from "./window.ts";

/** A task of a fleet phase comes to its end on all hosts once it has begun; the way back is bound to no window. */
export function isTooLate({ state, program, clock }: Running, of: HostTask): boolean {
  if (!spanStanding(state.window, clock.now()).halts) return false;
  if (laneOf(state, of.host).back !== undefined) return false;
  return program.stages.some(
    (stage) => stage.kind === "lanes" && stage.tasks.some(({ task }) => task.id === of.task),
  );
}
