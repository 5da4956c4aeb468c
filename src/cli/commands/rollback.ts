import { endRun } from "../../engine/begin.ts";
import { isAnythingTouched, touchedHosts } from "../../engine/standing.ts";
import { execute } from "../../engine/execute.ts";
import { lockHosts } from "../../engine/host-lock.ts";
import { connectAll } from "../../engine/look.ts";
import { OVERWRITE_DRIFT } from "../../engine/undo.ts";
import type { HostId } from "../../model/ids.ts";
import { resumedBy } from "../../model/journal-entry.ts";
import { hasWayBack, sayEnding } from "../ending.ts";
import { interruptText } from "../consent.ts";
import { serveControl } from "../control/serve.ts";
import { droppedHosts, dropHosts, removedHosts } from "../drop-host.ts";
import { EXIT } from "../exit-codes.ts";
import { openRun } from "../open-run.ts";
import { limitedHosts } from "../limit-hosts.ts";
import type { RollbackOptions } from "../options.ts";
import { sayRefusals } from "../refusals.ts";
import { reportersFor } from "../reporters.ts";
import { createRunning } from "../running.ts";
import { settleByHand } from "../settle.ts";
import { listenForInterrupts } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { checkWayBack, rehearsalJournal } from "../way-back.ts";
import { watchingDns } from "../watching-dns.ts";

/** Takes a run's hosts back from its journal alone. Ends 0 when all are back, else 11. */
export async function rollback(
  name: string | undefined,
  options: RollbackOptions,
  terminal: Terminal,
): Promise<number> {
  const opened = await openRun(name, hasWayBack, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  const { state, playbook } = run;
  const dropped = droppedHosts(run, options.dropHost);
  if (dropped.problems.length > 0) {
    terminal.problems(dropped.problems);
    return EXIT.usage;
  }
  const touched = touchedHosts(state).filter((host) => !dropped.hosts.includes(host));
  const wanted = chosen(touched, options.limit, state.spec.hosts, terminal);
  if (typeof wanted === "number") return wanted;
  const toTakeBack = wanted.filter((host) => state.lanes.get(host)?.back?.standing !== "back");
  const removed = options.check ? [] : removedHosts(run, toTakeBack, "rollback");
  if (removed.length > 0) {
    terminal.problems(removed);
    return EXIT.refused;
  }
  // What belongs to no host goes back with all of them, also where that is all there is.
  if (wanted.length === 0 && (options.limit !== undefined || !isAnythingTouched(state))) {
    terminal.out("Nothing was changed by this run; there is nothing to take back.\n");
    return EXIT.done;
  }
  using wish = listenForInterrupts(
    (level) => terminal.err(interruptText(level)),
    terminal.launcher,
  );
  await using _control = await serveControl({
    stateFolder: run.store.folder,
    run: run.run,
    wish,
    note: (text) => terminal.err(`${text}\n`),
  });
  await using running = createRunning({
    ...run,
    spec: state.spec,
    journal: options.check ? rehearsalJournal(run.journal.end.seq, systemClock) : run.writer,
    reporters: options.check
      ? []
      : await reportersFor({
          terminal,
          playbook,
          spec: state.spec,
          options,
          redactor: run.redactor,
          notices: run.notices,
        }),
    signal: wish.signal,
    note: (text) => terminal.err(`${text}\n`),
  });
  const whole = touched.every(
    (host) => wanted.includes(host) || state.lanes.get(host)?.back?.standing === "back",
  );
  // Awaited here: the connections must not be closed under it.
  if (options.check) return await checkWayBack(running, { hosts: wanted, whole }, terminal);
  if (!options.yes) {
    const answer = await terminal.ask(
      `Take ${wanted.join(", ") || "what was done for the fleet"} back to where they were before ${run.run}? [yes/no] `,
    );
    if (answer === undefined) {
      terminal.err("Nobody can answer here: --yes goes ahead. Nothing was done.\n");
      return EXIT.refused;
    }
    if (answer !== "yes" && answer !== "y") return EXIT.declined;
  }
  await running.append(resumedBy(running.who));
  await dropHosts(running, dropped.hosts, terminal);
  const unsettled = await settleByHand(running, options.settle, running.who);
  if (unsettled.length > 0) {
    terminal.problems(unsettled);
    return EXIT.usage;
  }
  // Who does not answer now stays behind at once, with the reason; the others are not kept waiting.
  const absent = await connectAll(running, wanted);
  const there = wanted.filter((host) => absent.every((one) => one.host !== host));
  const locks = await lockHosts(running, there);
  const held = locks.filter((lock) => lock.kind === "held");
  if (held.length > 0) {
    sayRefusals(
      held.map(({ host, diagnostic }) => ({ host, cause: "blocked", diagnostic })),
      terminal,
    );
    return EXIT.locked;
  }
  for (const { host, diagnostic } of [...absent, ...locks])
    await running.append({ type: "host-lost", host, diagnostic });
  if (!whole)
    terminal.err(
      "Only some hosts go back: the inventory and what was done for the fleet are left alone.\n",
    );
  await running.append({
    type: "rollback-begun",
    hosts: wanted,
    whole,
    why: "asked for by the operator",
    who: running.who,
  });
  if (options.overwriteDrift) {
    const { who } = running;
    await running.append({ type: "decision", who, question: OVERWRITE_DRIFT, answer: "yes" });
  }
  await terminal.launcher?.letGo(run.run);
  const ending = await endRun(running, await watchingDns(running, () => execute(running, wish)));
  sayEnding(running, ending, terminal);
  if (wish.level === 3) return EXIT.leftAtOnce;
  const back = wanted.every((host) => state.lanes.get(host)?.back?.standing === "back");
  return ending.end.kind === "rolled-back" || (back && wanted.length > 0 && !whole)
    ? EXIT.done
    : ending.exitCode === EXIT.stopped
      ? EXIT.stopped
      : EXIT.needsOperator;
}

function chosen(
  touched: readonly HostId[],
  limit: string | undefined,
  hosts: readonly HostId[],
  terminal: Terminal,
): readonly HostId[] | number {
  if (limit === undefined) return touched;
  const named = limitedHosts(limit, hosts, terminal);
  return typeof named === "number" ? named : touched.filter((host) => named.includes(host));
}
