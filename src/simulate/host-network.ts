import { createServer as createHttpServer } from "node:http";
import { createSocket } from "node:dgram";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface HttpAsked {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
}

export interface HttpSaid {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface Listening {
  close(): void;
}

/**
 * What listens on a host. A host's own ports (53, 8081, 8500) are names only: behind each is a free port of this machine's
 * loopback, so that any number of hosts needs neither root nor a network of its own.
 */
export interface HostNetwork {
  listenHttp(port: number, answer: (asked: HttpAsked) => HttpSaid): Listening;
  listenDns(port: number, answer: (question: Buffer) => Buffer | undefined): Listening;
  /** A connection to a port of the host, as seen from the host; undefined where nobody listens. */
  dial(port: number): Promise<Duplex | undefined>;
  /** Where a port of the host can be reached from this machine. */
  portOf(port: number): number | undefined;
}

export function createHostNetwork(address: string): HostNetwork {
  const servers = new Map<number, Server>();
  const listen = (port: number, server: Server, sockets: Set<Socket>): Listening => {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    server.on("error", () => undefined);
    server.listen(0, address);
    server.unref();
    servers.set(port, server);
    return {
      close: () => {
        if (servers.get(port) === server) servers.delete(port);
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  };
  const portOf = (port: number): number | undefined =>
    (servers.get(port)?.address() as AddressInfo | null | undefined)?.port;
  return {
    portOf,
    listenHttp: (port, answer) => {
      const server = createHttpServer((request, response) => {
        const key = request.headers["x-api-key"];
        const said = answer({
          method: request.method ?? "GET",
          path: request.url ?? "/",
          key: typeof key === "string" ? key : undefined,
        });
        response.writeHead(said.status, { "content-type": said.type });
        response.end(said.body);
      });
      return listen(port, server, new Set());
    },
    listenDns: (port, answer) => {
      const server = createServer((socket) => serveDnsOverTcp(socket, answer));
      const listening = listen(port, server, new Set());
      const udp = createSocket("udp4");
      udp.on("error", () => undefined);
      udp.on("message", (question, from) => {
        const reply = answer(question);
        if (reply !== undefined) udp.send(reply, from.port, from.address);
      });
      udp.unref();
      let isOver = false;
      // The same number for both, as dig expects.
      server.once("listening", () => {
        if (!isOver) udp.bind(portOf(port), address);
      });
      return {
        close: () => {
          isOver = true;
          listening.close();
          udp.close();
        },
      };
    },
    dial: (port) => {
      const real = portOf(port);
      if (real === undefined) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const socket = connect(real, address);
        socket.once("connect", () => resolve(socket));
        socket.once("error", () => resolve(undefined));
      });
    },
  };
}

function serveDnsOverTcp(socket: Socket, answer: (question: Buffer) => Buffer | undefined): void {
  let held: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const length = held.readUInt16BE(0);
      const reply = answer(held.subarray(2, 2 + length));
      held = held.subarray(2 + length);
      if (reply === undefined) continue;
      const head = Buffer.alloc(2);
      head.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([head, reply]));
    }
  });
}
