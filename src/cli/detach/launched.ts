/**
 * This process was started by `--detach`, has a session of its own, and writes to files. Until the run has begun whoever
 * started it asks its questions at the terminal; from then on it is alone.
 */
import type { RunId } from "../../model/ids.ts";
import type { FromLaunched, ToLaunched } from "./words.ts";
import { LAUNCHED } from "./words.ts";

export interface Launcher {
  /** Whether there is somebody at the terminal. */
  readonly interactive: boolean;
  /** Undefined: nobody answered. */
  ask(text: string, echo: "shown" | "hidden"): Promise<string | undefined>;
  /** Whether whoever started this is still there. */
  readonly isThere: boolean;
  /** Called when they are gone before they were let go. */
  onGone(act: () => void): void;
  /** The run has begun: they are told, and this goes on alone. */
  letGo(run: RunId): Promise<void>;
}

let launcher: Launcher | undefined;

/** Undefined: an ordinary start. */
export function launcherOf(): Launcher | undefined {
  const { env } = process;
  const mode = env[LAUNCHED];
  if (mode === undefined || !process.send) return launcher;
  // What this process starts was not launched so.
  delete env[LAUNCHED];
  launcher = createLauncher(mode === "interactive");
  return launcher;
}

function createLauncher(interactive: boolean): Launcher {
  const waiting: ((answer: string | undefined) => void)[] = [];
  process.on("message", (message: ToLaunched) => waiting.shift()?.(message.answer ?? undefined));
  const acts: (() => void)[] = [];
  let isLetGo = false;
  process.on("disconnect", () => {
    if (!isLetGo) for (const act of acts) act();
    for (const wake of waiting.splice(0)) wake(undefined);
  });
  // A terminal that goes away is no longer ours.
  process.on("SIGHUP", () => undefined);
  // An open channel is no reason to live on.
  process.channel?.unref();
  const send = (message: FromLaunched): Promise<boolean> =>
    new Promise((resolve) => {
      if (process.connected) process.send?.(message, (error: Error | null) => resolve(!error));
      else resolve(false);
    });
  return {
    interactive,
    async ask(text, echo) {
      if (!interactive) return undefined;
      process.channel?.ref();
      const answer = new Promise<string | undefined>((resolve) => waiting.push(resolve));
      if (!(await send({ kind: "ask", text, echo }))) return undefined;
      const given = await answer;
      process.channel?.unref();
      return given;
    },
    get isThere() {
      return process.connected && !isLetGo;
    },
    onGone: (act) => void acts.push(act),
    async letGo(run) {
      isLetGo = true;
      if ((await send({ kind: "begun", run })) && process.connected) process.disconnect();
    },
  };
}
