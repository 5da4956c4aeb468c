/** What an operator is asked: whether to go, what to do on a failure; and what is said to who interrupts. */
import type { Question } from "../engine/running.ts";
import type { Plan, PlanItem } from "../model/plan.ts";
import { EXIT } from "./exit-codes.ts";
import type { ApplyOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function cannotBeTakenBack(
  item: PlanItem,
): item is PlanItem & { readonly irreversible: string } {
  const { irreversible, answer } = item;
  return irreversible !== undefined && answer.kind !== "satisfied" && answer.kind !== "skipped";
}

/** Why this plan cannot be taken back as it came, each reason once. */
export function pointsOfNoReturn(plan: Plan): readonly string[] {
  const reasons = plan.hosts.flatMap((host) =>
    host.items.flatMap((item) => (cannotBeTakenBack(item) ? [item.irreversible] : [])),
  );
  return [...new Set(reasons)];
}

/** Undefined: go. */
export async function consented(
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
