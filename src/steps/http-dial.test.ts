import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { httpThroughHost } from "./http-dial.ts";
import { localHost } from "./local-host.ts";
import { tableHost } from "./table-host.ts";

async function serving<T>(answer: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("HTTP through a host", () => {
  test("carries method, path, headers and body there, and status, headers and body back", async () => {
    const answered = await serving(
      (incoming, outgoing) => {
        const heard: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => heard.push(chunk));
        incoming.on("end", () => {
          outgoing.writeHead(201, { "x-heard": incoming.headers["x-say"] ?? "" });
          outgoing.write(`${incoming.method} ${incoming.url} `);
          outgoing.end(Buffer.concat(heard));
        });
      },
      (port) =>
        httpThroughHost(localHost(), {
          address: "127.0.0.1",
          port,
          method: "PUT",
          path: "/a?b=c",
          headers: { "x-say": "hello" },
          body: new TextEncoder().encode("body"),
        }),
    );
    if (answered.kind !== "answered") throw new Error(answered.reason);
    expect(answered).toMatchObject({ status: 201, headers: { "x-heard": "hello" } });
    expect(text(answered.body)).toBe("PUT /a?b=c body");
  });

  test("says that nobody listens", async () => {
    const host = tableHost({ host: {}, dial: { "127.0.0.1:81": { refused: "closed" } } });
    expect(await httpThroughHost(host, { address: "127.0.0.1", port: 81, path: "/" })).toEqual({
      kind: "refused",
      reason: "closed",
    });
  });

  test("an answer that is cut off is broken", async () => {
    const response = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    const host = tableHost({
      host: {},
      dial: { "127.0.0.1:81": { request: "GET /…\r\n\r\n", response } },
    });
    expect(
      await httpThroughHost(host, { address: "127.0.0.1", port: 81, path: "/" }),
    ).toMatchObject({ kind: "broken" });
  });

  test("gives up on a server that never answers", async () => {
    const answer = await serving(
      () => undefined,
      (port) =>
        httpThroughHost(localHost(), { address: "127.0.0.1", port, path: "/", timeoutMs: 50 }),
    );
    expect(answer).toEqual({ kind: "broken", reason: "no answer within 50 ms" });
  });
});
