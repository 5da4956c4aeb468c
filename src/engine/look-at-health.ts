/** Looks who is healthy before a lane begins, and writes it down when it is something new. */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import { fleetView, lookTogether } from "./gate.ts";
import type { LaneMoment } from "./health.ts";
import { isSameMoment } from "./health.ts";
import { failureOf } from "./look.ts";
import { hushed } from "./no-log.ts";
import { renderDuration } from "./durations.ts";
import { variablesFor } from "./prepared.ts";
import type { Running } from "./running.ts";

const ASK_AGAIN_MS = 5000;

export async function lookAtHealth(running: Running, moment: LaneMoment): Promise<void> {
  const { fleet } = running.state.spec;
  const { healthy: tasks } = running.program.run.playbook;
  const view = fleetView(running, fleet);
  const sick = new Map<HostId, string>();
  for (const task of tasks) {
    for (const look of await lookTogether(running, task, fleet, view)) {
      const [diagnostic] = failureOf(look);
      if (diagnostic && !sick.has(look.host)) sick.set(look.host, hushed(task, diagnostic).summary);
    }
  }
  const healthy = fleet.filter((host) => !sick.has(host));
  const known = running.state.health;
  const same = known !== undefined && isSameMoment(known, moment);
  const untilMs = same ? known.untilMs : running.clock.now() + (await patience(running));
  if (!same || String(known.healthy) !== String(healthy)) {
    for (const [host, why] of sick)
      running.emit({ type: "said", host, text: `not healthy: ${why}` });
    return running.append({ type: "health-seen", healthy, ...moment, untilMs });
  }
  const [first] = sick;
  const [task] = tasks;
  if (first && task) {
    const [host, why] = first;
    running.emit({ type: "waiting", host, task: task.id, for: why, untilMs });
  }
  const left = Math.max(1, Math.min(ASK_AGAIN_MS, untilMs - running.clock.now()));
  await running.clock.sleep(left, running.signal);
}

/** The longest `wait` of the tasks in `healthy:`; without one a lane begins at once or the run stops. */
async function patience(running: Running): Promise<number> {
  const waits = await Promise.all(
    running.program.run.playbook.healthy.map(async (task) => {
      const scope = await variablesFor(running, FLEET, task);
      const wait = renderDuration(running, task.wait, scope, task);
      return typeof wait === "number" ? wait : 0;
    }),
  );
  return Math.max(0, ...waits);
}
