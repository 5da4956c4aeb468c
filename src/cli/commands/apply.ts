/** Validate, connect, lock, look, plan, ask, do. Nothing changes on a host before the answer. */
import { endRun, lookBeforeChanging } from "../../engine/begin.ts";
import { execute } from "../../engine/execute.ts";
import { unlockHosts } from "../../engine/host-lock.ts";
import type { Question, Running } from "../../engine/running.ts";
import type { Plan } from "../../model/plan.ts";
import { planText } from "../../report/plan-text.ts";
import { sayEnding } from "../ending.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore, readNewRun } from "../new-run.ts";
import type { ApplyOptions } from "../options.ts";
import { refusalCode, sayRefusals } from "../refusals.ts";
import { reportersFor } from "../reporters.ts";
import { createRunning } from "../running.ts";
import { listenForInterrupts } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { sayWindow, throughWindows } from "../windows.ts";
import { plan as planCommand } from "./plan.ts";

export async function apply(
  file: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.check) return planCommand(file, options, terminal);
  const made = await readNewRun(file, options, terminal);
  if (typeof made === "number") return made;
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
  const store = openStore(options);
  await using journal = await store.create(spec.run, systemClock);
  using wish = listenForInterrupts((level) => terminal.err(interruptText(level)));
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
    format: 1,
    run: spec.run,
    version: "0.1.0",
    playbook: playbook.name,
    who: spec.who,
    hosts: spec.hosts,
    spec,
  });
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
    await refuse(running, "a lock is held");
    return beginning.problems.some((one) => one.kind === "held") ? EXIT.locked : EXIT.refused;
  }
  const { plan } = beginning;
  if (plan.refusals.length > 0) {
    if (plan.hosts.length > 0)
      terminal.out(`${planText(plan, terminal.paint, { diff: options.diff === true })}\n\n`);
    sayRefusals(plan.refusals, terminal);
    terminal.err("Refused; nothing was changed.\n");
    await refuse(running, "a precondition does not hold");
    return refusalCode(plan.refusals);
  }
  terminal.out(`${planText(plan, terminal.paint, { diff: options.diff === true })}\n\n`);
  sayWindow(running, terminal);
  const finals = pointsOfNoReturn(plan);
  const consent = await consented(finals, options, terminal);
  if (consent !== undefined) {
    await refuse(running, "not accepted");
    return consent;
  }
  const { who } = running;
  await running.append({ type: "planned", pins: plan.pins });
  if (finals.length > 0)
    await running.append({ type: "decision", who, question: "irreversible", answer: finals });
  await running.append({ type: "decision", who, question: "go", answer: "yes" });
  const stopped = await execute(running, wish);
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

/** Why this plan cannot be taken back as it came, each reason once. */
function pointsOfNoReturn(plan: Plan): readonly string[] {
  const reasons = plan.hosts.flatMap((host) =>
    host.items.flatMap(({ irreversible: reason, answer }) =>
      reason === undefined || answer.kind === "satisfied" || answer.kind === "skipped"
        ? []
        : [reason],
    ),
  );
  return [...new Set(reasons)];
}

/** Undefined: go. */
async function consented(
  finals: readonly string[],
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number | undefined> {
  if (finals.length > 0 && !options.acceptIrreversible) {
    const answer = await terminal.ask(
      "Some of this cannot be taken back (point of no return above). Accept it? [yes/no] ",
    );
    if (answer === undefined) {
      terminal.err(
        "The plan has a point of no return: --accept-irreversible accepts it. Nothing was done.\n",
      );
      return EXIT.refused;
    }
    if (!isYes(answer)) return declined(terminal);
  }
  if (options.yes) return undefined;
  const answer = await terminal.ask("Do this? [yes/no] ");
  return answer !== undefined && isYes(answer) ? undefined : declined(terminal);
}

function declined(terminal: Terminal): number {
  terminal.err("Declined; nothing was changed.\n");
  return EXIT.declined;
}

function isYes(answer: string): boolean {
  return answer.toLowerCase() === "yes" || answer.toLowerCase() === "y";
}

/** Undefined: nobody answers, and the answer that stands then was said. An empty line takes it too. */
export async function askOperator(
  terminal: Terminal,
  { text, choices, fallback }: Question,
): Promise<string | undefined> {
  for (;;) {
    const answer = await terminal.ask(`${text}\n[${choices.join(" / ")}] (${fallback}) `);
    if (answer === undefined)
      terminal.err(
        `${text}\nNobody can answer here: taken as ${fallback}. \`runbook resume --answer\` says otherwise.\n`,
      );
    if (answer === "") return fallback;
    if (answer === undefined || choices.includes(answer)) return answer;
  }
}

export function interruptText(level: 1 | 2 | 3): string {
  switch (level) {
    case 1:
      return "\nStopping at the next rest point of every host; interrupt again to stop after the running tasks.\n";
    case 2:
      return "\nStopping after the running tasks; interrupt again to leave at once (jobs on hosts go on).\n";
    case 3:
      return "\nLeaving. Jobs on hosts go on; `runbook resume` finds them.\n";
  }
}
