/** Standard streams as commands see them. What is asked for goes to `out`; everything else goes to `err`. */
import { createInterface } from "node:readline/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Paint } from "../report/paint.ts";
import { paintFor, wantsColours } from "../report/paint.ts";
import { problemsText } from "../report/problem-text.ts";
import { sourceLine } from "./source-line.ts";

export interface Terminal {
  readonly paint: Paint;
  readonly errPaint: Paint;
  /** Everything that is written passes through it: secrets never reach a stream. */
  mask: (text: string) => string;
  out(text: string): void;
  err(text: string): void;
  problems(problems: readonly Diagnostic[]): void;
  /** Undefined: there is nobody to ask. */
  ask(text: string): Promise<string | undefined>;
  readonly interactive: boolean;
}

export function createTerminal(env: NodeJS.ProcessEnv): Terminal {
  const errPaint = paintFor(wantsColours(process.stderr, env));
  const terminal: Terminal = {
    paint: paintFor(wantsColours(process.stdout, env)),
    errPaint,
    mask: (text) => text,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    out: (text) => void process.stdout.write(terminal.mask(text)),
    err: (text) => void process.stderr.write(terminal.mask(text)),
    problems: (problems) => {
      if (problems.length > 0) terminal.err(`${problemsText(problems, errPaint, sourceLine)}\n`);
    },
    async ask(text) {
      if (!terminal.interactive) return undefined;
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      const gone = new AbortController();
      // At a question an interrupt means no, and so does the end of the input.
      reader.on("SIGINT", () => gone.abort());
      reader.on("close", () => gone.abort());
      try {
        return (await reader.question(terminal.mask(text), { signal: gone.signal })).trim();
      } catch {
        return undefined;
      } finally {
        reader.close();
      }
    },
  };
  return terminal;
}

/** Asks without showing what is typed. Undefined: there is nobody to ask. */
export async function askHidden(text: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  process.stderr.write(text);
  process.stdin.setRawMode(true);
  try {
    let typed = "";
    for await (const chunk of process.stdin) {
      for (const letter of String(chunk)) {
        if (letter === "\r" || letter === "\n") return typed;
        if (letter === "\u0003" || letter === "\u0004") return undefined;
        typed = letter === "\u007f" ? typed.slice(0, -1) : typed + letter;
      }
    }
    return typed;
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write("\n");
  }
}
