import { afterEach, describe, expect, test } from "@jest/globals";
import { decode, encode, AUTHORITATIVE_ANSWER } from "dns-packet";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { HostReader } from "../model/transport.ts";
import { hostId } from "../model/ids.ts";
import { createDnsClient } from "./index.ts";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A name server over TCP; `answer` gets every question of a connection and writes what it likes. */
async function serve(
  answer: (ask: { id: number; zone: string; nth: number }, socket: Socket) => void,
): Promise<number> {
  const server = createServer((socket) => {
    let held = Buffer.alloc(0);
    let nth = 0;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const end = 2 + held.readUInt16BE(0);
        const query = decode(held.subarray(2, end));
        held = held.subarray(end);
        answer({ id: query.id ?? 0, zone: query.questions?.[0]?.name ?? "", nth: nth++ }, socket);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function soa(id: number, zone: string, serial: number, rcode = 0): Buffer {
  const packet = encode({
    type: "response",
    id,
    flags: AUTHORITATIVE_ANSWER | rcode,
    questions: [{ type: "SOA", class: "IN", name: zone }],
    answers:
      rcode === 0
        ? [
            {
              type: "SOA",
              name: zone,
              ttl: 60,
              data: {
                mname: "ns",
                rname: "h",
                serial,
                refresh: 1,
                retry: 1,
                expire: 1,
                minimum: 1,
              },
            },
          ]
        : [],
  });
  const framed = Buffer.alloc(packet.length + 2);
  framed.writeUInt16BE(packet.length);
  framed.set(packet, 2);
  return framed;
}

const direct = (port: number) => ({ kind: "direct", address: "127.0.0.1", port }) as const;
const serialOf = (zone: string): number => Number(/\d+/.exec(zone)?.[0] ?? 0);

describe("soa", () => {
  test("answers stand in the order of the questions, in whatever order they come", async () => {
    const held: Buffer[] = [];
    const port = await serve(({ id, zone }, socket) => {
      held.unshift(soa(id, zone, serialOf(zone)));
      // The window is smaller than the list, so the last batch is shorter.
      if (held.length === 50) for (const packet of held.splice(0)) socket.write(packet);
    });
    const zones = Array.from({ length: 500 }, (_, n) => `Zone${n}.example.`);
    const answers = await createDnsClient({ window: 50 }).soa(direct(port), zones);
    expect(answers).toEqual(
      zones.map((_, serial) => ({ kind: "serial", serial, authoritative: true })),
    );
  });

  test("a server that closes after each ten questions is asked again for the rest", async () => {
    const port = await serve(({ id, zone, nth }, socket) => {
      if (nth < 10) socket.write(soa(id, zone, serialOf(zone)));
      if (nth === 9) socket.end();
    });
    const zones = Array.from({ length: 35 }, (_, n) => `z${n}.example`);
    const answers = await createDnsClient().soa(direct(port), zones);
    expect(answers.filter(({ kind }) => kind === "serial")).toHaveLength(35);
  });

  test("refusals carry their code, and an answer without a SOA is none", async () => {
    const port = await serve(({ id, zone }, socket) => {
      socket.write(soa(id, zone, 1, zone.startsWith("refused") ? 5 : 3));
    });
    expect(await createDnsClient().soa(direct(port), ["refused.example", "gone.example"])).toEqual([
      { kind: "refused", rcode: "REFUSED" },
      { kind: "refused", rcode: "NXDOMAIN" },
    ]);
  });

  test("zones that were not answered are silent, and those that were keep their answers", async () => {
    const port = await serve(({ id, zone }, socket) => {
      if (zone === "a.example") socket.write(soa(id, zone, 7));
    });
    const answers = await createDnsClient({ silenceMs: 60 }).soa(direct(port), [
      "a.example",
      "b.example",
    ]);
    expect(answers).toEqual([
      { kind: "serial", serial: 7, authoritative: true },
      { kind: "silent", reason: "no answer within 0.06 s" },
    ]);
  });

  test("an answer with a known id for another zone is not believed", async () => {
    const port = await serve(({ id, zone }, socket) => {
      socket.write(soa(id, "other.example", 666));
      socket.write(soa(id, zone, 8));
    });
    expect(await createDnsClient().soa(direct(port), ["a.example"])).toEqual([
      { kind: "serial", serial: 8, authoritative: true },
    ]);
  });

  test("nobody there, bytes that are no DNS, and a name that cannot be are said", async () => {
    const port = await serve((_, socket) => socket.write(Buffer.from([0, 3, 1, 2, 3])));
    const client = createDnsClient();
    const [garbage] = await client.soa(direct(port), ["a.example"]);
    expect(garbage).toMatchObject({ kind: "silent" });
    const [refused] = await client.soa(direct(1), ["a.example"]);
    expect(refused).toMatchObject({
      kind: "silent",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    const [long] = await client.soa(direct(port), [`${"x".repeat(64)}.example`]);
    expect(long).toMatchObject({
      kind: "silent",
      reason: expect.stringContaining("not a DNS name"),
    });
  });

  test("a server on a host's own loopback is asked through a connection of the host", async () => {
    const port = await serve(({ id, zone }, socket) => socket.write(soa(id, zone, 9)));
    const dialled: unknown[] = [];
    const host: HostReader = {
      id: hostId("ns1"),
      read: () => Promise.reject(new Error("not asked")),
      dial: (address, at) => {
        dialled.push([address, at]);
        return Promise.resolve({ kind: "open", stream: connect(port, "127.0.0.1") });
      },
    };
    const server = { kind: "through", host, address: "127.0.0.1", port: 5300 } as const;
    expect(await createDnsClient().soa(server, ["a.example"])).toMatchObject([{ serial: 9 }]);
    expect(dialled).toEqual([["127.0.0.1", 5300]]);
  });
});
