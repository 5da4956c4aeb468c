/**
 * `--detach`: the same command in a process of its own, with a session of its own, which this one waits for until its run
 * has begun. Until then it says here what that one writes, and asks what that one wants to know.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { errorText } from "../../lib/error-words.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import type { StateOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { askHidden } from "../terminal.ts";
import type { FromLaunched, ToLaunched } from "./words.ts";
import { LAUNCHED } from "./words.ts";

const SAY_MS = 200;

/** The exit code: 0 once the run has begun, else that with which it did not. */
export async function launch(options: StateOptions, terminal: Terminal): Promise<number> {
  const folder = join(resolve(openStore(options).folder), `detached-${userInfo().uid}`);
  let out: WrittenFile;
  let err: WrittenFile;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = join(folder, `${process.pid}-${randomBytes(4).toString("hex")}`);
    out = createFile(`${name}.out`);
    err = createFile(`${name}.err`);
  } catch (error) {
    terminal.problems([noFolder(folder, errorText(error))]);
    return EXIT.needsOperator;
  }
  const [node = process.execPath, ...words] = process.argv;
  const child = spawn(node, [...process.execArgv, ...words], {
    detached: true,
    stdio: ["ignore", out.fd, err.fd, "ipc"],
    env: { ...process.env, [LAUNCHED]: terminal.interactive ? "interactive" : "alone" },
  });
  const sayNew = (): void => {
    // Masked by the process that wrote it.
    const [said, told] = [out.more(), err.more()];
    if (said !== "") terminal.out(said);
    if (told !== "") terminal.err(told);
  };
  const timer = setInterval(sayNew, SAY_MS);
  // It is in no group of this terminal's: an interrupt here is passed on.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", pass);
  process.on("SIGTERM", pass);
  try {
    const ended = await new Promise<{ readonly run: string } | { readonly code: number }>(
      (done, fail) => {
        child.on("error", fail);
        child.on("exit", (code) => done({ code: code ?? EXIT.needsOperator }));
        child.on("message", (message: FromLaunched) => {
          sayNew();
          if (message.kind === "begun") done({ run: message.run });
          else void answered(message, terminal).then((answer) => child.send(answer, () => {}));
        });
      },
    );
    sayNew();
    if ("code" in ended) {
      for (const { path } of [out, err]) rmSync(path, { force: true });
      return ended.code;
    }
    const { run } = ended;
    renameSync(out.path, join(folder, `${run}.out`));
    renameSync(err.path, join(folder, `${run}.err`));
    child.unref();
    terminal.out(
      [
        `Run ${run} has begun, and goes on by itself.`,
        `  follow: runbook show --follow ${run}`,
        `  stop:   runbook stop ${run}`,
        `  output: ${join(folder, `${run}.out`)} and .err`,
        "",
      ].join("\n"),
    );
    return EXIT.done;
  } finally {
    clearInterval(timer);
    process.off("SIGINT", pass);
    process.off("SIGTERM", pass);
    for (const { fd } of [out, err]) closeSync(fd);
  }
}

async function answered(
  { text, echo }: Extract<FromLaunched, { kind: "ask" }>,
  terminal: Terminal,
): Promise<ToLaunched> {
  const answer = echo === "hidden" ? await askHidden(text) : await terminal.ask(text);
  return { answer: answer ?? null };
}

interface WrittenFile {
  readonly path: string;
  readonly fd: number;
  /** What was written since it was asked last. */
  more(): string;
}

function createFile(path: string): WrittenFile {
  const fd = openSync(path, "ax+", 0o600);
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.alloc(65_536);
  let read = 0;
  return {
    path,
    fd,
    more() {
      let text = "";
      for (;;) {
        const count = readSync(fd, chunk, 0, chunk.length, read);
        if (count === 0) return text;
        read += count;
        text += decoder.write(chunk.subarray(0, count));
      }
    },
  };
}

function noFolder(folder: string, reason: string): Diagnostic {
  return {
    code: "cli/no-output-folder",
    severity: "error",
    summary: `what a detached run says cannot be kept in ${folder}: ${reason}`,
    hint: "Nothing was done. --state-dir names another folder.",
  };
}
