/** A task made ready for one host and one loop item: identity, parameters, tools. */
import { asText } from "../lib/as-text.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { CONTROLLER, FLEET, hostId, hostTaskKey } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import type { Rendered } from "../model/rendering.ts";
import type { AnyStep, EarlierTask, StepTools } from "../model/step.ts";
import type { HostSession, Identity, JobScope } from "../model/transport.ts";
import type { Scope, ValueMap } from "../model/value.ts";
import { HALF_AN_HOUR, renderDurations } from "./durations.ts";
import { laneOf } from "./fold.ts";
import { hostIdentity, identityIn } from "./identity.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";
import type { LoopItem } from "./scope.ts";
import { itemOf, journalFunctions, scopeOf } from "./scope.ts";

export interface Prepared {
  readonly of: HostTask;
  readonly task: Task;
  readonly step: AnyStep;
  readonly params: JsonObject;
  readonly identity: Identity;
  readonly scope: Scope;
  readonly tools: StepTools;
  readonly waitMs: number | undefined;
}

export type Preparation =
  | { readonly kind: "ready"; readonly prepared: Prepared }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic }
  /** A plan cannot know yet: a registered value is missing. */
  | { readonly kind: "unknown"; readonly names: readonly string[] };

/** The step that a task uses; read-only commands use the reading variant. */
export function stepOf(running: Running, task: Task): AnyStep {
  if (task.action.kind === "undo") throw new Error(`${task.id} undoes a task and uses no step`);
  const name = task.action.step;
  const step =
    (task.readOnly ? running.readOnlySteps.get(name) : undefined) ?? running.steps.get(name);
  if (!step) throw new Error(`step ${name} passed validation and is not in the registry`);
  return step;
}

/** How a parameter is kept from being rendered; undefined for the usual ones. */
function templateOf(step: AnyStep, name: string): "expression" | "raw" | undefined {
  const params: { readonly [name: string]: { readonly template?: "expression" | "raw" } } =
    step.params;
  return params[name]?.template;
}

export async function variablesFor(
  running: Running,
  host: HostId,
  task: Task,
  item?: LoopItem,
  unknown?: ValueMap,
): Promise<Scope> {
  const facts =
    running.program.run.playbook.gatherFacts && host !== FLEET
      ? await factsOf(
          running,
          host,
          identityIn(running, scopeOf(running.program, running.state, host, task, {}), task),
        )
      : undefined;
  return scopeOf(running.program, running.state, host, task, {
    facts,
    item,
    ...(unknown && { unknown }),
  });
}

function factsOf(running: Running, host: HostId, identity: Identity): Promise<StepFacts> {
  let facts = running.factsOf.get(host);
  if (!facts) {
    facts = running.gatherFacts(running.transport.connection(host).session(identity));
    running.factsOf.set(host, facts);
    facts.catch(() => running.factsOf.delete(host));
  }
  return facts;
}

type StepFacts = Awaited<ReturnType<StepTools["facts"]>>;

export async function prepare(
  running: Running,
  host: HostId,
  task: Task,
  item?: LoopItem,
  unknown?: ValueMap,
): Promise<Preparation> {
  if (task.action.kind === "undo")
    throw new Error(`${task.id} undoes a task and has no parameters`);
  const step = stepOf(running, task);
  const scope = await variablesFor(running, host, task, item, unknown);
  const functions = journalFunctions(running.program, running.state, host);
  const raw: Record<string, Json> = {};
  for (const [name, value] of Object.entries(task.action.params)) {
    if (templateOf(step, name) !== undefined) {
      raw[name] = value as Json;
      continue;
    }
    const rendered = running.renderer.value(
      value,
      scope,
      task.action.places[name] ?? task.at,
      functions,
    );
    switch (rendered.kind) {
      case "rendered":
        raw[name] = rendered.value;
        break;
      case "omitted":
        break;
      case "unknown":
        return rendered;
      case "problem":
        return rendered;
    }
  }
  const checked = running.checkParams(step, raw, task);
  if (checked.value === undefined) {
    const diagnostic =
      checked.problems[0] ?? problem("engine/bad-parameters", "the parameters are not valid");
    return { kind: "problem", diagnostic };
  }
  const durations = renderDurations(running, task, scope);
  if (durations.kind === "problem") return durations;
  const begun = begunOn(running, { ...hostTaskOf(host, task, item), on: host });
  const on = begun ?? machineOf(running, host, task, step, scope);
  if (typeof on !== "string") return on;
  const of: HostTask = { ...hostTaskOf(host, task, item), on };
  const identity = identityIn(running, scope, task);
  const tools = toolsFor(running, of, task, scope, identity, durations.timeoutMs);
  const prepared: Prepared = {
    of,
    task,
    step,
    params: checked.value,
    identity,
    scope,
    tools,
    waitMs: durations.waitMs,
  };
  return { kind: "ready", prepared };
}

