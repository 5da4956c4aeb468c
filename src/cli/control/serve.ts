/**
 * The door of a run under way: `runbook stop` reaches its controller through a socket. Whoever may enter its folder may
 * stop the run. A run that cannot have one goes on without.
 */
import { rm, symlink } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { errorText } from "../../lib/error-words.ts";
import type { RunId } from "../../model/ids.ts";
import type { Interrupts } from "../signals.ts";
import { makePrivate, socketPlace } from "./place.ts";
import type { StopAnswer } from "./words.ts";
import { wantedStop } from "./words.ts";

export interface ControlOptions {
  readonly stateFolder: string;
  readonly run: RunId;
  readonly wish: Interrupts;
  readonly note: (text: string) => void;
}

/** Under the run's claim: what a killed controller left there is nobody's any more. */
export async function serveControl(options: ControlOptions): Promise<AsyncDisposable> {
  const { stateFolder, run, note } = options;
  const { path, target } = socketPlace(stateFolder, run);
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    answer(socket, options);
  });
  // The run ends when its work does, whoever still listens.
  server.unref();
  const problem = await open(server, path, target);
  if (problem !== undefined) note(`\`runbook stop\` cannot reach this run: ${problem}`);
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      if (problem !== undefined) return;
      await new Promise((resolve) => server.close(resolve));
      for (const left of new Set([path, target])) await rm(left, { force: true });
    },
  };
}

async function open(server: Server, path: string, target: string): Promise<string | undefined> {
  for (const folder of new Set([dirname(path), dirname(target)])) {
    const problem = await makePrivate(folder);
    if (problem !== undefined) return problem;
  }
  try {
    for (const left of new Set([path, target])) await rm(left, { force: true });
    if (path !== target) await symlink(target, path);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(target, () => {
        server.on("error", () => undefined);
        resolve();
      });
    });
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

const LONGEST = 4096;

/** The connection stays open as long as the run is under way: who waits for its end sees it close. */
function answer(socket: Socket, { run, wish }: ControlOptions): void {
  let text = "";
  socket.unref();
  socket.on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end === -1 && text.length <= LONGEST) return;
    const wanted = wantedStop(text.slice(0, Math.max(end, 0)));
    text = "";
    if (wanted === undefined) {
      socket.destroy();
      return;
    }
    if (wanted !== "look") wish.raiseTo(wanted === "rest-point" ? 1 : wish.level < 2 ? 2 : 3);
    const said: StopAnswer = { run, pid: process.pid, level: wish.level };
    socket.write(`${JSON.stringify(said)}\n`);
  });
}
