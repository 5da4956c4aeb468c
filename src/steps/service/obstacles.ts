import type { Diagnostic } from "../../model/diagnostic.ts";
import type { UnitSeen } from "../_units/look.ts";
import type { UnitTarget } from "../_units/move.ts";
import { keptFromStarting, ownedByOthers } from "../_units/settled.ts";
import { isUnitName, shortName } from "../_units/unit-name.ts";
import { unitsOf, type ServiceParams } from "./sides.ts";

/** Why a unit must not or cannot be moved, and what to do first. */
export function blocked(seen: UnitSeen, target: UnitTarget): Diagnostic | undefined {
  if (seen.load === "not-found") {
    return {
      code: "step/unit-not-found",
      severity: "error",
      summary: `the host has no unit ${seen.unit}`,
      hint: `Is it installed, and is that its name? systemctl list-unit-files '*${shortName(seen.unit)}*'`,
    };
  }
  if (seen.load !== "loaded" && seen.load !== "masked") {
    return {
      code: "step/unit-broken",
      severity: "error",
      summary: `systemd cannot use the unit file of ${seen.unit} (${seen.load})`,
      hint: `systemd-analyze verify ${seen.unit} says what is wrong with it.`,
    };
  }
  const starts = target.run === "start" || target.run === "restart";
  const obstacle =
    (starts || target.hold === "set" || target.boot !== "keep" ? ownedByOthers(seen) : undefined) ??
    (starts ? keptFromStarting(seen) : undefined);
  return obstacle === undefined ? cannotReload(seen, target) : blockedBy(obstacle);
}

function cannotReload(seen: UnitSeen, target: UnitTarget): Diagnostic | undefined {
  if (target.run !== "reload" || seen.canReload) return undefined;
  return {
    code: "step/unit-cannot-reload",
    severity: "error",
    summary: `${seen.unit} does not know how to reload`,
    hint: "Its unit file has no ExecReload: use state: restarted.",
  };
}

/** What is wrong with the parameters taken together. */
export function misfit(params: ServiceParams): Diagnostic | undefined {
  const bad = unitsOf(params).find((unit) => !isUnitName(unit));
  const problem = (summary: string, hint: string): Diagnostic => ({
    code: "step/service-params",
    severity: "error",
    summary,
    hint,
  });
  if (bad !== undefined) {
    return problem(`"${bad}" is not a unit's name`, "A name as systemctl list-units shows it.");
  }
  if (params.held === true && params.state !== "stopped") {
    return problem("held: true needs state: stopped", "A unit that cannot start is a stopped one.");
  }
  const nothing =
    params.state === undefined &&
    params.enabled === undefined &&
    params.held === undefined &&
    params.daemon_reload !== true;
  return nothing
    ? problem("the task asks for nothing", "Give state, enabled, held or daemon_reload.")
    : undefined;
}

export function blockedBy(obstacle: {
  readonly summary: string;
  readonly hint: string;
}): Diagnostic {
  return { code: "step/unit-blocked", severity: "error", ...obstacle };
}

export function noSystemd(init: string): Diagnostic {
  return {
    code: "step/no-systemd",
    severity: "error",
    summary: `the host does not run systemd (its first process is "${init}")`,
    hint: "service knows systemd only: use command or shell with an inverse here.",
  };
}

export const NEEDS_ROOT: Diagnostic = {
  code: "step/needs-root",
  severity: "error",
  summary: "units can be changed by root only",
  hint: "Set become: true on the task or ansible_become in the inventory.",
};
