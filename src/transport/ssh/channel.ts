import { reasonOf } from "../../lib/reason.ts";
import type { Client, ClientChannel } from "ssh2";
import { LateListener } from "../late-listener.ts";
import type { Channel, ChannelOpened } from "../link.ts";

/** After a program's exit its last bytes follow at once; a child in the background would hold the channel for ever. */
const DRAIN_MS = 300;

/** Starts one program on the connection. `onGone` is called when its channel is closed on both sides. */
export function startChannel(
  client: Client,
  line: string,
  onGone: () => void,
): Promise<ChannelOpened> {
  return new Promise((resolve) => {
    try {
      client.exec(line, (problem, stream) => {
        if (problem === undefined || problem === null) {
          resolve({ kind: "open", channel: channelOf(stream, onGone) });
          return;
        }
        onGone();
        // The server's refusal has a reason; a lost connection has none.
        const isRefusal = "reason" in problem;
        resolve({ kind: isRefusal ? "full" : "lost", reason: problem.message });
      });
    } catch (problem) {
      onGone();
      resolve({
        kind: "lost",
        reason: reasonOf(problem),
      });
    }
  });
}

function channelOf(stream: ClientChannel, onGone: () => void): Channel {
  const late = new LateListener();
  let ended: { reason: string; code: number | undefined } | undefined;
  const say = (): void => late.closed(ended?.reason ?? "the connection was lost", ended?.code);
  stream.on("data", (chunk: Buffer) => late.stdout(chunk));
  stream.stderr.on("data", (chunk: Buffer) => late.stderr(chunk));
  stream.on("exit", (code: number | null, signal?: string) => {
    ended =
      code === null
        ? { reason: `the shell was ended by signal ${signal ?? "?"}`, code: undefined }
        : { reason: `the shell ended with status ${code}`, code };
    setTimeout(say, DRAIN_MS).unref();
  });
  stream.on("close", () => {
    say();
    onGone();
  });
  // A write to a channel that has just gone: its end is said by `close`.
  stream.on("error", () => undefined);
  return {
    write: (bytes) => {
      if (stream.writable) stream.write(bytes);
    },
    listen: (listener) => late.listen(listener),
    close: () => {
      stream.end();
      stream.close();
    },
  };
}
