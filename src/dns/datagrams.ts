/** Questions by UDP, many under way on one socket of each family. */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { SoaAnswer } from "../model/dns.ts";
import { reasonOf } from "../lib/reason.ts";
import { nameOf, readReply, soaQuestion } from "./packets.ts";

export interface Datagrams {
  /** `silent` where no answer comes within `patienceMs`. Never rejects. */
  ask(
    server: { address: string; port: number },
    zone: string,
    patienceMs: number,
  ): Promise<SoaAnswer>;
  close(): void;
}

type Place = { readonly address: string; readonly family: number };

export function createDatagrams(): Datagrams {
  const sockets = new Map<number, Socket>();
  const places = new Map<string, Promise<Place>>();
  /** By address, port and id of a question. */
  const waiting = new Map<string, (packet: Buffer) => void>();
  let nextId = Math.floor(Math.random() * 65_536);

  const socketOf = (family: number): Socket => {
    const known = sockets.get(family);
    if (known) return known;
    const socket = createSocket(family === 6 ? "udp6" : "udp4");
    socket.unref();
    // A dead link is silence.
    socket.on("error", () => undefined);
    socket.on("message", (packet, from) => {
      if (packet.length > 2)
        waiting.get(`${from.address}/${from.port}/${packet.readUInt16BE(0)}`)?.(packet);
    });
    sockets.set(family, socket);
    return socket;
  };
  const placeOf = (name: string): Promise<Place> => {
    const known = places.get(name) ?? lookup(name);
    places.set(name, known);
    // A resolver that fails now is asked again with the next question.
    known.catch(() => places.delete(name));
    return known;
  };
  const put = (place: Place, port: number, zone: string, patienceMs: number): Promise<SoaAnswer> =>
    new Promise((resolve) => {
      const id = (nextId = (nextId + 1) % 65_536);
      const key = `${place.address}/${port}/${id}`;
      const settle = (answer: SoaAnswer): void => {
        clearTimeout(timer);
        waiting.delete(key);
        resolve(answer);
      };
      const timer = setTimeout(() => {
        // Held up itself, a process runs timers before it reads what came meanwhile: let that be read first.
        setImmediate(() => setImmediate(settle, { kind: "silent", reason: "no answer" }));
      }, patienceMs);
      waiting.set(key, (packet) => {
        try {
          const reply = readReply(packet);
          if (reply.zone === undefined || reply.zone === nameOf(zone)) settle(reply.answer);
        } catch (problem) {
          settle({ kind: "silent", reason: `not a DNS answer: ${reasonOf(problem)}` });
        }
      });
      // Without the length that TCP wants in front.
      socketOf(place.family).send(
        soaQuestion(id, zone).subarray(2),
        port,
        place.address,
        (problem) => {
          if (problem) settle({ kind: "silent", reason: reasonOf(problem) });
        },
      );
    });
  return {
    async ask({ address, port }, zone, patienceMs) {
      try {
        return await put(await placeOf(address), port, zone, patienceMs);
      } catch (problem) {
        return { kind: "silent", reason: reasonOf(problem) };
      }
    },
    close() {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}
