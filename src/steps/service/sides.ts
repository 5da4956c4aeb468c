import type { JsonObject } from "../../model/json.ts";
import { isRunning, isStopped, type UnitSeen } from "../_units/look.ts";
import type { UnitTarget } from "../_units/move.ts";
import { unitName } from "../_units/unit-name.ts";

export interface ServiceParams {
  readonly name: string | readonly string[];
  readonly state?: "started" | "stopped" | "restarted" | "reloaded";
  readonly enabled?: boolean;
  readonly held?: boolean;
  readonly daemon_reload?: boolean;
}

export function unitsOf(params: { readonly name: string | readonly string[] }): readonly string[] {
  const names = typeof params.name === "string" ? [params.name] : params.name;
  return [...new Set(names.map(unitName))];
}

/** The sides of a unit that a task touched, as they were. */
export interface UnitSide {
  readonly unit: string;
  readonly active?: boolean;
  readonly held?: boolean;
  readonly enabled?: string;
}

/** What has to be done to one unit; all `keep` when it is as it should be. */
export function goalOf(params: ServiceParams, seen: UnitSeen): UnitTarget {
  return {
    unit: seen.unit,
    hold: holdGoal(params, seen),
    boot: bootGoal(params.enabled, seen),
    run: runGoal(params.state, seen),
  };
}

/** The same without having looked: what has to be true afterwards. */
export function demandOf(params: ServiceParams, unit: string): UnitTarget {
  const runs = {
    started: "start",
    stopped: "stop",
    restarted: "restart",
    reloaded: "reload",
  } as const;
  const frees = freesHold(params);
  return {
    unit,
    hold: params.held === true ? "set" : frees ? "free" : "keep",
    boot: params.enabled === undefined ? "keep" : params.enabled ? "enable" : "disable",
    run: params.state === undefined ? "keep" : runs[params.state],
  };
}

function freesHold({ held, state }: ServiceParams): boolean {
  return held === false || state === "started" || state === "restarted";
}

function holdGoal(params: ServiceParams, seen: UnitSeen): UnitTarget["hold"] {
  const ours = seen.hold.kind === "ours";
  if (params.held === true) {
    return seen.hold.kind === "ours" && seen.hold.effective ? "keep" : "set";
  }
  return ours && freesHold(params) ? "free" : "keep";
}

function bootGoal(enabled: boolean | undefined, seen: UnitSeen): UnitTarget["boot"] {
  if (enabled === undefined) return "keep";
  // static, alias, indirect and generated units start when something pulls them in: there is nothing to enable
  if (enabled) {
    const lacking = ["disabled", "enabled-runtime", "masked", "masked-runtime"];
    return lacking.includes(seen.fileState) ? "enable" : "keep";
  }
  return ["enabled", "enabled-runtime", "linked"].includes(seen.fileState) ? "disable" : "keep";
}

function runGoal(wanted: ServiceParams["state"], seen: UnitSeen): UnitTarget["run"] {
  if (wanted === undefined) return "keep";
  switch (wanted) {
    case "started":
      return isRunning(seen) ? "keep" : "start";
    case "stopped":
      return isStopped(seen) ? "keep" : "stop";
    case "restarted":
      return "restart";
    case "reloaded":
      return isRunning(seen) ? "reload" : "start";
  }
}

/** The record for one unit: only the sides that will change, so that undo leaves the others alone. */
export function sideOf(seen: UnitSeen, target: UnitTarget): UnitSide & JsonObject {
  const running = wasUp(seen);
  const runs = (target.run === "restart" || target.run === "reload") && running;
  return {
    unit: seen.unit,
    ...(target.run === "keep" || runs ? {} : { active: running }),
    // Running under a hold is what a crash between holding and stopping leaves: the unit was in service.
    ...(target.hold === "keep" ? {} : { held: seen.hold.kind === "ours" && !running }),
    ...(target.boot === "keep" ? {} : { enabled: seen.fileState }),
  };
}

/** A unit in a crash loop counts as down: going back must not mean to make it crash again. */
function wasUp(seen: UnitSeen): boolean {
  return isRunning(seen) || (seen.active === "activating" && seen.sub !== "auto-restart");
}

/** What undo has to do; all `keep` when the unit is as it was. */
export function backTo(before: UnitSide, seen: UnitSeen | undefined): UnitTarget {
  const held = seen?.hold.kind === "ours";
  const effective = seen?.hold.kind === "ours" && seen.hold.effective;
  const hold = before.held === undefined ? "keep" : holdBack(before.held, held, effective);
  return {
    unit: before.unit,
    hold,
    boot: bootBack(before.enabled, seen?.fileState),
    run: before.active === undefined ? "keep" : runBack(before.active, seen),
  };
}

function holdBack(was: boolean, held: boolean, effective: boolean): UnitTarget["hold"] {
  if (was) return effective ? "keep" : "set";
  return held ? "free" : "keep";
}

function bootBack(was: string | undefined, now: string | undefined): UnitTarget["boot"] {
  if (was === undefined || was === now) return "keep";
  if (was === "enabled" || was === "linked") return "enable";
  return was === "enabled-runtime" ? "enable-runtime" : "disable";
}

function runBack(was: boolean, seen: UnitSeen | undefined): UnitTarget["run"] {
  if (seen === undefined) return was ? "start" : "stop";
  if (was) return isRunning(seen) ? "keep" : "start";
  return isStopped(seen) ? "keep" : "stop";
}

/** One unit for `register:`, `after` and people. */
export function describe(seen: UnitSeen): JsonObject {
  return {
    unit: seen.unit,
    active: isRunning(seen),
    held: seen.hold.kind === "ours" && seen.hold.effective,
    enabled: seen.fileState,
    substate: seen.sub,
  };
}

export function moves(target: UnitTarget): boolean {
  return target.hold !== "keep" || target.boot !== "keep" || target.run !== "keep";
}
