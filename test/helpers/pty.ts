/** The real command line on a real pseudo terminal, which `script` of util-linux opens. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAIN } from "./command-line.ts";
import { eventually } from "./reaching.ts";
import { Screen } from "./screen.ts";

export interface OnTerminal extends Disposable {
  readonly screen: Screen;
  /** Everything that was sent to the terminal. */
  raw(): string;
  /** What was to be seen after each piece of output that arrived. */
  readonly frames: readonly (readonly string[])[];
  shows(text: string): Promise<void>;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  readonly ended: Promise<number>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  readonly wrapsAnew?: boolean;
}

export function onTerminal(args: readonly string[], options: TerminalOptions): OnTerminal {
  const { cwd, env, columns, rows, wrapsAnew } = options;
  const folder = mkdtempSync(join(tmpdir(), "runbook-pty-"));
  const tty = join(folder, "tty");
  const words = [process.execPath, MAIN, ...args].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const line = `stty cols ${columns} rows ${rows}; tty >'${tty}'; exec ${words.join(" ")}`;
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    cwd,
    env: { ...env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const screen = new Screen(columns, rows, wrapsAnew);
  const frames: (readonly string[])[] = [];
  const problems: unknown[] = [];
  let raw = "";
  let isOver = false;
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
    try {
      screen.write(text);
    } catch (error) {
      problems.push(error);
    }
    frames.push(screen.visible());
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      isOver = true;
      if (problems.length > 0) reject(problems[0]);
      else resolve(code ?? -1);
    });
  });
  return {
    screen,
    frames,
    raw: () => raw,
    ended,
    shows: (text) =>
      eventually(`the terminal shows ${text}`, () => {
        if (problems.length > 0) throw problems[0];
        if (screen.visible().some((one) => one.includes(text))) return true;
        if (isOver) throw new Error(`it ended without showing ${text}`);
        return false;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}; it shows:\n${screen.visible().join("\n")}`);
      }),
    type: (text) => void child.stdin.write(text),
    resize: (toColumns, toRows) => {
      const name = existsSync(tty) ? readFileSync(tty, "utf8").trim() : "";
      screen.resize(toColumns, toRows);
      const size = ["-F", name, "cols", String(toColumns), "rows", String(toRows)];
      const { status } = spawnSync("stty", size);
      if (status !== 0) throw new Error(`stty -F ${name} failed`);
    },
    [Symbol.dispose]: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
