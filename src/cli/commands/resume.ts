import { endRun, resumeAnswered } from "../../engine/begin.ts";
import { lockHosts, unlockHosts } from "../../engine/host-lock.ts";
import { hostsToDo, isGoingBack, isTouched } from "../../engine/standing.ts";
import { forgetLeftJobs } from "../../engine/left-jobs.ts";
import { resumeRun } from "../../engine/resuming.ts";
import type { HostId } from "../../model/ids.ts";
import { FLEET } from "../../model/ids.ts";
import { resumedBy } from "../../model/journal-entry.ts";
import { sayEnding } from "../ending.ts";
import { answering, openQuestion, wrongAnswer } from "../answer.ts";
import { interruptText } from "../consent.ts";
import { serveControl } from "../control/serve.ts";
import { droppedHosts, dropHosts, removedHosts } from "../drop-host.ts";
import { EXIT } from "../exit-codes.ts";
import { limitedHosts } from "../limit-hosts.ts";
import type { OpenRun } from "../open-run.ts";
import { openRun } from "../open-run.ts";
import type { ResumeOptions } from "../options.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import { reportersFor } from "../reporters.ts";
import { createRunning } from "../running.ts";
import { settleByHand } from "../settle.ts";
import { listenForInterrupts } from "../signals.ts";
import type { Terminal } from "../terminal.ts";
import { renewWindow, throughWindows } from "../windows.ts";
import { watchingDns } from "../watching-dns.ts";

/** Goes on where the journal ends. What was begun and never settled is looked at first. */
export async function resume(
  name: string | undefined,
  options: ResumeOptions,
  terminal: Terminal,
): Promise<number> {
  const opened = await openRun(name, (run) => !run.finished, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  const { state, playbook } = run;
  if (state.finished) {
    terminal.err(
      `Run ${run.run} is finished (${state.finished.outcome}): ${state.finished.text}.\n`,
    );
    await giveUpHosts(run, terminal);
    return state.finished.outcome === "succeeded" ? EXIT.done : EXIT.refused;
  }
  const wrong = options.answer === undefined ? undefined : wrongAnswer(state, options.answer);
  if (wrong) {
    terminal.problems([wrong]);
    return EXIT.usage;
  }
  // Read before the run is gone on with.
  const isFailure = openQuestion(state) === "on_failure";
  const only =
    options.limit === undefined
      ? undefined
      : limitedHosts(options.limit, state.spec.hosts, terminal);
  if (typeof only === "number") return only;
  const answers = options.answer !== undefined && isFailure;
  const back = [...state.lanes.values()].some(
    (lane) => lane.back !== undefined && lane.back.standing !== "back",
  );
  if (only && (answers || back)) {
    terminal.err(
      answers
        ? "An answer is about the whole run: give --answer without --limit.\n"
        : "The run is going back; `runbook rollback --limit` takes back some of its hosts.\n",
    );
    return EXIT.usage;
  }
  const dropped = droppedHosts(run, options.dropHost);
  if (dropped.problems.length > 0) {
    terminal.problems(dropped.problems);
    return EXIT.usage;
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
    journal: run.writer,
    reporters: await reportersFor({
      terminal,
      playbook,
      spec: state.spec,
      options,
      redactor: run.redactor,
      notices: run.notices,
    }),
    signal: wish.signal,
    note: (text) => terminal.err(`${text}\n`),
    ask: answering(isFailure ? undefined : options.answer, terminal),
  });
  if (!state.decisions.some((decision) => decision.question === "go")) {
    await running.append(resumedBy(running.who));
    await unlockHosts(running);
    await running.append({
      type: "run-finished",
      outcome: "refused",
      text: "its plan was never accepted",
    });
    terminal.err(
      `The plan of run ${run.run} was never accepted; nothing was changed. Apply the playbook again.\n`,
    );
    return EXIT.refused;
  }
  const todo = hostsToDo(running.program, state).filter(
    (host) => !dropped.hosts.includes(host) && (only === undefined || only.includes(host)),
  );
  const removed = removedHosts(run, todo, "resume");
  if (removed.length > 0) {
    terminal.problems(removed);
    return EXIT.refused;
  }
  if (answers) await resumeAnswered(running, options.answer, running.who);
  else await running.append(resumedBy(running.who, only));
  await dropHosts(running, dropped.hosts, terminal);
  const unsettled = [
    ...(await renewWindow(running, options.window)),
    ...(await settleByHand(running, options.settle, running.who)),
  ];
  if (unsettled.length > 0) {
    terminal.problems(unsettled);
    return EXIT.usage;
  }
  const isLeftOut = (host: HostId): boolean =>
    only !== undefined && state.spec.hosts.includes(host) && !only.includes(host);
  const begun = state.spec.hosts.filter(
    (host) => host !== FLEET && isTouched(state.lanes.get(host) ?? never(host)),
  );
  const hosts = state.lockedHosts.length > 0 ? state.lockedHosts : state.spec.hosts;
  const left = hosts.filter((host) => state.lanes.get(host)?.dropped !== true);
  const locks = await lockHosts(running, left);
  const held = locks.filter((lock) => lock.kind === "held");
  if (held.length > 0) {
    sayRefusals(
      held.map(({ host, diagnostic }) => ({ host, cause: "blocked", diagnostic })),
      terminal,
    );
    return EXIT.locked;
  }
  const away = only ? locks.filter(({ host }) => !isLeftOut(host)) : locks;
  // On the way back whoever does not answer stays behind, and does not keep the others.
  const goingBack = isGoingBack(running.program, state);
  if (goingBack) {
    for (const { host, diagnostic } of locks)
      await running.append({ type: "host-lost", host, diagnostic });
  }
  const absent = goingBack
    ? []
    : away.map(({ host, diagnostic }) => ({ host, cause: "unreachable" as const, diagnostic }));
  await terminal.launcher?.letGo(run.run);
  const resumed = await watchingDns(running, () => resumeRun(running, wish, absent));
  const { refusals } = resumed;
  const end =
    resumed.end && options.waitForWindow
      ? await throughWindows(running, wish, terminal, resumed.end)
      : resumed.end;
  sayRefusals(refusals, terminal);
  const refusedWith =
    absent.length === 0
      ? refusalCode(refusals)
      : begun.length > 0
        ? EXIT.needsOperator
        : EXIT.unreachable;
  if (end === undefined) {
    terminal.err("Not gone on with; nothing was changed.\n");
    await running.append({
      type: "run-stopped",
      why: "failed",
      text: "a precondition does not hold",
    });
    return refusedWith;
  }
  const ending = await endRun(running, end);
  sayEnding(running, ending, terminal);
  if (wish.level === 3) return EXIT.leftAtOnce;
  return refusals.length > 0 ? refusedWith : ending.exitCode;
}

function never(host: string): never {
  throw new Error(`the run has no lane for ${host}`);
}

/** A host that did not answer when the run ended still has its lock, and every other run is told to resume this one. */
async function giveUpHosts(run: OpenRun, terminal: Terminal): Promise<void> {
  await using running = createRunning({
    ...run,
    spec: run.state.spec,
    journal: run.writer,
    reporters: [],
    signal: new AbortController().signal,
    note: (text) => terminal.err(`${text}\n`),
  });
  await forgetLeftJobs(running);
  await unlockHosts(running);
}
