/** The variables that a host-task sees, lowest precedence first. Nothing that a host said is ever a template (S1). */
import { asText } from "../lib/as-text.ts";
import type { Facts } from "../model/facts.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey, taskId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Task } from "../model/playbook.ts";
import { NoAnswer } from "../model/rendering.ts";
import type { TemplateFunctions } from "../model/rendering.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import type { Scope, Value, ValueMap, VariableLayer } from "../model/value.ts";
import { laneOf } from "./fold.ts";
import { itemsOf, unit } from "./lane-next.ts";
import type { Program } from "./program.ts";

export interface LoopItem {
  readonly index: number;
  readonly value: Json;
}

/** The loop item that a host-task is for. */
export function itemOf(state: RunState, of: HostTask): LoopItem | undefined {
  if (of.item === undefined) return undefined;
  return { index: of.item, value: itemsOf(state, of)[of.item] ?? null };
}

const EMPTY: ValueMap = {};

export function scopeOf(
  program: Program,
  state: RunState,
  host: HostId,
  task: Task,
  more: {
    readonly facts?: Facts | undefined;
    readonly item?: LoopItem | undefined;
    readonly unknown?: ValueMap;
  },
): Scope {
  const { spec } = state;
  const base = host === FLEET ? spec.fleetScope : (spec.scopes[host] ?? spec.fleetScope);
  const extra = base.at(-1);
  const lane = laneOf(state, host);
  const layers: VariableLayer[] = [];
  if (more.facts) layers.push(plain(underAnsibleNames(more.facts)));
  layers.push(...base.slice(0, -1));
  layers.push(plain(Object.fromEntries(lane.facts)));
  layers.push(plain(registeredValues(program, state, lane)));
  if (more.unknown) layers.push(plain(more.unknown));
  if (Object.keys(task.vars).length > 0) layers.push({ trusted: true, values: task.vars });
  if (more.item && task.loop) layers.push(plain(loopVariables(task.loop, more.item)));
  layers.push(plain(magic(state)));
  if (extra) layers.push(extra);
  return layers;
}

function plain(values: ValueMap): VariableLayer {
  return { trusted: false, values };
}

function underAnsibleNames(facts: Facts): ValueMap {
  const named: Record<string, Value> = { ansible_facts: facts };
  for (const [name, value] of Object.entries(facts)) named[`ansible_${name}`] = value;
  return named;
}

function loopVariables(loop: NonNullable<Task["loop"]>, item: LoopItem): ValueMap {
  return {
    [loop.variable]: item.value,
    ...(loop.indexVariable !== undefined && { [loop.indexVariable]: item.index }),
  };
}

function magic(state: RunState): ValueMap {
  const { spec } = state;
  return {
    groups: spec.groups as ValueMap,
    ansible_play_hosts: spec.hosts,
    ansible_play_hosts_all: spec.hosts,
    play_hosts: spec.hosts,
    playbook_dir: spec.folders[0] ?? ".",
  };
}

/** What `register:` has kept on this host; what the fleet registered is seen by every host. */
function registeredValues(program: Program, state: RunState, lane: Lane): ValueMap {
  if (program.registering.length === 0) return EMPTY;
  const values: Record<string, Json> = {};
  const lanes = lane.host === FLEET ? [lane] : [laneOf(state, FLEET), lane];
  for (const from of lanes) {
    for (const task of program.registering) {
      const value = registeredBy(from, task);
      if (value !== undefined && task.register !== undefined) values[task.register] = value;
    }
  }
  return values;
}

export function registeredBy(lane: Lane, task: Task): Json | undefined {
  const items = task.loop ? lane.items.get(task.id) : undefined;
  if (!items) return lane.tasks.get(hostTaskKey(unit(lane, task)))?.registered;
  const all = items.map((value, item): JsonObject => ({
    ...objectOf(lane.tasks.get(hostTaskKey({ ...unit(lane, task), item }))?.registered),
    item: value,
    ansible_loop_var: task.loop?.variable ?? "item",
  }));
  if (all.every((one) => one["failed"] === undefined && one["changed"] === undefined))
    return undefined;
  return {
    results: all,
    changed: all.some((one) => one["changed"] === true),
    failed: all.some((one) => one["failed"] === true),
    skipped: all.length > 0 && all.every((one) => one["skipped"] === true),
  };
}

export function objectOf(value: Json | undefined): JsonObject {
  if (value === undefined) return {};
  return typeof value === "object" && value !== null && !isList(value) ? value : { value };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** `record('id')`: what the journal kept before that task changed this host. */
export function journalFunctions(
  { tasks }: Program,
  state: RunState,
  host: HostId,
): TemplateFunctions {
  return {
    record: ([name]) => {
      const id = taskId(asText(name));
      for (const { of, undo } of laneOf(state, host).tasks.values()) {
        if (of.task === id && undo?.kind === "reversible") return undo.record;
      }
      throw tasks.has(id)
        ? new NoAnswer("not-yet", `"${id}" has not changed ${host} in this run`)
        : new NoAnswer("never", `the playbook has no task with the id "${id}"`);
    },
  };
}
