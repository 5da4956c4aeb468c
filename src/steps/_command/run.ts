// What command and shell share: guards, the call itself, and what is registered, under Ansible's names.
import { posix } from "node:path";
import { sh, withStdin, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import type { Resource } from "../../model/resource.ts";
import { StepProblem, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { ask, commandFailed, type Answer } from "../ask.ts";
import { globWord } from "./shell-word.ts";

export interface RunParams {
  readonly chdir?: string;
  readonly creates?: string;
  readonly removes?: string;
  readonly stdin?: string;
  readonly stdin_add_newline: boolean;
}

/** The program in its folder, with its input. */
export function placed(program: Command, params: RunParams): Command {
  const there: Command =
    params.chdir === undefined
      ? { ...program, isProgram: true }
      : sh`cd -- ${params.chdir} && ${program}`;
  if (params.stdin === undefined) return { ...there, pieces: sh`${there} </dev/null`.pieces };
  const newline = params.stdin_add_newline && !params.stdin.endsWith("\n") ? "\n" : "";
  return withStdin(there, params.stdin + newline);
}

/** Why the command need not run; undefined when it has to. */
export async function guarded(host: HostReader, params: RunParams): Promise<string | undefined> {
  const { creates, removes } = params;
  if (creates === undefined && removes === undefined) return undefined;
  const there = params.chdir === undefined ? sh`` : sh`cd -- ${params.chdir} 2>/dev/null; `;
  const first = (pattern: string | undefined) =>
    pattern === undefined
      ? sh`:`
      : sh`for f in ${globWord(pattern)}; do if [ -e "$f" ]; then echo yes; break; fi; done`;
  const { out } = await ask(host, sh`( ${there}${first(creates)}; echo -; ${first(removes)} )`);
  const [created = "", removed = ""] = out.split("-\n");
  if (creates !== undefined && created !== "") return `${creates} exists`;
  if (removes !== undefined && removed === "") return `${removes} does not exist`;
  return undefined;
}

/** What the guards look at; a command without guards looks at nothing before it runs. */
export function readByGuards({ chdir, creates, removes }: RunParams): readonly Resource[] {
  return [creates, removes].flatMap((pattern): Resource[] => {
    if (pattern === undefined) return [];
    const fixed = pattern.replace(/[^/]*[*?[].*$/, "");
    return [`file:${posix.resolve("/", chdir ?? "", fixed)}`];
  });
}

/** What is registered when a guard says that there is nothing to do. */
export function notRun(cmd: Json, why: string): JsonObject {
  const msg = `Did not run command since ${why}`;
  const stdout = `skipped, since ${why}`;
  return {
    ...texts(stdout, ""),
    cmd,
    rc: 0,
    msg,
    changed: false,
    delta: null,
    start: null,
    end: null,
  };
}

/** Runs it and says under Ansible's names how it ended. */
export async function timed(
  tools: StepTools,
  cmd: Json,
  run: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly result: JsonObject }> {
  const [start, began] = [tools.clock.now(), tools.clock.ticks()];
  const answer = await run();
  const took = tools.clock.ticks() - began;
  const result = {
    ...texts(answer.out, answer.err),
    cmd,
    rc: answer.code,
    msg: answer.code === 0 ? "" : "non-zero return code",
    start: instant(start),
    end: instant(start + took),
    delta: duration(took),
    changed: true,
  };
  return { answer, result };
}

/** The diagnostic of a call from what was registered of it. */
export function failedCommand(command: Command, result: JsonObject): Diagnostic {
  const { rc, stdout, stderr } = result;
  return commandFailed(command, {
    code: typeof rc === "number" ? rc : 0,
    out: typeof stdout === "string" ? stdout : "",
    err: typeof stderr === "string" ? stderr : "",
    bytes: new Uint8Array(),
  });
}

export function badParams(summary: string, hint: string): StepProblem {
  return new StepProblem("failed", { code: "step/bad-params", severity: "error", summary, hint });
}

function texts(stdout: string, stderr: string): JsonObject {
  const out = stdout.replace(/[\r\n]+$/, "");
  const err = stderr.replace(/[\r\n]+$/, "");
  return { stdout: out, stdout_lines: lines(out), stderr: err, stderr_lines: lines(err) };
}

function lines(text: string): readonly string[] {
  return text === "" ? [] : text.split(/\r\n|\r|\n/);
}

function instant(at: number): string {
  return new Date(at).toISOString().replace("T", " ").replace("Z", "000");
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${clock}.${String(ms % 1000).padStart(3, "0")}000`;
}
