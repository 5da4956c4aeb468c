/** `resume --answer`: to the question that the run came to rest at, and to no other. */
import { GO_ON, PAUSE } from "../engine/pause.ts";
import type { Question } from "../engine/running.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { RunState } from "../model/run-state.ts";
import { askOperator } from "./consent.ts";
import type { Terminal } from "./terminal.ts";

const CHOICES: { readonly [question: string]: readonly string[] } = {
  on_failure: ["stop", "rollback_host", "rollback_run"],
  [PAUSE]: [GO_ON, "stop"],
};

/** What nobody has decided since the run was last gone on with. */
export function openQuestion({ decisions, resumed }: RunState): string | undefined {
  return decisions.findLast(({ question, seq }) => question in CHOICES && seq > resumed)?.question;
}

/** Undefined: it is an answer that the run waits for. */
export function wrongAnswer(state: RunState, answer: string): Diagnostic | undefined {
  const question = openQuestion(state);
  if (question === undefined) {
    return {
      code: "cli/answer",
      severity: "error",
      summary: `--answer ${answer}: the run waits for no answer`,
      hint: `\`runbook resume ${state.spec.run}\` goes on with it.`,
    };
  }
  const choices = CHOICES[question] ?? [];
  if (choices.includes(answer)) return undefined;
  return {
    code: "cli/answer",
    severity: "error",
    summary: `--answer ${answer} is no answer to what the run waits for (${question})`,
    hint: `It is one of: ${choices.join(", ")}.`,
  };
}

/** A question that comes later, and that was not meant, is asked as always. */
export function answering(
  given: string | undefined,
  terminal: Terminal,
): (question: Question) => Promise<string | undefined> {
  let left = given;
  return async (question) => {
    const answer = left;
    if (answer === undefined || !question.choices.includes(answer))
      return askOperator(terminal, question);
    left = undefined;
    return answer;
  };
}
