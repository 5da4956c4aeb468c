// One HTTP exchange from the host, registered under the names of Ansible's uri.
import { sh, withStdin, type Command } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import type { SchemaFor } from "../../model/schema.ts";
import { StepProblem } from "../../model/step.ts";
import type { CommandResult, HostReader } from "../../model/transport.ts";
import { badParams } from "../_command/run.ts";
import { httpThroughHost, type HttpAnswer } from "../http-dial.ts";
import { curlConfig, parseCurl } from "./curl.ts";

export interface UriParams {
  readonly url: string;
  readonly headers: { readonly [name: string]: string | number };
  readonly body?: Json;
  readonly body_format: "json" | "raw" | "form-urlencoded";
  readonly status_code: number | readonly number[];
  readonly return_content: boolean;
  readonly timeout: number;
  readonly validate_certs: boolean;
  readonly url_username?: string;
  readonly url_password?: string;
}

export const URI_PARAMS: SchemaFor<UriParams> = {
  url: {
    type: "string",
    required: true,
    pattern: "^https?://[^\\s]+$",
    description: "The address, as the host sees it.",
  },
  headers: {
    type: "object",
    default: {},
    additionalProperties: { type: ["string", "number"] },
    description: "Header lines to send.",
  },
  body: {
    type: ["string", "number", "boolean", "null", "array", "object"],
    description: "What to send.",
  },
  body_format: {
    type: "string",
    enum: ["raw", "json", "form-urlencoded"],
    default: "raw",
    description: "How `body` is written: as it is, as JSON, or as a form.",
  },
  status_code: {
    type: ["integer", "array"],
    items: { type: "integer" },
    default: 200,
    description: "The status that is expected, or a list of them.",
  },
  return_content: {
    type: "boolean",
    default: false,
    description:
      "Whether the body of the answer is registered as `content`; JSON is registered as `json` anyway.",
  },
  timeout: { type: "number", default: 30, minimum: 0, description: "At most so many seconds." },
  validate_certs: {
    type: "boolean",
    default: true,
    description: "Whether the certificate of an `https` server has to be valid.",
  },
  url_username: { type: "string", description: "User name for basic authentication." },
  url_password: { type: "string", secret: true, description: "Password for basic authentication." },
};

/** How curl is started: a read may be repeated after a lost connection, a change never is. */
export type Run = (
  command: Command,
  options: { readonly timeoutMs: number },
) => Promise<CommandResult>;

/** Registered: `status` is -1 where no whole answer came; `sent` says whether a request may have arrived. */
export async function exchange(
  host: HostReader,
  params: UriParams,
  method: string,
  run: Run,
): Promise<JsonObject> {
  const url = parsedUrl(params.url);
  const { bytes, type } = bodyOf(params);
  const headers = headersOf(params, type);
  const timeoutMs = params.timeout * 1000;
  const answer =
    url.protocol === "https:"
      ? await throughCurl(run, { url, method, headers, bytes, params })
      : await httpThroughHost(host, {
          address: url.hostname.replaceAll(/^\[|\]$/g, ""),
          port: Number(url.port || 80),
          method,
          path: `${url.pathname}${url.search}`,
          headers: { host: url.host, ...headers },
          ...(bytes === undefined ? {} : { body: bytes }),
          timeoutMs,
        });
  return registered(params, answer);
}

/** Why the answer is not what was expected; undefined when it is. */
export function wrongStatus(params: UriParams, seen: JsonObject): Diagnostic | undefined {
  const expected = [params.status_code].flat();
  const status = typeof seen["status"] === "number" ? seen["status"] : -1;
  if (expected.includes(status)) return undefined;
  const msg = typeof seen["msg"] === "string" ? seen["msg"] : "";
  const text = typeof seen["text"] === "string" ? seen["text"] : "";
  const got = status === -1 ? msg : `status ${status}${msg === "" ? "" : ` (${msg})`}`;
  const detail = text.split("\n").filter((line) => line.trim() !== "");
  return {
    code: "step/http-status",
    severity: "error",
    summary: `${withoutUser(params.url)} gave ${got}, expected ${expected.join(" or ")}`,
    ...(detail.length === 0 ? {} : { detail: detail.slice(0, 8) }),
  };
}

