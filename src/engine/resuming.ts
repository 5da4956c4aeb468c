/**
 * Going on with a run. Hosts that have not begun must stand the preflight anew; what they lack never keeps a host that is
 * in the middle, and perhaps silent, from arriving at its next rest point (E3).
 */
import type { HostId } from "../model/ids.ts";
import type { Refusal } from "../model/plan.ts";
import { lookBeforeResuming } from "./begin.ts";
import type { End } from "./decide.ts";
import type { StopWish } from "./execute.ts";
import { execute } from "./execute.ts";
import { laneOf } from "./fold.ts";
import { laneNext } from "./lane-next.ts";
import type { Running } from "./running.ts";

export interface Resumed {
  /** Why hosts were not begun. */
  readonly refusals: readonly Refusal[];
  /** Undefined: hosts were refused and none was in the middle, so nothing was done. */
  readonly end: End | undefined;
}

/** `absent`: hosts that did not answer when their locks were taken over. */
export async function resumeRun(
  running: Running,
  wish: StopWish,
  absent: readonly Refusal[],
): Promise<Resumed> {
  const found = await lookBeforeResuming(running);
  const named = new Set(found.map(({ host }) => host));
  const refusals = [...absent.filter(({ host }) => !named.has(host)), ...found];
  if (refusals.length === 0) return { refusals, end: await execute(running, wish) };
  const away = new Set(absent.map(({ host }) => host));
  const middle = hostsInTheMiddle(running).filter((host) => !away.has(host));
  if (middle.length === 0) return { refusals, end: undefined };
  for (const host of middle) {
    const text = "goes on to its next rest point; nothing else is begun, because a host is refused";
    running.emit({ type: "said", host, text });
  }
  const end = await execute(running, noBeginnings(wish));
  const refused = end.kind === "stopped" && end.why === "interrupted" && wish.level === 0;
  if (!refused) return { refusals, end };
  return { refusals, end: { ...end, why: "failed", text: "a precondition does not hold" } };
}

/** Begun, and where they stand now a lane may not be left. */
function hostsInTheMiddle({ program, state }: Running): readonly HostId[] {
  return (state.only ?? state.spec.hosts).filter((host) => {
    const lane = laneOf(state, host);
    if (lane.begun === undefined || lane.back || lane.dropped) return false;
    return program.stages.some((stage) => {
      if (stage.kind !== "lanes") return false;
      const next = laneNext(lane, stage.tasks);
      return next.kind === "doubt" || (next.kind === "task" && !next.next.restBefore);
    });
  });
}

/** As after a first interrupt: lanes go on to their next rest points. */
function noBeginnings(wish: StopWish): StopWish {
  return {
    get level() {
      return wish.level === 0 ? 1 : wish.level;
    },
    raised: () => wish.raised(),
  };
}
