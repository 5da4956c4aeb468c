import { runArguments } from "../../src/cli/args.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { paintFor } from "../../src/report/paint.ts";
import { problemsText } from "../../src/report/problem-text.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real command line, without starting a program for it. Only one at a time: the current folder is the process's. */
export async function runbookHere(args: readonly string[], cwd: string): Promise<Said> {
  const before = process.cwd();
  const paint = paintFor(false);
  let [out, err] = ["", ""];
  const terminal: Terminal = {
    paint,
    errPaint: paint,
    interactive: false,
    columns: undefined,
    mask: (text) => text,
    out: (text) => {
      out += terminal.mask(text);
    },
    err: (text) => {
      err += terminal.mask(text);
    },
    document: (text) => {
      out += text;
    },
    problems: (problems) => {
      if (problems.length > 0) terminal.err(`${problemsText(problems, paint)}\n`);
    },
    ask: () => Promise.resolve(undefined),
  };
  process.chdir(cwd);
  try {
    return { code: await runArguments(args, terminal, "0"), out, err };
  } finally {
    process.chdir(before);
  }
}
