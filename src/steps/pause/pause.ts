import type { JsonObject } from "../../model/json.ts";
import { clockTime } from "../../lib/clock-time.ts";
import { defineReading } from "../../model/step.ts";

interface Params {
  readonly seconds?: number;
  readonly minutes?: number;
  readonly prompt?: string;
}

export const step = defineReading<Params, JsonObject>({
  name: "pause",
  summary: "Waits for a while",
  description: `Waits the given time; an operator who insists on stopping ends it at once. Waiting for something to become true is
better said with \`wait:\` at a gate. Waiting for a person is not a pause: end the phase with \`rest: true\`, stop there, and go on
with \`runbook resume\`.`,
  where: "controller",
  inPlan: "skip",
  params: {
    seconds: { type: "number", minimum: 0, description: "How many seconds." },
    minutes: { type: "number", minimum: 0, description: "How many minutes, on top of `seconds`." },
    prompt: { type: "string", description: "What to say while waiting." },
  },
  examples: [
    { title: "Let caches run out", yaml: "- pause: { minutes: 5, prompt: waiting for the TTL }\n" },
  ],
  reads: () => [],
  async observe(_host, params, tools) {
    const seconds = (params.seconds ?? 0) + (params.minutes ?? 0) * 60;
    const asked = params.seconds !== undefined || params.minutes !== undefined;
    const start = tools.clock.ticks();
    if (asked) {
      const until = clockTime(tools.clock.now() + seconds * 1000, "seconds");
      tools.say(`${params.prompt ?? `pausing for ${seconds} s`} (until ${until})`);
      await tools.clock.sleep(seconds * 1000, tools.signal);
    }
    const delta = Math.round((tools.clock.ticks() - start) / 1000);
    return { delta, asked, changed: false };
  },
  judge: (sightings) =>
    sightings.map(({ seen }) =>
      seen["asked"] === true
        ? { kind: "holds" }
        : {
            kind: "fails",
            final: true,
            diagnostic: {
              code: "step/pause-for-ever",
              severity: "error",
              summary: "a pause without a time would wait for a person",
              hint: "Give it `seconds` or `minutes`; to wait for a person, end the phase with `rest: true` and go on with `runbook resume`.",
            },
          },
    ),
});
