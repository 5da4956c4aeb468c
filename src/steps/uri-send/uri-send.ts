import { defineChanging } from "../../model/step.ts";
import { exchange, URI_PARAMS, wrongStatus, type UriParams } from "../_uri/exchange.ts";

interface Params extends UriParams {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
}

export const step = defineChanging<Params, never>({
  name: "uri.send",
  summary: "Sends a web server something that changes it, from the host",
  description: `Like \`uri\`, for methods that change something: it is done once, is not done in plans, and is recorded before it is sent. A connection
that is lost after the request was sent leaves the task in doubt, and it is never sent a second time by itself.

Nobody knows how to take it back: give the task \`inverse:\`, or \`inverse: none\` where there is nothing to take back.`,
  where: "host",
  idempotent: false,
  jobless: true,
  cancel: "leave",
  params: {
    ...URI_PARAMS,
    method: {
      type: "string",
      enum: ["POST", "PUT", "PATCH", "DELETE"],
      default: "POST",
      description: "The HTTP method.",
    },
  },
  examples: [
    {
      title: "Take a server out of a load balancer, and put it back on the way back",
      yaml: `- uri.send:
    url: http://lb.example.net/api/pool/{{ inventory_hostname }}
    method: PUT
    body: { enabled: false }
    body_format: json
  inverse:
    uri.send:
      url: http://lb.example.net/api/pool/{{ inventory_hostname }}
      method: PUT
      body: { enabled: true }
      body_format: json
`,
    },
  ],
  reads: () => [],
  touches: () => ["*"],
  async check(_host, params) {
    const change = { what: "send", before: null, after: `${params.method} ${params.url}` };
    return { kind: "pending", changes: [change], undo: { kind: "no-inverse" } };
  },
  async apply(host, params) {
    const result = await exchange(host, params, params.method, (command, options) =>
      host.change(command, options),
    );
    const diagnostic = wrongStatus(params, result);
    if (diagnostic === undefined) {
      return { kind: "done", changed: true, after: null, result: { ...result, changed: true } };
    }
    // Nobody listened: nothing was sent. A connection that broke afterwards says nothing.
    if (result["sent"] === true && result["status"] === -1) return { kind: "in-doubt", diagnostic };
    return { kind: "failed", diagnostic, result };
  },
  undo: async () => ({ kind: "already" }),
});
