/**
 * A run's claim on a host: one file on the host, created atomically, holding run id, fencing number and who. It has no
 * lease and does not expire. Every job of the run compares the number, so a paused old controller is refused by the host.
 */
import { renderCommand, sh } from "../model/command.ts";
import type { Command } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { CommandResult, HostSession } from "../model/transport.ts";
import { hostIdentity } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";

export type LockAnswer =
  /** `fenced`: where every job can see it, because the run is root there. */
  | { readonly kind: "taken"; readonly fenced: boolean }
  | { readonly kind: "held"; readonly by: string }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

// Must name the same folder as the jobs of the transport: jobs look for `lock/fencing` beside themselves.
const BASE = sh`b=/var/lib/runbook; w=fenced; [ "$(id -u)" = 0 ] || { b=$HOME/.runbook; w=private; }; `;

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

/** Takes every lock or none. The number is journaled before the first job that will carry it. */
export async function lockHosts(
  running: Running,
  hosts: readonly HostId[],
): Promise<readonly LockProblem[]> {
  const { spec } = running.state;
  const fencing = running.state.fencing + 1;
  const command = lockCommand(spec.run, fencing, spec.who, spec.source.file);
  const answers = await Promise.all(
    hosts.map(async (host) => ({
      host,
      answer: await takeLock(lockSession(running, host), command),
    })),
  );
  const problems = answers.flatMap(({ host, answer }): LockProblem[] => {
    if (answer.kind === "taken") return [];
    const diagnostic = answer.kind === "failed" ? answer.diagnostic : heldBy(host, answer.by);
    return [{ host, kind: answer.kind, diagnostic }];
  });
  if (problems.length > 0) {
    const taken = answers.filter(({ answer }) => answer.kind === "taken").map(({ host }) => host);
    if (running.state.fencing === 0) await unlock(running, taken);
    return problems;
  }
  const fenced = answers
    .filter(({ answer }) => answer.kind === "taken" && answer.fenced)
    .map(({ host }) => host);
  await running.append({ type: "locked", hosts, fenced, fencing });
  return [];
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

/** Gives up the locks that this run holds; hosts that do not answer keep theirs, and it is said. */
export async function unlockHosts(running: Running): Promise<void> {
  await unlock(running, running.state.lockedHosts);
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
