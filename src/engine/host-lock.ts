/**
 * A run's claim on a host: one file on the host, created atomically, holding run id, fencing number and who. It has no
 * lease and does not expire. Every job of the run compares the number, so a paused old controller is refused by the host.
 */
import { renderCommand, sh } from "../model/command.ts";
import type { Command } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { CONTROLLER } from "../model/ids.ts";
import { StepProblem } from "../model/step.ts";
import type { CommandResult, HostSession } from "../model/transport.ts";
import { hostIdentity, machineOf, stepOf } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import { scopeOf } from "./scope.ts";

export type LockAnswer =
  /** `fenced`: where every job can see it, because the run is root there. */
  | { readonly kind: "taken"; readonly fenced: boolean }
  | { readonly kind: "held"; readonly by: string }
  | { readonly kind: "failed"; readonly unreachable: boolean; readonly diagnostic: Diagnostic };

// Must name the same folder as the jobs of the transport: jobs look for `lock/fencing` beside themselves.
// Its shells know their user as _uid, which spares every lock a program.
const BASE = sh`b=/var/lib/runbook; w=fenced; [ "\${_uid:-$(id -u)}" = 0 ] || { b=$HOME/.runbook; w=private; }; `;

/** Takes the lock, or takes it over for the same run with a younger number. */
export function lockCommand(run: string, fencing: number, who: string, playbook: string): Command {
  const claim = `${run} ${fencing}\nwho ${who}\nplaybook ${playbook}\n`;
  return sh`${BASE}umask 022; [ -d "$b/lock" ] || mkdir -p "$b/lock" || exit 3; t="$b/lock/.claim.$$"
printf '%ssince %s\n' ${claim} "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$t" || exit 3
kept() { sync "$b/lock/fencing" 2>/dev/null || sync; echo "taken $w"; }
if ln "$t" "$b/lock/fencing" 2>/dev/null; then rm -f "$t"; kept; exit 0; fi
read -r r n <"$b/lock/fencing" || { rm -f "$t"; exit 3; }
if [ "$r" = ${run} ] && [ "$n" -lt ${fencing} ]; then mv -f "$t" "$b/lock/fencing"; kept; exit 0; fi
rm -f "$t"; if [ "$r" = ${run} ] && [ "$n" = ${fencing} ]; then echo "taken $w"; else echo held; cat "$b/lock/fencing"; fi`;
}

/** Gives the lock up if it is this run's. */
export function unlockCommand(run: string): Command {
  return sh`${BASE}[ -e "$b/lock/fencing" ] || exit 0; read -r r n <"$b/lock/fencing"; [ "$r" != ${run} ] || rm -f "$b/lock/fencing"`;
}

export async function takeLock(session: HostSession, command: Command): Promise<LockAnswer> {
  const ended = await session.change(command);
  const text = new TextDecoder().decode(ended.kind === "exited" ? ended.stdout : new Uint8Array());
  if (ended.kind === "exited" && ended.code === 0 && text.startsWith("taken")) {
    return { kind: "taken", fenced: text.startsWith("taken fenced") };
  }
  if (ended.kind === "exited" && ended.code === 0 && text.startsWith("held")) {
    return { kind: "held", by: text.slice("held".length).trim() };
  }
  return {
    kind: "failed",
    unreachable: ended.kind === "connection-lost",
    diagnostic: {
      ...problem("engine/lock-failed", `the lock could not be taken: ${endedHow(ended)}`),
      detail: [renderCommand(command).split("\n")[0] ?? ""],
    },
  };
}

function endedHow(ended: CommandResult): string {
  switch (ended.kind) {
    case "exited":
      return `exit status ${ended.code}: ${new TextDecoder().decode(ended.stderr).trim()}`;
    case "signalled":
      return `signal ${ended.signal}`;
    case "timed-out":
      return "no answer";
    case "connection-lost":
    case "vanished":
      return ended.reason;
  }
}

export interface LockProblem {
  readonly host: HostId;
  readonly kind: "held" | "failed";
  readonly diagnostic: Diagnostic;
}

/**
 * The first time takes every lock or none. Later ones take over what they get and say what they did not: what this run
 * left on a host that is away stays locked by it. The number is journaled before the first job that will carry it.
 */
