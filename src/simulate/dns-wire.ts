/** As much of DNS on the wire as an authoritative server of small zones needs. */
export interface DnsQuestion {
  readonly id: number;
  /** In lower case, without the last dot. */
  readonly name: string;
  readonly type: number;
  /** The question as it was asked, to be sent back. */
  readonly bytes: Buffer;
}

export type DnsReply =
  | {
      readonly kind: "answers";
      readonly records: readonly { readonly type: string; readonly content: string }[];
    }
  | { readonly kind: "refused" }
  | { readonly kind: "no-such-name" };

export const TYPES: { readonly [type: string]: number } = { A: 1, NS: 2, SOA: 6, TXT: 16 };

export function readQuestion(packet: Buffer): DnsQuestion | undefined {
  if (packet.length < 17 || packet.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const length = packet[at] ?? 0;
    if (length > 63 || at + length + 5 > packet.length) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(packet.toString("latin1", at, at + length).toLowerCase());
    at += length;
  }
  return {
    id: packet.readUInt16BE(0),
    name: labels.join("."),
    type: packet.readUInt16BE(at),
    bytes: packet.subarray(12, at + 4),
  };
}

export function writeReply(question: DnsQuestion, reply: DnsReply): Buffer {
  const records = reply.kind === "answers" ? reply.records : [];
  const code = reply.kind === "refused" ? 5 : reply.kind === "no-such-name" ? 3 : 0;
  const head = Buffer.alloc(12);
  head.writeUInt16BE(question.id, 0);
  // An answer, with authority unless it is refused.
  head.writeUInt16BE((reply.kind === "refused" ? 0x8000 : 0x8400) | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question.bytes, ...records.map(recordBytes)]);
}

function recordBytes({ type, content }: { type: string; content: string }): Buffer {
  const data = dataOf(type, content);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name of the question
  head.writeUInt16BE(TYPES[type] ?? 0, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(3600, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: string, content: string): Buffer {
  const words = content.split(" ");
  if (type === "A") return Buffer.from(content.split(".").map(Number));
  if (type === "NS") return nameBytes(content);
  if (type === "SOA") {
    const numbers = Buffer.alloc(20);
    words
      .slice(2, 7)
      .forEach((word, index) => numbers.writeUInt32BE(Number(word) >>> 0, index * 4));
    return Buffer.concat([nameBytes(words[0] ?? ""), nameBytes(words[1] ?? ""), numbers]);
  }
  const text = Buffer.from(content.replace(/^"|"$/g, "")).subarray(0, 255);
  return Buffer.concat([Buffer.from([text.length]), text]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
