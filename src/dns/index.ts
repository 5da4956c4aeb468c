import { connect } from "node:net";
import type { DnsClient, DnsServer, SoaAnswer } from "../model/dns.ts";
import type { DialResult } from "../model/transport.ts";

export interface DnsOptions {
  /** How long a server may say nothing before its zones are silent. Default 5 000. */
  readonly silenceMs?: number;
  /** Questions under way on one connection. Default 100. */
  readonly window?: number;
}

export function createDnsClient(options: DnsOptions = {}): DnsClient {
  const { silenceMs = 5_000, window = 100 } = options;
  return {
    soa: async (server, zones) => {
      // Loaded with the first question: most runs ask none.
      const { askOver } = await import("./pipeline.ts");
      const answers = new Map<number, SoaAnswer>();
      let open = zones.map((zone, position) => ({ zone, position }));
      let reason = "";
      while (open.length > 0) {
        const dialled = await withinTime(dial(server), silenceMs);
        if (dialled.kind === "refused") {
          reason = dialled.reason;
          break;
        }
        const names = open.map(({ zone }) => zone);
        const end = await askOver(dialled.stream, names, { window, silenceMs });
        for (const [index, answer] of end.answers) {
          const asked = open[index];
          if (asked !== undefined) answers.set(asked.position, answer);
        }
        open = open.filter(({ position }) => !answers.has(position));
        reason = end.problem ?? "";
        // Servers close after so many questions on one connection; only one that answers nothing is given up.
        if (end.answers.size === 0) break;
      }
      return zones.map((_, position) => answers.get(position) ?? { kind: "silent", reason });
    },
  };
}

function dial(server: DnsServer): Promise<DialResult> {
  switch (server.kind) {
    case "through":
      return server.host.dial(server.address, server.port);
    case "direct":
      return new Promise((resolve) => {
        const socket = connect({ host: server.address, port: server.port, noDelay: true });
        socket.once("error", (problem) => resolve({ kind: "refused", reason: problem.message }));
        socket.once("connect", () => {
          socket.removeAllListeners("error");
          resolve({ kind: "open", stream: socket });
        });
      });
  }
}

function withinTime(dialling: Promise<DialResult>, ms: number): Promise<DialResult> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      resolve({ kind: "refused", reason: `no connection within ${ms / 1000} s` });
    }, ms);
    dialling.then((dialled) => {
      clearTimeout(timer);
      // Nobody waits for it any more.
      if (isLate && dialled.kind === "open") dialled.stream.destroy();
      resolve(dialled);
    }, reject);
  });
}
