/**
 * A run's claim on a host: one file on the host, created atomically, holding run id, fencing number and who. It has no
 * lease and does not expire. Every job of the run compares the number, so a paused old controller is refused by the host.
 */
import { sh } from "../model/command.ts";
import type { Command } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { CONTROLLER } from "../model/ids.ts";
import { StepProblem } from "../model/step.ts";
import type { RunState } from "../model/run-state.ts";
import type { CommandResult, HostSession } from "../model/transport.ts";
import { hostIdentity } from "./identity.ts";
import { machineOf, stepOf } from "./prepared.ts";
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

/** What a controller says of itself when it takes a lock. */
export interface Claim {
  readonly run: string;
  readonly fencing: number;
  /** The lives that its journal knows; the last one is its own. */
  readonly lives: readonly string[];
  readonly who: string;
  /** By the controller's clock; asking the host for its own would be a program more on each. */
  readonly since: string;
  readonly playbook: string;
}

/**
 * Takes the lock, or takes it over for the same run with a younger number: only from a controller that its journal knows.
 * A copy of the journal that was gone on with elsewhere does not know what was done there.
 */
export function lockCommand({ run, fencing, lives, who, since, playbook }: Claim): Command {
  const own = lives.at(-1) ?? "";
  const claim = `${run} ${fencing}\nlife ${own}\nwho ${who}\nplaybook ${playbook}\nsince ${since}\n`;
  return sh`${BASE}umask 022; [ -d "$b/lock" ] || mkdir -p "$b/lock" || exit 3; t="$b/lock/.claim.$$"
printf %s ${claim} >"$t" || exit 3
kept() { sync "$b/lock/fencing" 2>/dev/null || sync; echo "taken $w"; }
if ln "$t" "$b/lock/fencing" 2>/dev/null; then rm -f "$t"; kept; exit 0; fi
r= n= k= l=; { read -r r n; read -r k l; } <"$b/lock/fencing"
known() { [ "$k" != life ] || case ${` ${lives.join(" ")} `} in *" $l "*) ;; *) return 1 ;; esac; }
if [ "$r" = ${run} ] && [ "$n" -lt ${fencing} ] && known; then mv -f "$t" "$b/lock/fencing"; kept; exit 0; fi
rm -f "$t"; if [ "$r $n $k $l" = ${`${run} ${fencing} life ${own}`} ]; then echo "taken $w"; else echo held; cat "$b/lock/fencing"; fi`;
}

/** Gives the lock up if it is this run's; with a number, only the one that has it. */
export function unlockCommand(run: string, fencing?: number): Command {
  const own =
    fencing === undefined ? sh`[ "$r" != ${run} ]` : sh`[ "$r $n" != ${`${run} ${fencing}`} ]`;
  return sh`${BASE}[ -e "$b/lock/fencing" ] || exit 0; read -r r n <"$b/lock/fencing"; ${own} || rm -f "$b/lock/fencing"`;
}

/** Says whose lock is there, if one is. */
export const HOLDER: Command = sh`${BASE}[ ! -e "$b/lock/fencing" ] || cat "$b/lock/fencing"`;

export interface Holder {
  readonly run: string;
  readonly fencing: number;
  readonly life: string | undefined;
  /** Who, since when and for what, a line each. */
  readonly words: readonly string[];
}

/** Undefined where it is none that any release wrote. */
export function holderIn(text: string): Holder | undefined {
  const [first = "", ...more] = text.trim().split("\n");
  const [run = "", fencing = ""] = first.split(" ");
  if (!/^[\w-]+$/.test(run) || !/^\d+$/.test(fencing)) return undefined;
  const life = more.find((line) => line.startsWith("life "))?.slice("life ".length);
  const words = more.filter((line) => !line.startsWith("life "));
  return { run, fencing: Number(fencing), life, words };
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
      hint: "It is a folder in /var/lib/runbook, without root in ~/.runbook: is there room, and may this user write there?",
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
  let next = fencing + 1;
  let answers = await takeLocks(running, hosts, next);
  // A controller of this run that died before it wrote its number down.
  const younger = answers.flatMap(({ answer }) => ownNumber(running, answer));
  if (younger.length > 0) {
    next = Math.max(...younger) + 1;
    answers = await takeLocks(running, hosts, next);
  }
  const problems = answers.flatMap(({ host, answer }) => problemOf(running, host, answer));
  if (problems.length > 0 && fencing === 0) {
    const others = new Set(problems.filter(({ kind }) => kind === "held").map(({ host }) => host));
    // An answer that was lost may have been "taken".
    await unlock(
      running,
      hosts.filter((host) => !others.has(host)),
    );
    return problems;
  }
  await journalLocks(running, answers, next);
  return problems;
}

/** The number of a lock that this run holds by a controller which its journal knows. */
function ownNumber({ state }: Running, answer: LockAnswer): readonly number[] {
  const holder = answer.kind === "held" ? holderIn(answer.by) : undefined;
  const own = holder?.run === state.spec.run && isKnown(state, holder);
  return own ? [holder.fencing] : [];
}

function isKnown(state: RunState, { life }: Holder): boolean {
  return life === undefined || state.lives.includes(life);
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
    const [why] = problemOf(running, machine, first.answer);
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
  const { spec, lives } = running.state;
  const { run } = spec;
  const command = lockCommand({
    run,
    fencing,
    lives,
    who: running.who,
    since: new Date(running.clock.now()).toISOString().replace(/[.]\d+Z$/, "Z"),
    playbook: spec.source.file,
  });
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

function problemOf({ state }: Running, host: HostId, answer: LockAnswer): readonly LockProblem[] {
  switch (answer.kind) {
    case "taken":
      return [];
    case "held":
      return [{ host, kind: "held", diagnostic: heldBy(state, host, answer.by) }];
    case "failed":
      return [{ host, kind: "failed", diagnostic: answer.diagnostic }];
  }
}

function heldBy(state: RunState, host: HostId, by: string): Diagnostic {
  const holder = holderIn(by);
  if (!holder) return unreadable(host, by);
  const { run, words: detail } = holder;
  if (run === state.spec.run && !isKnown(state, holder))
    return {
      ...problem(
        "engine/gone-on-elsewhere",
        `${host} is locked by this run, as it was gone on with from another copy of its journal`,
        `Go on where that copy is, or take it over from there: runbook runs export ${run}.`,
      ),
      detail,
    };
  return {
    ...problem(
      "engine/locked",
      `${host} is locked by run ${run}`,
      `Let that run finish, or go on with it: runbook resume ${run}; runbook show ${run} tells where it stands.`,
    ),
    detail,
  };
}

/** Nothing here writes such a lock, but a disk that lost power, or a person, may leave one. */
function unreadable(host: HostId, by: string): Diagnostic {
  const what = by === "" ? "it is empty" : `it says ${JSON.stringify(by.slice(0, 60))}`;
  return problem(
    "engine/lock-unreadable",
    `${host} is locked, and nobody can read by whom: ${what}`,
    "It is the folder `lock` in /var/lib/runbook, or in ~/.runbook. See that no run is at work there, then remove it.",
  );
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
