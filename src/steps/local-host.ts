import { spawn } from "node:child_process";
import { connect } from "node:net";
import { renderCommand, type Command } from "../model/command.ts";
import { hostId } from "../model/ids.ts";
import type { CommandResult, HostSession } from "../model/transport.ts";

/** This machine as a host, one `sh -c` per command: for tests of what steps really do to files. */
export function localHost(env: NodeJS.ProcessEnv = {}): HostSession {
  const run = (command: Command) => runLocally(command, env);
  return {
    id: hostId("local"),
    read: run,
    change: run,
    job: (command) => run(command),
    standing: async () => ({ kind: "absent" }),
    jobs: async () => [],
    forgetJobs: async () => undefined,
    dial: (address, port) =>
      new Promise((resolve) => {
        const socket = connect({ host: address, port });
        socket.once("connect", () => resolve({ kind: "open", stream: socket }));
        socket.once("error", (error) => resolve({ kind: "refused", reason: error.message }));
      }),
  };
}

function runLocally(command: Command, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", renderCommand(command)], {
      env: { ...process.env, LC_ALL: "C", ...env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // A command that does not read its input closes the pipe under us; its exit status says what matters.
    child.stdin.on("error", () => undefined);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const stdout = Buffer.concat(out);
      const stderr = Buffer.concat(err);
      if (code === null) resolve({ kind: "signalled", signal: signal ?? "", stdout, stderr });
      else resolve({ kind: "exited", code, stdout, stderr, durationMs: Date.now() - started });
    });
    const { stdin } = command;
    child.stdin.end(stdin === undefined || stdin instanceof Uint8Array ? stdin : stdin.reveal());
  });
}
