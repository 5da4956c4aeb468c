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
  const [outColours, errColours] = [
    wantsColours(process.stdout, env),
    wantsColours(process.stderr, env),
  ];
  const errPaint = paintFor(errColours);
  const terminal: Terminal = {
    paint: paintFor(outColours),
    errPaint,
    mask: (text) => text,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    out: (text) => void process.stdout.write(obeyable(terminal.mask(text), outColours)),
    err: (text) => void process.stderr.write(obeyable(terminal.mask(text), errColours)),
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
        return (
          await reader.question(obeyable(terminal.mask(text), errColours), { signal: gone.signal })
        ).trim();
      } catch {
        return undefined;
      } finally {
        reader.close();
      }
    },
  };
  return terminal;
}

const CONTROL = String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]`;
const OURS = String.raw`\u001b\[(?:[12]|22|3[1-6]|39)m`;

/**
 * The last door before a terminal: whatever it would obey, and that is no colour of ours, is written as JSON writes it, so
 * that JSON stays JSON. Names, arguments and what hosts say have other doors before, and one of them may be missed.
 */
function obeyable(text: string, colours: boolean): string {
  const pattern = new RegExp(colours ? `${OURS}|${CONTROL}` : CONTROL, "gu");
  return text.replaceAll(pattern, (found) => {
    if (found.length > 1) return found;
    return found === "\r" ? "" : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
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
