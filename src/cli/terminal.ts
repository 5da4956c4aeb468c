/** Standard streams as commands see them. What is asked for goes to `out`; everything else goes to `err`. */
import { createInterface } from "node:readline/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Paint } from "../report/paint.ts";
import { paintFor, wantsColours } from "../report/paint.ts";
import type { ShownView } from "../report/live.ts";
import type { ViewSize } from "../report/live-view.ts";
import { createLiveScreen } from "./live-screen.ts";
import { problemsText } from "../report/problem-text.ts";
import type { Launcher } from "./detach/launched.ts";
import { launcherOf } from "./detach/launched.ts";
import { sourceLine } from "./source-line.ts";

export interface Terminal {
  readonly paint: Paint;
  readonly errPaint: Paint;
  /** Everything that is written passes through it: secrets never reach a stream. */
  mask: (text: string) => string;
  out(text: string): void;
  err(text: string): void;
  /** For programs, on standard output as it is: whoever made it has masked it and left nothing that a terminal obeys. */
  document(text: string): void;
  problems(problems: readonly Diagnostic[]): void;
  /** Undefined: there is nobody to ask. */
  ask(text: string): Promise<string | undefined>;
  readonly interactive: boolean;
  /** The process was started by `--detach`; at the start of its work it lets go of who started it. */
  readonly launcher?: Launcher;
  /** How wide what is written to `out` may be; undefined: it is no terminal, and nothing is left out for its sake. */
  readonly columns: number | undefined;
  /** Shows a live view beneath everything else; undefined: plain lines only. */
  readonly show?: (frame: (size: ViewSize) => readonly string[]) => ShownView;
}

export function createTerminal(env: NodeJS.ProcessEnv): Terminal {
  const [outColours, errColours] = [
    wantsColours(process.stdout, env),
    wantsColours(process.stderr, env),
  ];
  const errPaint = paintFor(errColours);
  const launcher = launcherOf();
  const live = wantsLiveView(env) ? createLiveScreen(process.stdout, env) : undefined;
  const terminal: Terminal = {
    paint: paintFor(outColours),
    errPaint,
    mask: (text) => text,
    interactive: launcher?.interactive ?? (process.stdin.isTTY && process.stderr.isTTY),
    ...(launcher && { launcher }),
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
    },
    out: (text) => {
      const safe = obeyable(terminal.mask(text), outColours);
      if (live) live.print(safe);
      else process.stdout.write(safe);
    },
    err: (text) => {
      const safe = obeyable(terminal.mask(text), errColours);
      if (live) live.print(safe);
      else process.stderr.write(safe);
    },
    document: (text) => void process.stdout.write(text),
    ...(live && {
      show: (frame: (size: ViewSize) => readonly string[]) =>
        live.show(frame, (line) => obeyable(terminal.mask(line), outColours)),
    }),
    problems: (problems) => {
      if (problems.length > 0) terminal.err(`${problemsText(problems, errPaint, sourceLine)}\n`);
    },
    async ask(text) {
      if (launcher) return launcher.ask(terminal.mask(text), "shown");
      if (!terminal.interactive) return undefined;
      using _quiet = live?.suspend();
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

/** Where a program may draw: a terminal on both streams, and nobody who asked for plain lines. */
function wantsLiveView(env: NodeJS.ProcessEnv): boolean {
  if (env["NO_COLOR"] || env["CI"] || !env["TERM"] || env["TERM"] === "dumb") return false;
  return process.stdout.isTTY && process.stderr.isTTY;
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
  const launcher = launcherOf();
  if (launcher) return launcher.ask(text, "hidden");
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  process.stderr.write(text);
  process.stdin.setRawMode(true);
  try {
    let typed = "";
    // The questions after it are answered on the same stream.
    for await (const chunk of process.stdin.iterator({ destroyOnReturn: false })) {
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
