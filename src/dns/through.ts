/** Questions to a server that only its own host reaches: one stream through the host, kept as long as the server keeps it. */
import type { Duplex } from "node:stream";
import type { SoaAnswer } from "../model/dns.ts";
import type { HostReader } from "../model/transport.ts";
import { reasonOf } from "../lib/reason.ts";
import { MessageReader, nameOf, readReply, soaQuestion } from "./packets.ts";

/** `undefined`: the question could not be put, because the host was not reached. */
export type ThroughAnswer = SoaAnswer | undefined;

export interface Through {
  /** One question at a time. Never rejects. */
  ask(zone: string, patienceMs: number): Promise<ThroughAnswer>;
  close(): void;
}

export function createThrough(host: HostReader, address: string, port: number): Through {
  let stream: Duplex | undefined;
  let dialling: Promise<Duplex | SoaAnswer | undefined> | undefined;
  let isClosed = false;
  let nextId = Math.floor(Math.random() * 65_536);

  const dial = async (): Promise<Duplex | SoaAnswer | undefined> => {
    const dialled = await host.dial(address, port);
    if (dialled.kind === "refused")
      return dialled.lost === true ? undefined : refusal(dialled.reason);
    const opened = dialled.stream;
    opened.on("error", () => undefined);
    opened.on("close", () => {
      if (stream === opened) stream = undefined;
    });
    if (isClosed) opened.destroy();
    else stream = opened;
    return opened;
  };
  /** A host that is being connected to again takes longer than anybody waits for an answer. */
  const within = (patienceMs: number): Promise<Duplex | SoaAnswer | undefined> => {
    if (stream && !stream.destroyed) return Promise.resolve(stream);
    dialling ??= dial().finally(() => (dialling = undefined));
    const current = dialling;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, patienceMs, undefined);
      current.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };
  const put = (over: Duplex, zone: string, patienceMs: number): Promise<SoaAnswer> =>
    new Promise((resolve) => {
      const id = (nextId = (nextId + 1) % 65_536);
      const reader = new MessageReader();
      const settle = (answer: SoaAnswer, isUsable: boolean): void => {
        clearTimeout(timer);
        over.off("data", receive);
        over.off("close", close);
        over.off("end", close);
        if (!isUsable) over.destroy();
        resolve(answer);
      };
      const receive = (chunk: Buffer): void => {
        try {
          for (const packet of reader.push(chunk)) {
            const reply = readReply(packet);
            if (reply.id !== id || (reply.zone !== undefined && reply.zone !== nameOf(zone)))
              continue;
            settle(reply.answer, true);
            return;
          }
        } catch (problem) {
          settle({ kind: "silent", reason: `not a DNS answer: ${reasonOf(problem)}` }, false);
        }
      };
      const close = (): void =>
        settle({ kind: "silent", reason: "the server closed the connection" }, false);
      const timer = setTimeout(() => {
        setImmediate(() => setImmediate(settle, { kind: "silent", reason: "no answer" }, false));
      }, patienceMs);
      over.on("data", receive);
      over.once("close", close);
      over.once("end", close);
      over.write(soaQuestion(id, zone));
    });
  return {
    async ask(zone, patienceMs) {
      try {
        const kept = stream;
        const over = await within(patienceMs);
        if (over === undefined || "kind" in over) return over;
        const answer = await put(over, zone, patienceMs);
        // A server closes what was idle or has asked enough; that says nothing of the next connection.
        if (answer.kind !== "silent" || over !== kept || answer.reason === "no answer")
          return answer;
        const again = await within(patienceMs);
        return again === undefined || "kind" in again ? again : await put(again, zone, patienceMs);
      } catch (problem) {
        return { kind: "silent", reason: reasonOf(problem) };
      }
    },
    close() {
      isClosed = true;
      stream?.destroy();
    },
  };
}

/** A host that forwards nothing says nothing of its server. */
function refusal(reason: string): ThroughAnswer {
  if (/prohibited/i.test(reason)) return undefined;
  const why = reason.replace(/^\(SSH\) Channel open failure:\s*/, "");
  return { kind: "silent", reason: why === "" ? "connection refused" : why };
}