/**
 * Made ready to be taken back, or to be asked about its jobs: on the machine that the journal names and without its
 * parameters, because all that an undo needs is in the record (J2).
 */
export function prepareBack(running: Running, of: HostTask, task: Task): Prepared {
  const item = itemOf(running.state, of);
  const scope = scopeOf(running.program, running.state, of.host, task, { item });
  const identity = identityIn(running, scope, task);
  const durations = renderDurations(running, task, scope);
  const timeoutMs = durations.kind === "durations" ? durations.timeoutMs : HALF_AN_HOUR;
  return {
    of,
    task,
    step: stepOf(running, task),
    params: {},
    identity,
    scope,
    tools: toolsFor(running, of, task, scope, identity, timeoutMs),
    waitMs: undefined,
  };
}

function hostTaskOf(host: HostId, task: Task, item: LoopItem | undefined): Omit<HostTask, "on"> {
  return { task: task.id, ...(item && { item: item.index }), host };
}

/** What was begun on a machine is gone on with there, whatever the delegate's name renders to by now. */
function begunOn(running: Running, of: HostTask): HostId | undefined {
  const record = laneOf(running.state, of.host).tasks.get(hostTaskKey(of));
  return record !== undefined && record.attempt > 0 ? record.of.on : undefined;
}

/** The machine that changes: the delegate, the controller for steps that live there, else the host itself. */
export function machineOf(
  running: Running,
  host: HostId,
  task: Task,
  step: AnyStep,
  scope: Scope,
): HostId | Exclude<Preparation, { kind: "ready" }> {
  if (task.delegateTo !== undefined) {
    const rendered = running.renderer.value(task.delegateTo, scope, task.at);
    if (rendered.kind === "problem" || rendered.kind === "unknown") return rendered;
    const name = rendered.kind === "rendered" ? asText(rendered.value) : host;
    return name === "localhost" || name === "127.0.0.1" ? CONTROLLER : hostId(name);
  }
  return step.where === "controller" ? CONTROLLER : host;
}

/** `boot`: that of the intent; what starts no job needs none. */
export function sessionFor(
  running: Running,
  prepared: Prepared,
  attempt: number,
  boot?: string,
): HostSession {
  const { of } = prepared;
  const scope: JobScope = {
    run: running.state.spec.run,
    // With the host, although the job is on one: two hosts of an inventory may be one machine.
    hostTask: `${hostTaskKey(of)}.${attempt}`,
    ...fenceFor(running, prepared),
    ...(boot !== undefined && { boot }),
  };
  return running.transport.connection(of.on).session(prepared.identity, scope);
}

/** A job is fenced by every lock that it can see: a private one only as the user who took it. */
function fenceFor(
  running: Running,
  { of, identity }: Prepared,
): Pick<JobScope, "fencing" | "lock"> {
  const { locks, fencing } = running.state;
  const lock = locks.get(of.on);
  if (lock === undefined) return {};
  if (lock.fenced) return { fencing };
  const taker = hostIdentity(running, of.on);
  const same =
    identity.kind === taker.kind &&
    (identity.kind === "login" || (taker.kind === "become" && taker.user === identity.user));
  return same ? { fencing, lock: "private" } : {};
}

export function readerFor(running: Running, prepared: Prepared): HostSession {
  return running.transport.connection(prepared.of.on).session(prepared.identity);
}

function toolsFor(
  running: Running,
  of: HostTask,
  task: Task,
  scope: Scope,
  identity: Identity,
  timeoutMs: number,
): StepTools {
  const functions = journalFunctions(running.program, running.state, of.host);
  return {
    clock: running.clock,
    dns: running.dns,
    files: running.files,
    signal: running.signal,
    run: running.state.spec.run,
    address: running.state.spec.addresses[of.host] ?? of.host,
    pins: running.state.pins[hostTaskKey(of)],
    timeoutMs,
    render: (text, file) =>
      running.renderer.text(
        text,
        scope,
        file === undefined ? task.at : { file, line: 1, column: 1 },
      ),
    evaluate: (expression): Rendered<Json> =>
      running.renderer.value(`{{ ${expression} }}`, scope, task.at, functions),
    facts: () => factsOf(running, of.on, identity),
    earlier: (id) => earlierTask(running, of.host, id),
    record: () => {
      const undo = laneOf(running.state, of.host).tasks.get(hostTaskKey(of))?.undo;
      return undo?.kind === "reversible" ? undo.record : undefined;
    },
    say: (text) => running.emit({ type: "said", host: of.host, task: of.task, text }),
  };
}

function earlierTask(
  running: Running,
  host: HostId,
  id: HostTask["task"],
): EarlierTask | undefined {
  for (const record of laneOf(running.state, host).tasks.values()) {
    if (record.of.task !== id) continue;
    return {
      step: record.step,
      ...(record.undo?.kind === "reversible" && { record: record.undo.record }),
      ...(record.after !== undefined && { after: record.after }),
      ...(record.registered !== undefined && { result: record.registered }),
    };
  }
  return undefined;
}
