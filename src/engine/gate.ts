/** Reading steps: looked at, judged, and with `wait:` polled until they hold or the time is over. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { FleetView, ReadingStep, Sighting, Verdict } from "../model/step.ts";
import { StepProblem } from "../model/step.ts";
import { createLanes } from "./lanes.ts";
import { hushed } from "./no-log.ts";
import type { Prepared } from "./prepared.ts";
import { prepare, readerFor, stepOf } from "./prepared.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { fleetOf } from "./standing.ts";

/** What looking at several hosts yielded: one answer for each of them. */
export interface Look {
  readonly host: HostId;
  readonly answer:
    | { readonly kind: "seen"; readonly verdict: Verdict; readonly seen: Json }
    | { readonly kind: "problem"; readonly diagnostic: Diagnostic }
    | { readonly kind: "unreachable"; readonly diagnostic: Diagnostic };
}

// The registry forgets parameter types; records and sightings of one step only ever meet that step again.
type Reading = ReadingStep<object, Json>;

/** Looks once at every host together and judges the sightings together. */
export async function lookTogether(
  running: Running,
  task: Task,
  hosts: readonly HostId[],
  view: FleetView,
  item?: LoopItem,
): Promise<readonly Look[]> {
  const step = stepOf(running, task) as Reading;
  const lookAt = async (host: HostId): Promise<Look | Sighting<object, Json>> => {
    const preparation = await caught(() => prepare(running, host, task, item));
    if ("diagnostic" in preparation)
      return { host, answer: { ...preparation, kind: answerKind(preparation) } };
    if (preparation.kind === "unknown") {
      const diagnostic = problem(
        "engine/not-yet-known",
        `${preparation.names.join(", ")} is not known yet`,
      );
      return { host, answer: { kind: "problem", diagnostic } };
    }
    const seen = await observe(running, preparation.prepared, step);
    return "diagnostic" in seen
      ? { host, answer: { ...seen, kind: answerKind(seen) } }
      : { host, params: preparation.prepared.params, seen: seen.seen };
  };
  // Every host is asked at once, unless the task says how many may be.
  const lanes = task.throttle === undefined ? undefined : createLanes(task.throttle);
  const observed = await Promise.all(
    hosts.map((host) => (lanes ? lanes.run(() => lookAt(host)) : lookAt(host))),
  );
  const sightings = observed.filter((one): one is Sighting<object, Json> => "seen" in one);
  const verdicts = sightings.length === 0 ? [] : step.judge(sightings, view);
  return observed.map((one): Look => {
    if (!("seen" in one)) return one;
    const verdict = verdicts[sightings.indexOf(one)];
    if (!verdict) throw new Error(`${step.name} judged fewer hosts than it saw`);
    return { host: one.host, answer: { kind: "seen", verdict, seen: one.seen } };
  });
}

/** A step gave up before there was anything to judge. */
export interface Unseen {
  readonly kind: "problem" | "unreachable";
  readonly diagnostic: Diagnostic;
}

function answerKind(unseen: { readonly kind: string }): "problem" | "unreachable" {
  return unseen.kind === "unreachable" ? "unreachable" : "problem";
}

/** Runs `look` and turns a step's way of giving up into data. Anything else is a bug and passes through. */
export async function caught<T>(look: () => Promise<T>): Promise<T | Unseen> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StepProblem)) throw error;
    return {
      kind: error.kind === "unreachable" ? "unreachable" : "problem",
      diagnostic: error.diagnostic,
    };
  }
}

/** Looks once at one host with parameters that are there already. */
export async function lookAlone(running: Running, prepared: Prepared): Promise<Look> {
  const { host } = prepared.of;
  const step = prepared.step as Reading;
  const seen = await observe(running, prepared, step);
  if ("diagnostic" in seen) return { host, answer: { ...seen, kind: answerKind(seen) } };
  const sighting = { host, params: prepared.params, seen: seen.seen };
  const [verdict] = step.judge([sighting], hostView(running, host));
  if (!verdict) throw new Error(`${step.name} judged fewer hosts than it saw`);
  return { host, answer: { kind: "seen", verdict, seen: seen.seen } };
}

