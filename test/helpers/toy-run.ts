import { endRun, lookBeforeChanging, resumeAnswered } from "../../src/engine/begin.ts";
import type { Ending } from "../../src/engine/begin.ts";
import type { StopWish } from "../../src/engine/execute.ts";
import type { End } from "../../src/engine/decide.ts";
import { execute } from "../../src/engine/execute.ts";
import { fold, started } from "../../src/engine/fold.ts";
import { lockHosts } from "../../src/engine/host-lock.ts";
import { buildProgram } from "../../src/engine/program.ts";
import { recordTo } from "../../src/engine/recording.ts";
import { resumeRun } from "../../src/engine/resuming.ts";
import type { Question, Running } from "../../src/engine/running.ts";
import { touchedHosts } from "../../src/engine/standing.ts";
import { createRenderer } from "../../src/cli/renderer.ts";
import { batchesOf, healthyOf } from "../../src/cli/batches.ts";
import { createRedactor } from "../../src/lib/redact.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { HostId } from "../../src/model/ids.ts";
import { hostId, runId } from "../../src/model/ids.ts";
import type { JournalEntry, JournalLine } from "../../src/model/journal-entry.ts";
import { JournalFailure, resumedBy } from "../../src/model/journal-entry.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Playbook } from "../../src/model/playbook.ts";
import type { OpenSpan, RunSpec } from "../../src/model/run-spec.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { validateParams } from "../../src/playbook/validate.ts";
import type { World } from "./toy-steps.ts";
import { toySteps } from "./toy-steps.ts";

/** A clock on which waiting takes no time. */
/** Sleeping takes no time. `leap` is what happens when somebody sets the clock of the machine. */
export function quickClock(): Clock & { leap(ms: number): void } {
  let now = Date.UTC(2026, 10, 22, 2, 0, 0);
  let apart = 0;
  return {
    now: () => (now += 1) + apart,
    ticks: () => (now += 1),
    leap: (ms) => void (apart += ms),
    sleep: async (ms) => {
      now += ms;
      await Promise.resolve();
    },
  };
}

export const NEVER_STOPPED: StopWish = { level: 0, raised: () => new Promise(() => undefined) };

export interface ToyOptions {
  readonly hosts: readonly string[];
  readonly selected?: readonly string[];
  readonly forks?: number;
  readonly window?: OpenSpan;
  readonly expectedMs?: { readonly [host: string]: number };
}

export function toySpec(playbook: Playbook, text: string, options: ToyOptions): RunSpec {
  const fleet = options.hosts.map(hostId);
  const hosts = (options.selected ?? options.hosts).map(hostId);
  const { rollout } = playbook;
  return {
    run: runId("RUN-toy"),
    source: { file: "toy.yaml", text, sha256: "" },
    folders: [],
    inputs: {},
    hosts,
    fleet,
    mode: rollout.mode,
    ...batchesOf(hosts, rollout, rollout.mode),
    forks: options.forks ?? rollout.forks,
    ...healthyOf(fleet, rollout, rollout.mode),
    onFailure: rollout.onFailure,
    ...(options.window && { window: options.window }),
    ...(options.expectedMs && { expectedMs: options.expectedMs }),
    scopes: Object.fromEntries(
      fleet.map((host) => [
        host,
        [
          { trusted: false, values: { inventory_hostname: host } },
          { trusted: true, values: {} },
        ],
      ]),
    ),
    fleetScope: [{ trusted: true, values: {} }],
    groups: {},
    addresses: {},
    inventory: [],
    connection: {},
    who: "somebody@somewhere",
  };
}

const loadedOnce = new Map<string, Playbook>();

export function toyPlaybook(text: string): Playbook {
  const known = loadedOnce.get(text);
  if (known) return known;
  const { playbook, problems } = loadPlaybook(text, "toy.yaml", toySteps);
  if (!playbook) throw new Error(problems.map((p) => `${p.at?.line}: ${p.summary}`).join("\n"));
  loadedOnce.set(text, playbook);
  return playbook;
}

/** Where a controller dies: before or after a journal line is on disk, or when an effect has happened. Both count from 1. */
export type Death =
  { readonly line: number; readonly when: "before" | "after" } | { readonly effect: number };

/** What else a controller may be born with. */
export interface Fate {
  /** Called when a line is on disk, before anybody hears of it. */
  readonly onLine?: (line: number) => void;
  /** Asked before every line: there is no room for it. */
  readonly isFull?: () => boolean;
  readonly ask?: (question: Question) => Promise<string | undefined>;
  readonly gatherFacts?: Running["gatherFacts"];
  /** Who sits at this controller, where it is not who began the run. */
  readonly who?: string;
}