export async function lockHosts(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly LockProblem[]> {
  const { fencing } = running.state;
  const answers = await takeLocks(running, hosts, fencing + 1);
  const problems = answers.flatMap(({ host, answer }) => problemOf(host, answer));
  if (problems.length > 0 && fencing === 0) {
    const others = new Set(problems.filter(({ kind }) => kind === "held").map(({ host }) => host));
    // An answer that was lost may have been "taken".
    await unlock(
      running,
      hosts.filter((host) => !others.has(host)),
    );
    return problems;
  }
  await journalLocks(running, answers, fencing + 1);
  return problems;
}

/**
 * Before the first change on a machine whose lock this controller has not taken: a delegate that only the run could name,
 * a host of `hosts:` that was not selected. Throws StepProblem when it cannot be had.
 */
export async function ensureLocked(running: Running, machine: HostId): Promise<void> {
  const { fencing, locks } = running.state;
  // Without any lock the run does not lock: a rehearsal.
  if (machine === CONTROLLER || fencing === 0 || locks.get(machine)?.fencing === fencing) return;
  const answers = await takeLocks(running, [machine], fencing);
  const [first] = answers;
  if (first && first.answer.kind !== "taken") {
    const unreachable = first.answer.kind === "failed" && first.answer.unreachable;
    const [why] = problemOf(machine, first.answer);
    if (why) throw new StepProblem(unreachable ? "unreachable" : "failed", why.diagnostic);
  }
  await journalLocks(running, answers, fencing);
}

interface Taking {
  readonly host: HostId;
  readonly answer: LockAnswer;
}

function takeLocks(
  running: Running,
  hosts: readonly HostId[],
  fencing: number,
): Promise<readonly Taking[]> {
  const { spec } = running.state;
  const command = lockCommand(spec.run, fencing, running.who, spec.source.file);
  return Promise.all(
    hosts.map(async (host) => ({
      host,
      answer: await takeLock(lockSession(running, host), command),
    })),
  );
}

async function journalLocks(
  running: Running,
  answers: readonly Taking[],
  fencing: number,
): Promise<void> {
  const taken = answers.filter(({ answer }) => answer.kind === "taken");
  if (taken.length === 0) return;
  const fenced = taken.filter(({ answer }) => answer.kind === "taken" && answer.fenced);
  await running.append({
    type: "locked",
    hosts: taken.map(({ host }) => host),
    fenced: fenced.map(({ host }) => host),
    fencing,
  });
}

function problemOf(host: HostId, answer: LockAnswer): readonly LockProblem[] {
  switch (answer.kind) {
    case "taken":
      return [];
    case "held":
      return [{ host, kind: "held", diagnostic: heldBy(host, answer.by) }];
    case "failed":
      return [{ host, kind: "failed", diagnostic: answer.diagnostic }];
  }
}

function heldBy(host: HostId, by: string): Diagnostic {
  const [first = "", ...more] = by.split("\n");
  const run = first.split(" ")[0] ?? "";
  return {
    ...problem(
      "engine/locked",
      `${host} is locked by run ${run}`,
      `Let that run finish, or go on with it: runbook resume ${run}; runbook show ${run} tells where it stands.`,
    ),
    detail: more,
  };
}

/**
 * Gives up the locks that this run holds; hosts that do not answer keep theirs, and it is said. A controller that ended
 * while it took the first ones wrote none of them down: they may be on any of its hosts.
 */
export async function unlockHosts(running: Running): Promise<void> {
  const { spec, lockedHosts } = running.state;
  await unlock(running, lockedHosts.length > 0 ? lockedHosts : hostsToLock(running, spec.hosts));
}

/**
 * Selected hosts, and the delegates that can be named before anything ran. What shares something beyond the hosts is
 * locked on every host of `hosts:`.
 */
export function hostsToLock(running: Running, selected: readonly HostId[]): readonly HostId[] {
  const { spec } = running.state;
  const shared = spec.shared === undefined ? [] : spec.fleet;
  return [...new Set([...selected, ...shared, ...delegatesOf(running, selected)])];
}

/** Machines that tasks of these hosts will change instead of the hosts, as far as their names are known by now. */
function delegatesOf(running: Running, hosts: readonly HostId[]): readonly HostId[] {
  const tasks = running.program.stages
    .flatMap((stage) => (stage.kind === "lanes" ? stage.tasks.map(({ task }) => task) : []))
    .filter((task) => task.delegateTo !== undefined && stepOf(running, task).kind === "changing");
  return hosts
    .flatMap((host) =>
      tasks.map((task) => {
        const scope = scopeOf(running.program, running.state, host, task, {});
        return machineOf(running, host, task, stepOf(running, task), scope);
      }),
    )
    .filter((machine): machine is HostId => typeof machine === "string" && machine !== CONTROLLER);
}

async function unlock(running: Running, hosts: readonly HostId[]): Promise<void> {
  const command = unlockCommand(running.state.spec.run);
  await Promise.all(
    hosts.map(async (host) => {
      const ended = await lockSession(running, host).change(command);
      if (ended.kind === "exited" && ended.code === 0) return;
      running.emit({
        type: "said",
        host,
        text: `the lock could not be given up: ${endedHow(ended)}`,
      });
    }),
  );
}

function lockSession(running: Running, host: HostId): HostSession {
  return running.transport.connection(host).session(hostIdentity(running, host));
}
