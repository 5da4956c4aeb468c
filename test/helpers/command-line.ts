import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./reaching.ts";

/** The program as it is shipped; `node scripts/prepare.mjs` builds it. */
export const MAIN = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Invocation {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has said so far, on both streams. */
  said(): string;
  saysIt(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface Surroundings {
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A command that starts the rest of its arguments, under limits of its own. */
  readonly under?: readonly string[];
}

/** Starts the real command line as a process of its own, without a terminal. */
export function invoke(
  args: readonly string[],
  { cwd, env, stdin, under = [] }: Surroundings,
): Invocation {
  if (!existsSync(MAIN)) throw new Error("it is not built: node scripts/prepare.mjs");
  const [program = process.execPath, ...words] = [...under, process.execPath, MAIN, ...args];
  const child = spawn(program, words, {
    cwd,
    env: { ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (stdin !== undefined) child.stdin?.end(stdin);
  return watched(child);
}

function watched(child: ChildProcess): Invocation {
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  const { pid } = child;
  if (pid === undefined) throw new Error("it could not be started");
  let isOver = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      isOver = true;
      resolve({ code, signal, out, err });
    });
  });
  return {
    pid,
    ended,
    said: () => out + err,
    saysIt: async (text) => {
      await eventually(`it says ${JSON.stringify(text)}`, () => {
        if ((out + err).includes(text)) return true;
        if (isOver) throw new Error(`it ended without saying ${text}:\n${out}${err}`);
        return false;
      });
    },
    signal: (name) => void child.kill(name),
  };
}
