import { spawn } from "node:child_process";
import { connect } from "node:net";
import { userInfo } from "node:os";
import type { DialResult } from "../model/transport.ts";
import type { Channel, ChannelListener, ChannelOpened, Link } from "./link.ts";
import { LateListener } from "./late-listener.ts";

/** The controller itself. Every program is a session of its own, so that a whole group can be killed. */
export function localLink(shell: string): Link {
  const open = new Set<Channel>();
  let lost: string | undefined;
  const listeners: ((reason: string) => void)[] = [];
  return {
    user: userInfo().username,
    get openChannels() {
      return open.size;
    },
    start: async (line) => {
      if (lost !== undefined) return { kind: "lost", reason: lost };
      const opened = await spawnChannel(shell, line, (channel) => open.delete(channel));
      if (opened.kind === "open") open.add(opened.channel);
      return opened;
    },
    dial: dialDirectly,
    onLost: (listener) => {
      if (lost === undefined) listeners.push(listener);
      else listener(lost);
    },
    close: () => {
      lost = "closed";
      for (const channel of open) channel.close();
      for (const listener of listeners.splice(0)) listener("closed");
    },
  };
}

function spawnChannel(
  shell: string,
  line: string,
  onGone: (channel: Channel) => void,
): Promise<ChannelOpened> {
  return new Promise((resolve) => {
    const child = spawn(shell, ["-c", line], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const late = new LateListener();
    const channel: Channel = {
      write: (bytes) => void child.stdin.write(bytes),
      listen: (listener: ChannelListener | undefined) => late.listen(listener),
      close: () => {
        child.stdin.destroy();
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // Gone already, or another user's: sudo ends when its standard input does.
        }
      },
    };
    // A shell that died makes EPIPE; its end is said by `close`.
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => late.stdout(chunk));
    child.stderr.on("data", (chunk: Buffer) => late.stderr(chunk));
    child.on("spawn", () => resolve({ kind: "open", channel }));
    child.on("error", (problem) => {
      resolve({ kind: "lost", reason: problem.message });
      late.closed(problem.message);
    });
    const end = (): void => {
      onGone(channel);
      const { exitCode, signalCode } = child;
      late.closed(
        signalCode === null
          ? `the shell ended with status ${String(exitCode)}`
          : `the shell was ended by ${signalCode}`,
        exitCode ?? undefined,
      );
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.on("close", end);
    // A child left in the background may keep the pipes open for ever; the last bytes are there long before this.
    child.on("exit", () => setTimeout(end, 300).unref());
  });
}

/** Also the way to servers that are asked straight from the controller. */
export function dialDirectly(address: string, port: number): Promise<DialResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true });
    const refuse = (problem: Error): void =>
      resolve({ kind: "refused", reason: problem.message || String(problem) });
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve({ kind: "open", stream: socket });
    });
  });
}
