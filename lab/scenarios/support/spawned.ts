import { type ChildProcess, spawn } from "node:child_process";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which they arrived. */
  readonly text: string;
  readonly ms: number;
}

export interface Spawned {
  readonly process: ChildProcess;
  /** What has been printed so far, both streams. */
  text(): string;
  readonly ended: Promise<Ended>;
}

export interface SpawnSettings {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Starts a program without a terminal and keeps all that it prints. */
export function spawnProgram(
  command: string,
  words: readonly string[],
  settings: SpawnSettings = {},
): Spawned {
  const started = Date.now();
  const child = spawn(command, words, {
    env: settings.env ?? process.env,
    ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const seen = { all: "", stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      seen[name] += text;
      seen.all += text;
    });
  }
  child.stdin.on("error", () => undefined); // it ended without reading
  child.stdin.end(settings.stdin ?? "");
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({
        code,
        signal,
        stdout: seen.stdout,
        stderr: seen.stderr,
        text: seen.all,
        ms: Date.now() - started,
      }),
    );
  });
  return { process: child, text: () => seen.all, ended };
}
