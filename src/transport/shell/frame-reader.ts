/**
 * Finds our frames in a stream that holds anything else too. A frame is one line that begins with a random mark of
 * this shell, so no output can look like one, whatever bytes it has and wherever its own lines end. The shell writes
 * a frame with one write(2) below PIPE_BUF, so nothing can get inside one either.
 *
 *   MARK:7:0\n        command 7 ended with status 0
 *   MARK!text\n       something said by a child in the background
 */
export type Frame =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly seq: number; readonly code: number }
  | { readonly kind: "event"; readonly text: string };

const NEWLINE = 0x0a;
/** Frames are below PIPE_BUF; what goes on without an end is none. */
const LONGEST = 8192;

export class FrameReader {
  readonly #mark: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let rest =
      this.#held.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([this.#held, chunk]);
    let from = 0;
    for (;;) {
      const at = rest.indexOf(this.#mark, from);
      if (at === -1) {
        const keep = Math.max(from, this.#startOfMark(rest));
        if (keep > 0) frames.push({ kind: "bytes", bytes: rest.subarray(0, keep) });
        // A copy: a few held bytes must not keep a large chunk alive.
        this.#held = Buffer.from(rest.subarray(keep));
        return frames;
      }
      const begin = at + this.#mark.length;
      const end = rest.indexOf(NEWLINE, begin);
      if (end === -1 && rest.length - at <= LONGEST) {
        if (at > 0) frames.push({ kind: "bytes", bytes: rest.subarray(0, at) });
        this.#held = Buffer.from(rest.subarray(at));
        return frames;
      }
      const frame = end === -1 ? undefined : parseFrame(rest.toString("latin1", begin, end));
      if (frame === undefined) {
        // `set` prints the mark too, as the value of a variable.
        from = begin;
        continue;
      }
      if (at > 0) frames.push({ kind: "bytes", bytes: rest.subarray(0, at) });
      frames.push(frame);
      rest = rest.subarray(end + 1);
      from = 0;
    }
  }

  /** Where a mark that is not complete yet may begin; the length when it cannot. */
  #startOfMark(bytes: Buffer): number {
    let at = Math.max(0, bytes.length - this.#mark.length + 1);
    for (;;) {
      at = bytes.indexOf(this.#mark[0] as number, at);
      if (at === -1) return bytes.length;
      if (bytes.subarray(at).equals(this.#mark.subarray(0, bytes.length - at))) return at;
      at += 1;
    }
  }
}

function parseFrame(text: string): Frame | undefined {
  if (text.startsWith("!")) return { kind: "event", text: text.slice(1) };
  const match = /^:(\d+):(\d+)$/.exec(text);
  return match === null
    ? undefined
    : { kind: "end", seq: Number(match[1]), code: Number(match[2]) };
}