async function observe(
  running: Running,
  prepared: Prepared,
  step: Reading,
): Promise<{ readonly seen: Json } | Unseen> {
  if (step.where === "host") {
    const opened = await running.transport.connection(prepared.of.on).open(prepared.identity);
    if (opened.kind !== "open") return { kind: "unreachable", diagnostic: opened.diagnostic };
  }
  return caught(async () => ({
    seen: await step.observe(readerFor(running, prepared), prepared.params, prepared.tools),
  }));
}

/** What a gate came to. */
export type GateResult =
  | { readonly kind: "holds"; readonly looks: readonly Look[] }
  | { readonly kind: "fails"; readonly looks: readonly Look[]; readonly diagnostic: Diagnostic }
  | { readonly kind: "unreachable"; readonly host: HostId; readonly diagnostic: Diagnostic };

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 5000;

/** Polls: 1 s, growing to 5 s. Gives up early when waiting cannot help or the operator insists on stopping. */
export async function passGate(
  running: Running,
  task: Task,
  hosts: readonly HostId[],
  view: FleetView,
  how: { readonly waitMs?: number | undefined; readonly item?: LoopItem | undefined },
): Promise<GateResult> {
  const { waitMs, item } = how;
  const until = running.clock.ticks() + (waitMs ?? 0);
  let pause = FIRST_PAUSE;
  for (;;) {
    const looks = await lookTogether(running, task, hosts, view, item);
    const failing = looks.filter(
      ({ host, answer }) =>
        view.judged.has(host) && (answer.kind !== "seen" || answer.verdict.kind === "fails"),
    );
    if (failing.length === 0) return { kind: "holds", looks };
    const [first] = failing;
    if (!first) throw new Error("unreachable");
    const diagnostic = together(failing, view);
    const left = until - running.clock.ticks();
    const final = failing.some(
      ({ answer }) =>
        answer.kind === "seen" && answer.verdict.kind === "fails" && answer.verdict.final,
    );
    if (left <= 0 || final || running.signal.aborted) {
      if (first.answer.kind === "unreachable") {
        return { kind: "unreachable", host: first.host, diagnostic: first.answer.diagnostic };
      }
      return {
        kind: "fails",
        looks,
        diagnostic: waitMs === undefined || final ? diagnostic : waited(diagnostic, waitMs),
      };
    }
    running.emit({
      type: "waiting",
      host: first.host,
      task: task.id,
      for: hushed(task, diagnostic).summary,
      untilMs: running.clock.now() + left,
    });
    await running.clock.sleep(Math.min(pause, left), running.signal);
    pause = Math.min(LONGEST_PAUSE, pause * 1.5);
  }
}

function together(failing: readonly Look[], view: FleetView): Diagnostic {
  const diagnostics = failing.map((look) => diagnosticOf(look));
  const [first] = diagnostics;
  if (!first) throw new Error("no failing look");
  if (failing.length === 1 && view.scope === "host") return first;
  const same = diagnostics.every((d) => d.summary === first.summary);
  return {
    ...first,
    detail: same
      ? [...(first.detail ?? []), `on ${failing.map((f) => f.host).join(", ")}`]
      : failing.map((look, index) => `${look.host}: ${diagnostics[index]?.summary ?? ""}`),
  };
}

function diagnosticOf({ answer }: Look): Diagnostic {
  if (answer.kind !== "seen") return answer.diagnostic;
  if (answer.verdict.kind === "fails") return answer.verdict.diagnostic;
  throw new Error("a look that holds has no diagnostic");
}

function waited(diagnostic: Diagnostic, waitMs: number): Diagnostic {
  const seconds = Math.round(waitMs / 1000);
  return { ...diagnostic, detail: [...(diagnostic.detail ?? []), `waited ${seconds} s for it`] };
}

export function hostView(running: Running, host: HostId): FleetView {
  return { ...knownView(running), judged: new Set([host]), scope: "host" };
}

export function fleetView(running: Running, judged: readonly HostId[]): FleetView {
  return { ...knownView(running), judged: new Set(judged), scope: "fleet" };
}

function knownView(running: Running): Omit<FleetView, "judged" | "scope"> {
  const { lanes } = running.state;
  const atGoal = new Set<HostId>();
  for (const lane of lanes.values())
    // What this run has begun is on its way there, and has perhaps written where only hosts at their goal may have.
    if (lane.host !== FLEET && (lane.atGoal === true || lane.begun !== undefined))
      atGoal.add(lane.host);
  return { fleet: fleetOf(running.state), atGoal };
}
