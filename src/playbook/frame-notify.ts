import { choice, text } from "./frame-words.ts";
import { type JsonSchema } from "./step-schema.ts";

const MOMENTS = ["start", "pause", "failure", "end"] as const;

export const notifySchema: JsonSchema = {
  title: "notify",
  type: "array",
  minItems: 1,
  description: "Who is told how the run goes. Telling never delays a run and never fails it.",
  items: {
    type: "object",
    title: "notify",
    properties: {
      moments: {
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: choice(
          MOMENTS,
          "`start`: it begins to change hosts. `pause`: it waits for somebody, or can be gone on with. `failure`: a host failed. `end`: it is over, or stopped by a failure.",
        ),
        description: "The moments that are told; all of them if not given.",
      },
      webhook: text("An http or https address that gets a JSON document by POST."),
      secret: text(
        "The key that the webhook's document is signed with (HMAC-SHA256). Take it from an input, which may come from a vault.",
      ),
      command: {
        type: "array",
        minItems: 1,
        items: { type: "string" },
        description:
          "A program on this machine and its arguments, without a shell; it gets the same document on standard input.",
      },
    },
    additionalProperties: false,
  },
};
