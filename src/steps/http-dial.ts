import { request as httpRequest } from "node:http";
import type { HostReader } from "../model/transport.ts";

export interface HttpRequest {
  /** As the host sees it; its own loopback for most daemons. */
  readonly address: string;
  readonly port: number;
  readonly method?: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array;
  /** For the whole exchange. Default 30 000. */
  readonly timeoutMs?: number;
}

export type HttpAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly reason: string;
      /** Names in lower case; lines of one name joined by ", ". */
      readonly headers: { readonly [name: string]: string };
      readonly body: Uint8Array;
    }
  /** Nobody listens there. Nothing was sent. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Something was sent and no whole answer came back. */
  | { readonly kind: "broken"; readonly reason: string };

const MOST_BYTES = 16 * 1024 * 1024;

/** One HTTP exchange over a connection that the host itself opens: it needs nothing but sshd there. Never rejects. */
export async function httpThroughHost(host: HostReader, wanted: HttpRequest): Promise<HttpAnswer> {
  const dialled = await host.dial(wanted.address, wanted.port);
  if (dialled.kind === "refused") return dialled;
  const { stream } = dialled;
  const timeoutMs = wanted.timeoutMs ?? 30_000;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await exchange();
  } finally {
    stream.destroy();
  }

  function exchange(): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      const broken = (reason: string) => resolve({ kind: "broken", reason });
      deadline.addEventListener("abort", () => broken(`no answer within ${timeoutMs} ms`));
      const sent = httpRequest({
        createConnection: () => stream,
        host: wanted.address,
        port: wanted.port,
        method: wanted.method ?? "GET",
        path: wanted.path,
        headers: {
          "user-agent": "runbook",
          ...wanted.headers,
          connection: "close",
          ...(wanted.body === undefined ? {} : { "content-length": wanted.body.length }),
        },
      });
      sent.on("error", (error) => broken(error.message));
      sent.on("response", (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > MOST_BYTES) broken(`the answer is larger than ${MOST_BYTES} bytes`);
          else chunks.push(chunk);
        });
        response.on("error", (error) => broken(error.message));
        response.on("end", () =>
          resolve({
            kind: "answered",
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? "",
            headers: joined(response.headersDistinct),
            body: Buffer.concat(chunks),
          }),
        );
      });
      sent.end(wanted.body);
    });
  }
}

function joined(headers: { readonly [name: string]: readonly string[] | undefined }) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, lines]) => [name, (lines ?? []).join(", ")]),
  );
}
