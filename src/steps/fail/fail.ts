import type { JsonObject } from "../../model/json.ts";
import { defineReading } from "../../model/step.ts";

interface Params {
  readonly msg: string;
}

export const step = defineReading<Params, JsonObject>({
  name: "fail",
  summary: "Fails with a message",
  description:
    "Stops the host with a message of your own; meant to be used with `when:`. In a plan it is judged like any other gate.",
  where: "controller",
  shorthand: "msg",
  params: {
    msg: {
      type: "string",
      default: "Failed as requested from task",
      description: "What to say. Say what is wrong and what to do next.",
    },
  },
  examples: [
    {
      title: "Refuse to go on with a forbidden combination",
      yaml: `- fail: { msg: "mode window needs a window span" }
  when: rollout_mode == 'window' and window is not defined
`,
    },
  ],
  reads: () => [],
  observe: async (_host, params) => ({ msg: params.msg }),
  judge: (sightings) =>
    sightings.map(({ params }) => ({
      kind: "fails",
      diagnostic: { code: "step/failed-as-asked", severity: "error", summary: params.msg },
      final: true,
    })),
});
