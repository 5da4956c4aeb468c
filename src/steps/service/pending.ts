import type { JsonObject } from "../../model/json.ts";
import type { Change, Check } from "../../model/step.ts";
import type { UnitSeen } from "../_units/look.ts";
import type { UnitTarget } from "../_units/move.ts";
import { shortName } from "../_units/unit-name.ts";
import { blocked, NEEDS_ROOT } from "./obstacles.ts";
import { describe, goalOf, moves, sideOf, type ServiceParams, type UnitSide } from "./sides.ts";

export interface ServiceRecord extends JsonObject {
  /** What was touched of each unit, as it was. */
  readonly units: readonly (UnitSide & JsonObject)[];
}

/** What `check` answers from one look. */
export function checked(
  params: ServiceParams,
  units: readonly UnitSeen[],
  root: boolean,
): Check<ServiceRecord> {
  const targets = units.map((seen) => goalOf(params, seen));
  const changes: Change[] = [];
  const before: (UnitSide & JsonObject)[] = [];
  for (const [index, seen] of units.entries()) {
    const target = targets[index];
    if (target === undefined) continue;
    const diagnostic = blocked(seen, target);
    if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
    changes.push(...changesOf(seen, target));
    if (moves(target)) before.push(sideOf(seen, target));
  }
  if (params.daemon_reload === true && units.some((seen) => seen.needsReload)) {
    changes.push({ what: "systemd", before: "unit files changed", after: "unit files read" });
  }
  const [change, ...more] = changes;
  if (change === undefined) {
    return { kind: "satisfied", seen: { units: units.map((seen) => describe(seen)) } };
  }
  if (!root) return { kind: "blocked", diagnostic: NEEDS_ROOT };
  const taken = before.filter((side) => Object.keys(side).length > 1);
  return {
    kind: "pending",
    changes: [change, ...more],
    undo:
      taken.length === 0 ? { kind: "nothing" } : { kind: "reversible", record: { units: taken } },
  };
}

function changesOf(seen: UnitSeen, target: UnitTarget): readonly Change[] {
  const what = `unit ${shortName(seen.unit)}`;
  const changes: Change[] = [];
  if (target.hold === "set") {
    // Not for which run: a plan that is applied tomorrow is the same plan.
    changes.push({ what, before: holdWords(seen), after: "held" });
  }
  if (target.hold === "free") changes.push({ what, before: holdWords(seen), after: "not held" });
  if (target.boot !== "keep") {
    const after = target.boot === "disable" ? "disabled" : "enabled";
    changes.push({ what, before: seen.fileState, after });
  }
  if (target.run !== "keep") {
    const after = { start: "active", stop: "inactive", restart: "restarted", reload: "reloaded" };
    changes.push({ what, before: seen.active, after: after[target.run] });
  }
  return changes;
}

function holdWords(seen: UnitSeen): string {
  if (seen.hold.kind !== "ours") return "not held";
  return seen.hold.effective ? `held for run ${seen.hold.run}` : "held, but not in effect";
}
