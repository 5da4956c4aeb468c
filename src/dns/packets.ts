import { decode, encode, type DecodedPacket } from "dns-packet";
import type { SoaAnswer } from "../model/dns.ts";

/** The question for one SOA, with its length in front as TCP wants it. Throws on a name that DNS cannot hold. */
export function soaQuestion(id: number, zone: string): Buffer {
  const name = nameOf(zone);
  const labels = name === "." ? [] : name.split(".");
  const isName = labels.every((label) => label !== "" && Buffer.byteLength(label) <= 63);
  // The library would send a longer label with a broken length.
  if (!isName || Buffer.byteLength(name) > 253) throw new RangeError(`${zone} is not a DNS name`);
  // No recursion is asked for: the answer is to be this server's own.
  const packet = encode({
    type: "query",
    id,
    flags: 0,
    questions: [{ type: "SOA", class: "IN", name }],
  });
  const framed = Buffer.alloc(packet.length + 2);
  framed.writeUInt16BE(packet.length);
  framed.set(packet, 2);
  return framed;
}

export interface Reply {
  readonly id: number;
  /** The zone that it is about, as `nameOf` spells it; absent when the server left the question out. */
  readonly zone?: string;
  readonly answer: SoaAnswer;
}

/** Throws on bytes that are no DNS message. */
export function readReply(packet: Buffer): Reply {
  const reply = decode(packet);
  const asked = reply.questions?.[0]?.name;
  const about = asked === undefined ? {} : { zone: nameOf(asked) };
  return { id: reply.id ?? -1, ...about, answer: answerOf(reply, packet) };
}

// RFC 6895; the others are told by number.
const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

function answerOf(reply: DecodedPacket, packet: Buffer): SoaAnswer {
  const code = packet.readUInt8(3) & 0x0f;
  if (code !== 0) return { kind: "refused", rcode: RCODES[code] ?? `RCODE${code}` };
  for (const record of reply.answers ?? []) {
    if (record.type !== "SOA") continue;
    return { kind: "serial", serial: record.data.serial ?? 0, authoritative: reply.flag_aa };
  }
  // A referral, or a name below a zone: the server has no such zone.
  return { kind: "refused", rcode: "NODATA" };
}

export function nameOf(zone: string): string {
  const name = zone.toLowerCase().replace(/\.$/, "");
  return name === "" ? "." : name;
}

/** Cuts a TCP stream into messages, wherever its chunks end. */
export class MessageReader {
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    const messages: Buffer[] = [];
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0);
      if (rest.length < end) break;
      messages.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#held = Buffer.from(rest);
    return messages;
  }
}
