import { parseDuration } from "../../lib/duration.ts";
import { sh } from "../../model/command.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { defineReading, StepProblem, type Sighting, type StepTools } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { demand } from "../ask.ts";

interface Params {
  readonly at_most: string | number;
}

/** How far the host's clock is ahead of the controller's, give or take. All in milliseconds. */
type Seen = { readonly ahead: number; readonly give_or_take: number };

type Seeing = Sighting<Params, Seen>;

export const step = defineReading<Params, Seen>({
  name: "clock_skew",
  summary: "Fails where clocks are apart",
  description: `Compares the clocks of the hosts with each other: each is read over the connection and measured against the controller's
clock, half of the round trip being what cannot be known. A host fails when its clock is certainly further from the others than
allowed; of two hosts that disagree both fail. With one host, its clock is compared with the controller's. A controller whose own
clock is wrong harms nobody.`,
  where: "host",
  shorthand: "at_most",
  params: {
    at_most: {
      type: ["string", "number"],
      required: true,
      description: "How far apart clocks may be; a number is seconds.",
      examples: ["1s", "250ms"],
    },
  },
  examples: [{ title: "Before data is merged by time", yaml: "- clock_skew: { at_most: 1s }\n" }],
  reads: () => [],
  async observe(host, params, tools) {
    const limit = limitOf(params);
    let best = await measure(host, tools);
    // A slow answer can be bad luck: the quickest of a few tries knows most.
    for (let tries = 1; tries < 4 && best.give_or_take > limit / 4; tries++) {
      const next = await measure(host, tools);
      if (next.give_or_take < best.give_or_take) best = next;
    }
    return best;
  },
  judge(sightings, view) {
    const judged = sightings.filter((one) => view.judged.has(one.host));
    const [only] = judged;
    const alone = judged.length === 1 && only !== undefined;
    const blamed = alone ? undefined : hostsApart(judged);
    return sightings.map((one) => {
      const limit = limitOf(one.params);
      if (one.seen.give_or_take > limit) return { kind: "fails", diagnostic: tooSlow(one) };
      const others = alone && one === only ? apartFromController(one) : blamed?.get(one);
      if (others === undefined || others.length === 0) return { kind: "holds" };
      return { kind: "fails", diagnostic: apart(one, others) };
    });
  },
});

async function measure(host: HostReader, tools: StepTools): Promise<Seen> {
  const sent = tools.clock.now();
  const { out } = await demand(host, sh`date +%s.%N`);
  const came = tools.clock.now();
  const found = /^(\d+)\.(\d*)/.exec(out);
  if (found === null) {
    throw new StepProblem("failed", {
      code: "step/clock",
      severity: "error",
      summary: `the host's date says "${out.trim().slice(0, 60)}" instead of seconds`,
    });
  }
  const [, seconds = "", fraction = ""] = found;
  // Where date does not know %N, the second is only known to have begun.
  const fine = fraction !== "";
  const there = Number(seconds) * 1000 + (fine ? Number(`0.${fraction}`) * 1000 : 500);
  const ahead = Math.round(there - (sent + came) / 2);
  return { ahead, give_or_take: Math.ceil((came - sent) / 2) + (fine ? 1 : 500) };
}

/** What each host is certainly too far from. */
function hostsApart(judged: readonly Seeing[]): ReadonlyMap<Seeing, readonly string[]> {
  const far = new Map<Seeing, Seeing[]>(
    judged.map((one) => [one, judged.filter((other) => areApart(one, other))]),
  );
  // Whoever is apart from most others is wrong; where there is no such host, all that disagree are suspects.
  const most = judged.filter((one) => (far.get(one)?.length ?? 0) * 2 > judged.length - 1);
  const suspects = most.length > 0 ? most : judged;
  return new Map(
    suspects.map((one) => [
      one,
      (far.get(one) ?? []).map((other) => `${apartBy(one, other)} ${other.host}`),
    ]),
  );
}

function areApart(one: Seeing, other: Seeing): boolean {
  const unsure = one.seen.give_or_take + other.seen.give_or_take;
  return Math.abs(one.seen.ahead - other.seen.ahead) - unsure > limitOf(one.params);
}

function apartBy(one: Seeing, other: Seeing): string {
  const by = one.seen.ahead - other.seen.ahead;
  return `${Math.abs(by) / 1000} s ${by > 0 ? "ahead of" : "behind"}`;
}

function apartFromController(one: Seeing): readonly string[] {
  const { ahead, give_or_take: unsure } = one.seen;
  if (Math.abs(ahead) - unsure <= limitOf(one.params)) return [];
  return [`${Math.abs(ahead) / 1000} s ${ahead > 0 ? "ahead of" : "behind"} the controller`];
}

function apart(one: Seeing, others: readonly string[]): Diagnostic {
  return {
    code: "step/clock-skew",
    severity: "error",
    summary: `the clock is ${others[0] ?? "apart"}; ${String(one.params.at_most)} is allowed`,
    hint: "Look whether time is synchronized: `timedatectl`, `chronyc tracking`.",
    ...(others.length > 1 ? { detail: others.slice(1) } : {}),
  };
}

function tooSlow(one: Seeing): Diagnostic {
  return {
    code: "step/clock-unmeasurable",
    severity: "error",
    summary: `the clock is only known to ± ${one.seen.give_or_take / 1000} s; ${String(one.params.at_most)} is allowed`,
    hint: "The connection is too slow, or the host's date knows whole seconds only. Allow more, or measure on the hosts.",
  };
}

function limitOf({ at_most }: Params): number {
  const limit = parseDuration(String(at_most));
  if (limit !== undefined) return limit;
  throw new StepProblem("failed", {
    code: "step/bad-params",
    severity: "error",
    summary: `"${at_most}" is not a duration`,
    hint: "Write a number with a unit, for example 1s or 250ms.",
  });
}
