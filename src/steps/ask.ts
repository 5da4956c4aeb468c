import type { Command } from "../model/command.ts";
import { renderCommand } from "../model/command.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { StepProblem } from "../model/step.ts";
import type {
  CommandResult,
  HostReader,
  HostSession,
  JobOptions,
  ReadOptions,
} from "../model/transport.ts";

/** What a command said, once it is known that it ran to its end. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Uint8Array;
}

const text = new TextDecoder();

/** Reads; any exit status is an answer. Throws StepProblem when the host does not answer. */
export async function ask(
  host: HostReader,
  command: Command,
  options?: ReadOptions,
): Promise<Answer> {
  return answered(await host.read(command, options), command, "read");
}

/** Reads; an exit status other than 0 is a StepProblem that shows the command and its last output. */
export async function demand(
  host: HostReader,
  command: Command,
  options?: ReadOptions,
): Promise<Answer> {
  return succeeded(await ask(host, command, options), command);
}

/** Makes a short change in one atomic step; a lost connection leaves it in doubt. */
export async function change(
  host: HostSession,
  command: Command,
  options?: ReadOptions,
): Promise<Answer> {
  return answered(await host.change(command, options), command, "write");
}

/** Like `change`, and an exit status other than 0 is a StepProblem. */
export async function mustChange(
  host: HostSession,
  command: Command,
  options?: ReadOptions,
): Promise<Answer> {
  return succeeded(await change(host, command, options), command);
}

/** Runs a job to its end; a lost connection, a deadline or a vanished job leaves it in doubt. */
export async function runJob(
  host: HostSession,
  command: Command,
  options: JobOptions,
): Promise<Answer> {
  return answered(await host.job(command, options), command, "write");
}

/** A diagnostic that shows what was run and the last lines of what it said. */
export function commandFailed(command: Command, answer: Answer, summary?: string): Diagnostic {
  const said = `${answer.out}\n${answer.err}`.split("\n").filter((line) => line.trim() !== "");
  return {
    code: "step/command-failed",
    severity: "error",
    summary: summary ?? `the command ended with status ${answer.code}`,
    detail: [`$ ${firstLine(renderCommand(command))}`, ...said.slice(-12)],
  };
}

function succeeded(answer: Answer, command: Command): Answer {
  if (answer.code === 0) return answer;
  throw new StepProblem("failed", commandFailed(command, answer));
}

function answered(ended: CommandResult, command: Command, kind: "read" | "write"): Answer {
  const lost = kind === "read" ? "unreachable" : "in-doubt";
  const detail = [`$ ${firstLine(renderCommand(command))}`];
  switch (ended.kind) {
    case "exited":
      return {
        code: ended.code,
        out: text.decode(ended.stdout),
        err: text.decode(ended.stderr),
        bytes: ended.stdout,
      };
    case "signalled":
      throw new StepProblem(kind === "read" ? "failed" : "in-doubt", {
        code: "step/command-killed",
        severity: "error",
        summary: `the command was ended by signal ${ended.signal}`,
        detail: [...detail, text.decode(ended.stderr).slice(-400)],
      });
    case "timed-out":
      throw new StepProblem(kind === "read" ? "failed" : "in-doubt", {
        code: "step/command-timeout",
        severity: "error",
        summary: `the command gave no answer within ${Math.round(ended.afterMs / 1000)} s`,
        detail,
      });
    case "connection-lost":
      throw new StepProblem(lost, {
        code: "step/connection-lost",
        severity: "error",
        summary: `the connection was lost: ${ended.reason}`,
        detail,
      });
    case "vanished":
      throw new StepProblem("in-doubt", {
        code: "step/job-vanished",
        severity: "error",
        summary: `the job is gone and left no exit status: ${ended.reason}`,
        detail,
      });
  }
}

function firstLine(command: string): string {
  const [line = ""] = command.split("\n");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
