import type { HttpAnswer } from "../http-dial.ts";

export interface CurlRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Uint8Array;
  readonly insecure: boolean;
  readonly timeout: number;
}

/** A configuration file for `curl --config -`: everything of the request, also what must not be seen in a process list. */
export function curlConfig(request: CurlRequest): string {
  const lines = [
    "silent",
    "show-error",
    "include",
    "http1.1",
    option("url", request.url),
    ...(request.method === "HEAD" ? ["head"] : [option("request", request.method)]),
    option("max-time", String(Math.max(1, request.timeout))),
    ...(request.insecure ? ["insecure"] : []),
    ...Object.entries(request.headers).map(([name, value]) =>
      option("header", `${name}: ${value}`),
    ),
    ...(request.body === undefined
      ? []
      : [option("data-raw", new TextDecoder().decode(request.body))]),
  ];
  return `${lines.join("\n")}\n`;
}

function option(name: string, value: string): string {
  const text = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `${name} = "${text}"`;
}

/** Statuses of curl with which nothing was sent: no such name, no connection, no trust in the server. */
const NOT_SENT: ReadonlySet<number> = new Set([3, 5, 6, 7, 35, 51, 53, 54, 58, 59, 60, 66, 77, 83]);

/** Reads what `--include` printed: header lines, an empty line, the body; interim answers come before. */
export function parseCurl(code: number, stdout: Uint8Array, stderr: Uint8Array): HttpAnswer {
  const reason = new TextDecoder().decode(stderr).trim() || `curl ended with status ${code}`;
  if (code !== 0) return { kind: NOT_SENT.has(code) ? "refused" : "broken", reason };
  let rest: Buffer = Buffer.from(stdout);
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    const [first = "", ...lines] = rest
      .subarray(0, Math.max(0, end))
      .toString("latin1")
      .split("\r\n");
    const found = /^HTTP\/[\d.]+ (\d{3}) ?(.*)$/.exec(first);
    if (end < 0 || found === null) return { kind: "broken", reason: "the answer is not HTTP" };
    rest = rest.subarray(end + 4);
    const status = Number(found[1]);
    if (status < 200) continue;
    const headers: { [name: string]: string } = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
    }
    return { kind: "answered", status, reason: found[2] ?? "", headers, body: rest };
  }
}