interface CurlRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly bytes: Uint8Array | undefined;
  readonly params: UriParams;
}

async function throughCurl(run: Run, request: CurlRequest): Promise<HttpAnswer> {
  const { params } = request;
  const config = curlConfig({
    url: params.url,
    method: request.method,
    headers: request.headers,
    ...(request.bytes === undefined ? {} : { body: request.bytes }),
    insecure: !params.validate_certs,
    timeout: params.timeout,
  });
  // The configuration goes by standard input: it may hold passwords.
  const command = sh`if command -v curl >/dev/null; then curl --config -; else exit 127; fi`;
  const ended = await run(withStdin(sh`( ${command} )`, config), {
    timeoutMs: (params.timeout + 5) * 1000,
  });
  if (ended.kind !== "exited") return { kind: "broken", reason: "no answer from the host" };
  if (ended.code === 127) {
    throw new StepProblem("failed", {
      code: "step/no-curl",
      severity: "error",
      summary: `${withoutUser(params.url)} needs curl on the host, and it is not there`,
      hint: "Install curl on the host, or ask the server with plain http.",
    });
  }
  return parseCurl(ended.code, ended.stdout, ended.stderr);
}

function registered(params: UriParams, answer: HttpAnswer): JsonObject {
  const common = { changed: false, url: withoutUser(params.url) };
  if (answer.kind !== "answered") {
    return { ...common, status: -1, msg: answer.reason, sent: answer.kind === "broken" };
  }
  const { status, reason, headers, body } = answer;
  const text = new TextDecoder().decode(body);
  const named = Object.entries(headers).map(([name, value]): [string, string] => [
    name.replaceAll("-", "_"),
    value,
  ]);
  const json = /\bjson\b/.test(headers["content-type"] ?? "") ? parsedJson(text) : undefined;
  return {
    ...Object.fromEntries(named),
    ...common,
    status,
    msg: reason,
    sent: true,
    ...(json === undefined ? {} : { json }),
    ...(params.return_content ? { content: text } : {}),
    // For the diagnostic of a wrong status only.
    ...([params.status_code].flat().includes(status) ? {} : { text: text.slice(0, 2000) }),
  };
}

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function parsedUrl(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw badParams(`"${withoutUser(url)}" is not an address`, "Write it as http://host:port/path.");
}

function bodyOf({ body, body_format }: UriParams): { bytes?: Uint8Array; type?: string } {
  if (body === undefined) return {};
  const encode = (text: string) => new TextEncoder().encode(text);
  switch (body_format) {
    case "json": {
      // As Ansible has it: a text is taken for JSON that is written already.
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return { bytes: encode(text), type: "application/json" };
    }
    case "raw":
      return { bytes: encode(typeof body === "string" ? body : JSON.stringify(body)) };
    case "form-urlencoded": {
      const type = "application/x-www-form-urlencoded";
      if (typeof body === "string") return { bytes: encode(body), type };
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw badParams("a form is a mapping of names and values", "Write `body:` as a mapping.");
      }
      const pairs = Object.entries(body).flatMap(([name, value]) =>
        [value as Json].flat().map((one): [string, string] => [name, textOf(one as Json)]),
      );
      return { bytes: encode(new URLSearchParams(pairs).toString()), type };
    }
  }
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function headersOf(params: UriParams, type: string | undefined): { [name: string]: string } {
  const written = Object.entries(params.headers).map(([name, value]): [string, string] => {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\r\n]/.test(String(value))) {
      throw badParams(
        `"${name}" is not a header line`,
        "Names hold no spaces, values no newlines.",
      );
    }
    return [name.toLowerCase(), String(value)];
  });
  const { url_username: user, url_password: password } = params;
  const basic = Buffer.from(`${user ?? ""}:${password ?? ""}`).toString("base64");
  return {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(user === undefined ? {} : { authorization: `Basic ${basic}` }),
    ...Object.fromEntries(written),
  };
}

function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/, "$1");
}