/** A controller's life: it appends to `lines` until it dies. */
export function controller(
  world: World,
  spec: RunSpec,
  playbook: Playbook,
  lines: JournalLine[],
  clock: Clock,
  death?: Death,
  fate: Fate = {},
): Running {
  const state = fold(lines) ?? started(spec);
  let dead = false;
  const die = (): void => {
    dead = true;
    world.isControllerDead = true;
  };
  world.isControllerDead = false;
  world.happened = (effects) => {
    if (death && "effect" in death && death.effect === effects) die();
  };
  const dies = (seq: number, when: "before" | "after"): boolean =>
    death !== undefined && "line" in death && death.line === seq && death.when === when;
  world.written = () => lines.length;
  const journalled = async (entry: JournalEntry): Promise<JournalLine> => {
    await Promise.resolve();
    const seq = lines.length + 1;
    if (dies(seq, "before")) die();
    if (dead || fate.isFull?.()) throw killed();
    const line: JournalLine = JSON.parse(
      JSON.stringify({ seq, at: clock.now(), entry }),
    ) as JournalLine;
    lines.push(line);
    if (dies(seq, "after")) die();
    if (dead) throw killed();
    if (entry.type === "planned") world.planned = true;
    fate.onLine?.(seq);
    return line;
  };
  const recording = recordTo({ append: journalled }, state, new AbortController().signal);
  return {
    program: buildProgram({ spec, playbook }),
    state,
    who: fate.who ?? spec.who,
    append: async (entry) => void (await recording.append(entry)),
    transport: world.hosts.transport(),
    steps: toySteps,
    readOnlySteps: new Map(),
    renderer: createRenderer({
      vault: { decrypt: () => ({ problems: [] }) },
      redactor: createRedactor(),
      folders: [],
      hosts: [],
      scopeOf: () => undefined,
    }),
    dns: { soa: () => Promise.resolve([]) },
    files: world.files(),
    clock,
    signal: recording.signal,
    factsOf: new Map(),
    checkParams: validateParams,
    gatherFacts: fate.gatherFacts ?? (() => Promise.resolve({})),
    ...(fate.ask && { ask: fate.ask }),
    emit: () => undefined,
  };
}

function killed(): JournalFailure {
  return new JournalFailure({
    code: "journal/killed",
    severity: "error",
    summary: "the controller was killed",
  });
}

export type Applied =
  | { readonly kind: "ended"; readonly ending: Ending }
  | { readonly kind: "refused"; readonly plan: Plan | undefined }
  | { readonly kind: "killed" };

/** What `apply` does, without a terminal. */
export async function applyToy(running: Running, wish: StopWish = NEVER_STOPPED): Promise<Applied> {
  const { spec } = running.state;
  return unlessKilled(async () => {
    await running.append({
      type: "run-started",
      format: 2,
      run: spec.run,
      version: "0",
      playbook: "toy",
      who: spec.who,
      hosts: spec.hosts,
      spec,
    });
    const beginning = await lookBeforeChanging(running, { lock: "take" });
    if (beginning.kind === "locked") return { kind: "refused", plan: undefined };
    if (beginning.plan.refusals.length > 0) return { kind: "refused", plan: beginning.plan };
    await running.append({ type: "planned", pins: beginning.plan.pins });
    return goOn(running, wish);
  });
}

/** What `resume` does. */
export async function resumeToy(
  running: Running,
  wish: StopWish = NEVER_STOPPED,
  only?: readonly HostId[],
): Promise<Applied> {
  return unlessKilled(async () => {
    await running.append(resumedBy("somebody", only));
    const { lockedHosts, spec } = running.state;
    await lockHosts(running, lockedHosts.length > 0 ? lockedHosts : spec.hosts);
    const { end } = await resumeRun(running, wish, []);
    return end === undefined ? { kind: "refused", plan: undefined } : endToy(running, end);
  });
}

/** What `resume --answer` does. */
export async function answerToy(running: Running, answer: string): Promise<Applied> {
  return unlessKilled(async () => {
    await resumeAnswered(running, answer, "somebody");
    await lockHosts(running, running.state.lockedHosts);
    return goOn(running, NEVER_STOPPED);
  });
}

/** What `rollback` does. */
export async function rollbackToy(
  running: Running,
  only?: readonly HostId[],
  wish: StopWish = NEVER_STOPPED,
): Promise<Applied> {
  return unlessKilled(async () => {
    await running.append(resumedBy("somebody"));
    const touched = touchedHosts(running.state);
    const hosts = only ? touched.filter((host) => only.includes(host)) : touched;
    await lockHosts(running, hosts);
    await running.append({
      type: "rollback-begun",
      hosts,
      whole: touched.every(
        (host) => hosts.includes(host) || running.state.lanes.get(host)?.back?.standing === "back",
      ),
      why: "asked for",
      who: "somebody",
    });
    return goOn(running, wish);
  });
}

async function goOn(running: Running, wish: StopWish): Promise<Applied> {
  return endToy(running, await execute(running, wish));
}

async function endToy(running: Running, end: End): Promise<Applied> {
  if (end.kind === "stopped" && end.why === "journal") return { kind: "killed" };
  return { kind: "ended", ending: await endRun(running, end) };
}

async function unlessKilled(work: () => Promise<Applied>): Promise<Applied> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof JournalFailure) return { kind: "killed" };
    throw error;
  }
}
