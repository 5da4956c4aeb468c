/** Looking before anything changes: who answers, who is done, and whether the rest may begin. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Task } from "../model/playbook.ts";
import type { Refusal } from "../model/plan.ts";
import { laneOf } from "./fold.ts";
import type { Look } from "./gate.ts";
import { fleetView, lookTogether, passGate } from "./gate.ts";
import { hushed } from "./no-log.ts";
import { hostIdentity } from "./identity.ts";
import { renderDuration } from "./durations.ts";
import { variablesFor } from "./prepared.ts";
import type { Running } from "./running.ts";

/** Proves host key, login and become everywhere; waits for hosts that do not answer where the playbook says so. */
export async function connectAll(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly Refusal[]> {
  running.emit({ type: "connecting", hosts });
  const { unreachable } = running.program.run.playbook.rollout;
  const waitMs = typeof unreachable === "object" ? unreachable.waitMs : 0;
  const until = running.clock.ticks() + waitMs;
  let refusals = await connectOnce(running, hosts);
  for (;;) {
    const lost = refusals.filter(({ cause }) => cause === "unreachable").map(({ host }) => host);
    const left = until - running.clock.ticks();
    const [first] = lost;
    if (first === undefined || left <= 0 || running.signal.aborted) return refusals;
    const text = `does not answer; waited for until ${new Date(running.clock.now() + left).toISOString()}`;
    running.emit({ type: "said", host: first, text });
    await running.clock.sleep(Math.min(ASK_AGAIN_MS, left), running.signal);
    const answers = await connectOnce(running, lost);
    refusals = [...refusals.filter(({ cause }) => cause !== "unreachable"), ...answers];
  }
}

// Not more often: sshd drops who comes too often while it does not let anybody in.
const ASK_AGAIN_MS = 5000;

export async function connectOnce(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly Refusal[]> {
  const answers = await Promise.all(
    hosts.map(async (host) => ({
      host,
      opened: await running.transport.connection(host).open(hostIdentity(running, host)),
    })),
  );
  return answers.flatMap(({ host, opened }): Refusal[] =>
    opened.kind === "open"
      ? []
      : [
          {
            host,
            cause: opened.kind === "unreachable" ? "unreachable" : "blocked",
            diagnostic: opened.diagnostic,
          },
        ],
  );
}

export interface GoalAnswer {
  readonly host: HostId;
  readonly reached: boolean;
  /** Why not, or why nobody knows. */
  readonly diagnostics: readonly Diagnostic[];
  readonly unreachable: boolean;
}

/** Every step of `goal:` on every host; a playbook without a goal has no host that is done. */
export async function lookAtGoal(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly GoalAnswer[]> {
  const { goal } = running.program.run.playbook;
  running.emit({ type: "looking", at: "goal", hosts: hosts.length });
  const looks = await Promise.all(
    goal.map((task) => lookTogether(running, task, hosts, fleetView(running, hosts))),
  );
  return hosts.map((host): GoalAnswer => {
    const own = looks.flat().filter((look) => look.host === host);
    const diagnostics = own.flatMap((look) => failureOf(look));
    return {
      host,
      reached: goal.length > 0 && diagnostics.length === 0,
      diagnostics,
      unreachable: own.some(({ answer }) => answer.kind === "unreachable"),
    };
  });
}

/** Why it does not hold there. */
export function failureOf({ answer }: Look): readonly Diagnostic[] {
  if (answer.kind !== "seen") return [answer.diagnostic];
  return answer.verdict.kind === "fails" ? [answer.verdict.diagnostic] : [];
}

/** Looks at the goal and writes down what was seen. Hosts that do not answer stay unknown. */
export async function seeGoal(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly GoalAnswer[]> {
  const answers = await lookAtGoal(running, hosts);
  for (const { host, reached, unreachable } of answers) {
    if (!unreachable) await running.append({ type: "goal-seen", host, reached });
  }
  return answers;
}

/**
 * Every step of `preflight:` on every host that is not at its goal and not begun. All findings at once. Hosts at their
 * goal are looked at too, so that steps know who they are, and are not judged.
 */
export async function preflight(
  running: Running,
  reachable: readonly HostId[],
): Promise<readonly Refusal[]> {
  const judged = reachable.filter((host) => {
    const lane = laneOf(running.state, host);
    return (
      lane.atGoal !== true && lane.begun === undefined && running.state.spec.hosts.includes(host)
    );
  });
  if (judged.length === 0) return [];
  running.emit({ type: "looking", at: "preflight", hosts: judged.length });
  const found = await Promise.all(
    running.program.run.playbook.preflight.map((task) =>
      preflightTask(running, task, reachable, judged),
    ),
  );
  return found.flat();
}

async function preflightTask(
  running: Running,
  task: Task,
  hosts: readonly HostId[],
  judged: readonly HostId[],
): Promise<readonly Refusal[]> {
  const scope = await variablesFor(running, FLEET, task);
  const wait = renderDuration(running, task.wait, scope, task);
  const waitMs = typeof wait === "object" ? undefined : wait;
  const gate = await passGate(running, task, hosts, fleetView(running, judged), { waitMs });
  if (gate.kind === "holds") return [];
  const about = { task: task.id, name: task.name } as const;
  if (gate.kind === "unreachable") {
    return [{ ...about, host: gate.host, cause: "unreachable", diagnostic: gate.diagnostic }];
  }
  return gate.looks.flatMap((look) =>
    judged.includes(look.host)
      ? failureOf(look).map((diagnostic): Refusal => ({
          ...about,
          host: look.host,
          cause: look.answer.kind === "unreachable" ? "unreachable" : "preflight",
          diagnostic: hushed(task, { ...diagnostic, at: diagnostic.at ?? task.at }),
        }))
      : [],
  );
}
