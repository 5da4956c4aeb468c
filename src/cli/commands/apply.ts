/** Validate, connect, lock, look, plan, ask, do. Nothing changes on a host before the answer. */
import { endRun, lookBeforeChanging } from "../../engine/begin.ts";
import { execute } from "../../engine/execute.ts";
import { unlockHosts } from "../../engine/host-lock.ts";
import type { Running } from "../../engine/running.ts";
import { FORMAT } from "../../model/journal-entry.ts";
import { planText } from "../../report/plan-text.ts";
import { askOperator, consented, interruptText, pointsOfNoReturn } from "../consent.ts";
import { sayEnding } from "../ending.ts";
import { serveControl } from "../control/serve.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore, readNewRun } from "../new-run.ts";
import type { ApprovedRun } from "../plan-file/approved.ts";
import { openApproved, planTextOf, REFUSED } from "../plan-file/approved.ts";
import { givePlanBack, takePlan } from "../plan-file/consumed.ts";
import { movedWorld } from "../plan-file/moved-world.ts";
import type { ApplyOptions } from "../options.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import { reportersFor } from "../reporters.ts";
import { createRunning } from "../running.ts";
import { listenForInterrupts } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { VERSION } from "../version.ts";
import { watchingDns } from "../watching-dns.ts";
import { sayWindow, throughWindows } from "../windows.ts";
import { plan as planCommand } from "./plan.ts";

export async function apply(
  file: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.check) return planCommand(file, options, terminal);
  const text = await planTextOf(file);
  if (text !== undefined) {
    const opened = await openApproved(file, text, options, terminal);
    return typeof opened === "number" ? opened : applyRun(opened, options, terminal);
  }
  const made = await readNewRun(file, options, terminal);
  if (typeof made === "number") return made;
  return applyRun({ made, store: openStore(options) }, options, terminal);
}

/** With a plan that was approved, that plan or nothing. */
async function applyRun(
  { made, store, approved }: Pick<ApprovedRun, "made" | "store"> & Partial<ApprovedRun>,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number> {
  const { spec, playbook } = made;
  if (!options.yes && !terminal.interactive) {
    terminal.err("Nobody can answer here: --yes accepts the plan. Nothing was done.\n");
    return EXIT.refused;
  }
  if (spec.window && spec.window.closesAt <= systemClock.now()) {
    terminal.err(
      `The window has closed: ${spec.window.text}. --window gives another one. Nothing was done.\n`,
    );
    return EXIT.refused;
  }
  await using journal = await store.create(spec.run, systemClock);
  using wish = listenForInterrupts(
    (level) => terminal.err(interruptText(level)),
    terminal.launcher,
  );
  await using _control = await serveControl({
    stateFolder: store.folder,
    run: spec.run,
    wish,
    note: (text) => terminal.err(`${text}\n`),
  });
  const reporters = await reportersFor({
    terminal,
    playbook,
    spec,
    options,
    redactor: made.redactor,
    notices: made.notices,
  });
  await using running = createRunning({
    ...made,
    journal,
    reporters,
    signal: wish.signal,
    note: (text) => terminal.err(`${text}\n`),
    ask: (question) => askOperator(terminal, question),
  });
  await running.append({
    type: "run-started",
    format: FORMAT,
    run: spec.run,
    version: VERSION,
    playbook: playbook.name,
    who: spec.who,
    hosts: spec.hosts,
    spec,
  });
  const nonce = approved?.header.nonce;
  const taken = nonce !== undefined && (await takePlan(store, nonce, spec.run));
  if (taken) {
    terminal.problems([taken]);
    await refuse(running, "its plan was applied already");
    return EXIT.refused;
  }
  const refused = async (why: string): Promise<void> => {
    await refuse(running, why);
    if (nonce !== undefined) await givePlanBack(store, nonce);
  };
  const beginning = await lookBeforeChanging(running, { lock: "take" });
  if (beginning.kind === "locked") {
    sayRefusals(
      beginning.problems.map(({ host, diagnostic }) => ({
        host,
        cause: "blocked" as const,
        diagnostic,
      })),
      terminal,
    );
    terminal.err("Refused; nothing was changed.\n");
    const isHeld = beginning.problems.some((one) => one.kind === "held");
    await refused(isHeld ? "a lock is held" : "a lock could not be taken");
    return isHeld ? EXIT.locked : EXIT.refused;
  }
  const { plan } = beginning;
  const wording = { diff: options.diff === true, phases: playbook.phases };
  if (plan.refusals.length > 0) {
    if (plan.hosts.length > 0) terminal.out(`${planText(plan, terminal.paint, wording)}\n\n`);
    sayRefusals(plan.refusals, terminal);
    terminal.err("Refused; nothing was changed.\n");
    await refused("a precondition does not hold");
    return refusalCode(plan.refusals);
  }
  terminal.out(`${planText(plan, terminal.paint, wording)}\n\n`);
  const moved = approved ? movedWorld(approved.contents.plan, plan) : [];
  if (moved.length > 0) {
    terminal.problems(moved);
    terminal.err(REFUSED);
    await refused("hosts are not as they were when the plan was made");
    return EXIT.refused;
  }
  sayWindow(running, terminal);
  const finals = pointsOfNoReturn(plan);
  // What cannot be taken back was approved with the plan file that names it.
  const accepts = approved ? { ...options, acceptIrreversible: true as const } : options;
  const consent = await consented(finals, accepts, terminal);
  if (consent !== undefined) {
    await refused("not accepted");
    return consent;
  }
  if (terminal.launcher?.isThere === false) {
    await refused("its terminal went away before it began");
    return EXIT.refused;
  }
  const { who } = running;
  await running.append({ type: "planned", pins: plan.pins });
  if (nonce !== undefined)
    await running.append({ type: "decision", who, question: "plan file", answer: nonce });
  if (finals.length > 0)
    await running.append({ type: "decision", who, question: "irreversible", answer: finals });
  await running.append({ type: "decision", who, question: "go", answer: "yes" });
  await terminal.launcher?.letGo(spec.run);
  const stopped = await watchingDns(running, () => execute(running, wish));
  const end = options.waitForWindow
    ? await throughWindows(running, wish, terminal, stopped)
    : stopped;
  const ending = await endRun(running, end);
  sayEnding(running, ending, terminal);
  return wish.level === 3 ? EXIT.leftAtOnce : ending.exitCode;
}

async function refuse(running: Running, text: string): Promise<void> {
  if (running.state.lockedHosts.length > 0) await unlockHosts(running);
  await running.append({ type: "run-finished", outcome: "refused", text });
}
