import { choice, text } from "./frame-words.ts";
import { type JsonSchema } from "./step-schema.ts";

/** Seconds below this would be felt by a server. */
export const SHORTEST_EVERY_MS = 50;

export const watchDnsSchema: JsonSchema = {
  title: "watch_dns",
  type: "object",
  description:
    "Every server is asked for SOAs a few times a second while the run goes on; the report shows when it was silent. It changes nothing, and never stops or fails a run.",
  properties: {
    zones: {
      type: ["string", "array"],
      items: { type: "string", minLength: 1 },
      minItems: 1,
      minLength: 1,
      description:
        "`all`, the default, for some of the zones that each server lists when the watch begins, or a list of names that every server has.",
      examples: ["all", ["example.org", "example.net"]],
    },
    server: text(
      "Address to ask. By default the address of the host, and 127.0.0.1 when the question goes through the host.",
    ),
    port: { type: "integer", minimum: 1, maximum: 65535, description: "Port to ask.", default: 53 },
    via: choice(
      ["auto", "direct", "ssh"],
      "`direct` asks from this machine by UDP, `ssh` through the host by TCP, `auto` the way that first answers.",
    ),
    every: {
      type: ["number", "string"],
      minimum: 0.05,
      pattern: String.raw`^\s*(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d)\s*)+)\s*$`,
      $comment: "a duration such as 200ms or 1s",
      default: "200ms",
      description:
        "Time between two questions to one server, at least 50ms; longer where all servers together would be asked more than 400 times a second.",
    },
    control: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      description:
        "How to call `pdns_control`, for `zones: all`; a named instance wants another one.",
    },
  },
  additionalProperties: false,
};
