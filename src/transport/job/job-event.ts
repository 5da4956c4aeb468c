/** What a watcher on the host says about a job. */
export type JobEvent =
  | {
      readonly kind: "done";
      readonly id: number;
      readonly code: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
    }
  /** Ended; its output is too long for an event. */
  | { readonly kind: "large"; readonly id: number; readonly code: number }
  | { readonly kind: "vanished"; readonly id: number; readonly reason: string }
  /** The watcher is gone and does not know; nothing is said about the job. */
  | { readonly kind: "over"; readonly id: number }
  /** It was not started. */
  | { readonly kind: "refused"; readonly id: number; readonly reason: string };

export function parseJobEvent(text: string): JobEvent | undefined {
  const [, id, word, rest] = /^job (\d+) ([a-z]+) (.*)$/s.exec(text) ?? [];
  if (id === undefined || rest === undefined) return undefined;
  switch (word) {
    case "text": {
      const [, code, stdout, stderr] = /^(\d+) ([^\x02]*)\x02(.*)$/s.exec(rest) ?? [];
      if (code === undefined || stdout === undefined || stderr === undefined) return undefined;
      return {
        kind: "done",
        id: Number(id),
        code: Number(code),
        stdout: plain(stdout),
        stderr: plain(stderr),
      };
    }
    case "done": {
      const [code, stdout, stderr] = rest.split(" ");
      if (code === undefined || stdout === undefined || stderr === undefined) return undefined;
      return {
        kind: "done",
        id: Number(id),
        code: Number(code),
        stdout: hex(stdout),
        stderr: hex(stderr),
      };
    }
    case "large":
      return { kind: "large", id: Number(id), code: Number(rest) };
    case "over":
      return { kind: "over", id: Number(id) };
    case "vanished":
    case "refused":
      return { kind: word, id: Number(id), reason: Buffer.from(rest, "latin1").toString("utf8") };
    case undefined:
    default:
      return undefined;
  }
}

function hex(text: string): Uint8Array {
  return text === "-" ? new Uint8Array() : Buffer.from(text, "hex");
}

/** A newline would end the event. */
function plain(text: string): Uint8Array {
  return Buffer.from(text.replaceAll("\x01", "\n"), "latin1");
}
