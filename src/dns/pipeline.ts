import { reasonOf } from "../lib/reason.ts";
import type { Duplex } from "node:stream";
import type { SoaAnswer } from "../model/dns.ts";
import { MessageReader, nameOf, readReply, soaQuestion } from "./packets.ts";

export interface PipelineOptions {
  /** Questions that may be under way at once. */
  readonly window: number;
  /** How long the server may say nothing at all. */
  readonly silenceMs: number;
}

export interface PipelineEnd {
  /** What was answered, by position in `zones`. */
  readonly answers: ReadonlyMap<number, SoaAnswer>;
  /** Why it ended before everything was answered. */
  readonly problem?: string;
}

/**
 * Asks over one TCP connection, with many questions under way; answers come in any order. An id is not used again
 * while its question is open. Destroys the stream at the end.
 */
export function askOver(
  stream: Duplex,
  zones: readonly string[],
  options: PipelineOptions,
): Promise<PipelineEnd> {
  return new Promise((resolve) => {
    const answers = new Map<number, SoaAnswer>();
    /** Position in `zones` by id. */
    const open = new Map<number, number>();
    const reader = new MessageReader();
    let next = 0;
    let nextId = Math.floor(Math.random() * 65_536);
    let silence: NodeJS.Timeout | undefined;

    const end = (problem?: string): void => {
      clearTimeout(silence);
      stream.removeAllListeners("data");
      stream.destroy();
      resolve({ answers, ...(problem === undefined ? {} : { problem }) });
    };
    const wait = (): void => {
      clearTimeout(silence);
      silence = setTimeout(
        () => end(`no answer within ${options.silenceMs / 1000} s`),
        options.silenceMs,
      );
    };
    const send = (): void => {
      const batch: Buffer[] = [];
      while (open.size < options.window && next < zones.length) {
        const position = next++;
        while (open.has(nextId)) nextId = (nextId + 1) % 65_536;
        try {
          batch.push(soaQuestion(nextId, zones[position] as string));
          open.set(nextId, position);
          nextId = (nextId + 1) % 65_536;
        } catch (problem) {
          answers.set(position, { kind: "silent", reason: reasonOf(problem) });
        }
      }
      if (batch.length > 0) stream.write(Buffer.concat(batch));
      if (answers.size === zones.length) end();
    };
    const receive = (packet: Buffer): void => {
      const reply = readReply(packet);
      const position = open.get(reply.id);
      if (position === undefined) return;
      // An id alone may be an old answer's.
      if (reply.zone !== undefined && reply.zone !== nameOf(zones[position] as string)) return;
      open.delete(reply.id);
      answers.set(position, reply.answer);
    };

    stream.on("data", (chunk: Buffer) => {
      wait();
      try {
        for (const packet of reader.push(chunk)) receive(packet);
        send();
      } catch (problem) {
        end(`not a DNS answer: ${reasonOf(problem)}`);
      }
    });
    stream.on("error", (problem) => end(reasonOf(problem)));
    stream.on("close", () => end("the server closed the connection"));
    stream.on("end", () => end("the server closed the connection"));
    wait();
    send();
  });
}
