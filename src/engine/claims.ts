/** What a run still has on its machines: its lock, and jobs that run or have left files. Looks before anybody takes it away. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { CONTROLLER } from "../model/ids.ts";
import { StepProblem } from "../model/step.ts";
import type { Identity, RunJob } from "../model/transport.ts";
import type { Holder } from "./host-lock.ts";
import { holderIn, HOLDER, hostsToLock, unlockCommand } from "./host-lock.ts";
import { connectOnce } from "./look.ts";
import { hostIdentity } from "./identity.ts";
import { prepareBack } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";

export type OnHost =
  | {
      readonly kind: "seen";
      readonly host: HostId;
      /** Whoever's it is. */
      readonly holder: Holder | undefined;
      /** Of this run. */
      readonly jobs: readonly RunJob[];
    }
  | { readonly kind: "away"; readonly host: HostId; readonly diagnostic: Diagnostic };

/** Every machine that the run may have locked or changed; a controller that died first wrote none of them down. */
export function machinesOf(running: Running): readonly HostId[] {
  const { spec, locks, lanes } = running.state;
  const changed = [...lanes.values()].flatMap(({ tasks }) =>
    [...tasks.values()].flatMap(({ attempt, of }) => (attempt > 0 ? [of.on] : [])),
  );
  const all = new Set([...hostsToLock(running, spec.hosts), ...locks.keys(), ...changed]);
  all.delete(CONTROLLER);
  return [...all];
}

/** As whom the run worked there. */
export function identitiesOn(running: Running, machine: HostId): readonly Identity[] {
  const all = new Map<string, Identity>();
  const add = (as: Identity) => all.set(as.kind === "login" ? "" : as.user, as);
  add(hostIdentity(running, machine));
  for (const { tasks } of running.state.lanes.values()) {
    for (const { attempt, of } of tasks.values()) {
      const task = running.program.tasks.get(of.task);
      if (attempt > 0 && of.on === machine && task && task.action.kind !== "undo")
        add(prepareBack(running, of, task).identity);
    }
  }
  return [...all.values()];
}

/** Nothing is changed. Who does not answer is asked no second time. */
export async function lookAtClaims(running: Running): Promise<readonly OnHost[]> {
  const machines = machinesOf(running);
  const absent = await connectOnce(running, machines);
  return Promise.all(
    machines.map(async (host): Promise<OnHost> => {
      const refusal = absent.find((one) => one.host === host);
      if (refusal) return { kind: "away", host, diagnostic: refusal.diagnostic };
      try {
        return await seen(running, host);
      } catch (error) {
        if (!(error instanceof StepProblem)) throw error;
        return { kind: "away", host, diagnostic: error.diagnostic };
      }
    }),
  );
}

async function seen(running: Running, host: HostId): Promise<OnHost> {
  const connection = running.transport.connection(host);
  const said = await connection.session(hostIdentity(running, host)).read(HOLDER);
  if (said.kind !== "exited" || said.code !== 0) {
    const why = problem("engine/no-word-of-lock", `${host} does not say who has its lock`);
    return { kind: "away", host, diagnostic: why };
  }
  const { run } = running.state.spec;
  const jobs: RunJob[] = [];
  for (const as of identitiesOn(running, host)) jobs.push(...(await connection.jobsOfRun(as, run)));
  return { kind: "seen", host, holder: holderIn(new TextDecoder().decode(said.stdout)), jobs };
}

/** Gives up the lock that was seen and no younger one. Undefined: it is gone. */
export async function giveUpLock(
  running: Running,
  host: HostId,
  holder: Holder,
): Promise<Diagnostic | undefined> {
  const command = unlockCommand(holder.run, holder.fencing);
  const session = running.transport.connection(host).session(hostIdentity(running, host));
  const ended = await session.change(command);
  if (ended.kind === "exited" && ended.code === 0) return undefined;
  return problem("engine/lock-stands", `the lock of ${host} could not be given up`);
}
