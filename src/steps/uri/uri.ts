import type { JsonObject } from "../../model/json.ts";
import { defineReading } from "../../model/step.ts";
import { exchange, URI_PARAMS, wrongStatus, type UriParams } from "../_uri/exchange.ts";

interface Params extends UriParams {
  readonly method: "GET" | "HEAD" | "OPTIONS";
}

export const step = defineReading<Params, JsonObject>({
  name: "uri",
  summary: "Asks a web server, from the host",
  description: `Makes an HTTP request from the host itself, so 127.0.0.1 is the host's own loopback, and fails on an unexpected status. It is a gate:
it may be asked in plans and again and again with \`wait:\`, and so takes only methods that change nothing. For any other use \`uri.send\`.

\`http\` needs nothing on the host; \`https\` needs curl there.`,
  where: "host",
  params: {
    ...URI_PARAMS,
    method: {
      type: "string",
      enum: ["GET", "HEAD", "OPTIONS"],
      default: "GET",
      description: "The HTTP method. Those that change something are for `uri.send`.",
    },
  },
  examples: [
    {
      title: "Until a daemon says that it is ready",
      yaml: `- uri: { url: "http://127.0.0.1:8500/healthz" }
  wait: 2m
`,
    },
    {
      title: "An answer to use later",
      yaml: `- uri:
    url: http://127.0.0.1:8081/api/v1/servers/localhost
    headers: { X-API-Key: "{{ pdns_api_key }}" }
  register: server
`,
    },
  ],
  reads: () => ["*"],
  observe: (host, params) =>
    exchange(host, params, params.method, (command, options) => host.read(command, options)),
  judge: (sightings) =>
    sightings.map(({ params, seen }) => {
      const diagnostic = wrongStatus(params, seen);
      return diagnostic === undefined ? { kind: "holds" } : { kind: "fails", diagnostic };
    }),
});
