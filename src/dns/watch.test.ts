import { afterEach, describe, expect, test } from "@jest/globals";
import { encode, decode, AUTHORITATIVE_ANSWER } from "dns-packet";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { Duplex } from "node:stream";
import type { WatchAnswer } from "../model/dns.ts";
import { hostId } from "../model/ids.ts";
import type { DialResult, HostReader } from "../model/transport.ts";
import { createDatagrams } from "./datagrams.ts";
import { createThrough } from "./through.ts";
import { pace, startWatching } from "./watch.ts";

const open: { close(): unknown }[] = [];
afterEach(() => open.splice(0).forEach((one) => one.close()));

const LONG = 60_000;

function soa(question: Buffer, serial: number): Buffer {
  const { id = 0, questions = [] } = decode(question);
  const name = questions[0]?.name ?? "";
  const data = {
    ...{ mname: "ns", rname: "h", serial },
    ...{ refresh: 1, retry: 1, expire: 1, minimum: 1 },
  };
  return encode({
    ...{ type: "response", id, flags: AUTHORITATIVE_ANSWER },
    questions: [{ type: "SOA", class: "IN", name }],
    answers: [{ type: "SOA", name, ttl: 60, data }],
  });
}

async function udpServer(
  answer: (packet: Buffer, say: (packet: Buffer) => void) => void,
): Promise<{ address: string; port: number }> {
  const socket: UdpSocket = createSocket("udp4");
  open.push(socket);
  socket.on("message", (packet, from) =>
    answer(packet, (reply) => socket.send(reply, from.port, from.address)),
  );
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { address: "127.0.0.1", port: socket.address().port };
}

function datagrams() {
  const made = createDatagrams();
  open.push(made);
  return made;
}

describe("a question by UDP", () => {
  test("gets its own answer, whatever else comes", async () => {
    const at = await udpServer((packet, say) => {
      say(Buffer.from([1]));
      const other = Buffer.from(packet);
      other.writeUInt16BE((packet.readUInt16BE(0) + 1) % 65_536);
      say(soa(other, 1));
      say(soa(packet, 7));
    });
    const client = datagrams();
    const answers = await Promise.all(
      ["a.example.", "b.example."].map((zone) => client.ask(at, zone, LONG)),
    );
    expect(answers).toMatchObject([{ serial: 7 }, { serial: 7 }]);
  });

  test("without an answer is silence, and so is one that cannot be sent", async () => {
    const at = await udpServer(() => undefined);
    const client = datagrams();
    expect(await client.ask(at, "a.example.", 1)).toEqual({ kind: "silent", reason: "no answer" });
    expect(await client.ask(at, `${"x".repeat(64)}.example`, 1)).toMatchObject({
      reason: expect.stringContaining("not a DNS name"),
    });
  });
});

/** The far end of a stream through a host: answers what it is asked, `most` times, and closes. */
function farEnd(most: number): Duplex {
  let answered = 0;
  const stream: Duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      done();
      if (answered++ >= most) return stream.destroy();
      const reply = soa(chunk.subarray(2), answered);
      const head = Buffer.alloc(2);
      head.writeUInt16BE(reply.length);
      // In two pieces, as TCP may bring it.
      stream.push(Buffer.concat([head, reply.subarray(0, 5)]));
      return stream.push(reply.subarray(5));
    },
  });
  return stream;
}

function through(dial: () => Promise<DialResult>) {
  const host: HostReader = {
    id: hostId("ns1"),
    read: () => Promise.reject(new Error("not asked")),
    dial,
  };
  const made = createThrough(host, "127.0.0.1", 53);
  open.push(made);
  return made;
}

describe("a question through the host", () => {
  test("uses one connection as long as the server keeps it, and then another", async () => {
    let dialled = 0;
    const asking = through(() => {
      dialled++;
      return Promise.resolve({ kind: "open", stream: farEnd(2) });
    });
    const serials: unknown[] = [];
    for (let turn = 0; turn < 5; turn++) serials.push(await asking.ask("a.example.", LONG));
    expect(serials).toMatchObject([1, 2, 1, 2, 1].map((serial) => ({ serial })));
    expect(dialled).toBe(3);
  });

  test("is silence where nobody listens, and unknown where the host is not reached or forwards nothing", async () => {
    const refused = (reason: string, lost?: true) =>
      through(() => Promise.resolve({ kind: "refused", reason, ...(lost && { lost }) }));
    expect(await refused("(SSH) Channel open failure: ").ask("a.", LONG)).toEqual({
      kind: "silent",
      reason: "connection refused",
    });
    expect(await refused("no route to host", true).ask("a.", LONG)).toBeUndefined();
    const policy = "(SSH) Channel open failure: open failed: administratively prohibited";
    expect(await refused(policy).ask("a.", LONG)).toBeUndefined();
    const never = through(() => new Promise(() => undefined));
    expect(await never.ask("a.", 1)).toBeUndefined();
  });
});

describe("a watch", () => {
  test("asks no server more often than all of them together can bear", () => {
    expect(pace(200, 5)).toBe(200);
    expect(pace(200, 1_000)).toBe(2_500);
  });

  test("asks for a server's zones in turn, and says at its end what it saw", async () => {
    const asked: string[] = [];
    const said: unknown[] = [];
    let now = 0;
    let enough = (): void => undefined;
    const ten = new Promise<void>((resolve) => (enough = resolve));
    const watching = startWatching({
      servers: [
        {
          host: hostId("ns1"),
          zones: ["a.", "b."],
          ask: (zone): Promise<WatchAnswer> => {
            asked.push(zone);
            if (asked.length === 10) enough();
            const isDown = asked.length >= 4 && asked.length < 7;
            return Promise.resolve(
              isDown ? { kind: "silent", why: "REFUSED" } : { kind: "answered", way: "ssh" },
            );
          },
        },
      ],
      everyMs: 200,
      clock: {
        now: () => now,
        ticks: () => now,
        // Time goes on with every sleep of the asking; the telling sleeps until the end.
        sleep: (ms, signal) =>
          ms >= 1_000
            ? new Promise((resolve) => signal?.addEventListener("abort", () => resolve()))
            : new Promise((resolve) => {
                now += ms;
                setImmediate(resolve);
              }),
      },
      say: (entry) => {
        said.push(entry);
        return Promise.resolve();
      },
    });
    await ten;
    await watching.end();
    expect(asked.slice(0, 4)).toEqual(["a.", "b.", "a.", "b."]);
    expect(said).toMatchObject([
      { type: "dns-silences", seen: [{ at: 600, why: "REFUSED" }, { at: 1200 }] },
      { type: "dns-watched", over: true, servers: [{ silences: 1, longestMs: 600, way: "ssh" }] },
    ]);
  });

  test("whose journal fails asks no more, and disturbs nobody", async () => {
    const watching = startWatching({
      servers: [],
      everyMs: 200,
      clock: {
        now: () => 0,
        ticks: () => 0,
        sleep: () => new Promise((resolve) => setImmediate(resolve)),
      },
      say: () => Promise.reject(new Error("disk full")),
    });
    await expect(watching.end()).resolves.toBeUndefined();
  });
});
