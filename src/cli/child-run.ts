import { spawn, type ChildProcess } from "node:child_process";

/** How a run of this very program ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildRun {
  readonly ended: Promise<ChildEnd>;
  kill(): void;
}

/** Starts this program anew, as an operator would: on the same terminal, with an environment of its own. */
export function startRunbook(args: readonly string[], env: NodeJS.ProcessEnv): ChildRun {
  const [node = process.execPath, main = ""] = process.argv;
  const child: ChildProcess = spawn(node, [main, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  return {
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal }));
    }),
    kill: () => void child.kill("SIGKILL"),
  };
}
