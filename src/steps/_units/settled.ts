import { holdPath } from "./hold.ts";
import { isRunning, isStopped, type UnitSeen } from "./look.ts";
import type { Moved, UnitTarget } from "./move.ts";

/** What is not as it should be after units were moved, one line for each; nothing when all is well. */
export function notSettled(targets: readonly UnitTarget[], moved: Moved): readonly string[] {
  return targets.flatMap((target) => {
    const last = moved.last.find((seen) => seen.unit === target.unit);
    if (last === undefined) return [`${target.unit}: nothing is known of it after the change`];
    const first = moved.first.find((seen) => seen.unit === target.unit) ?? last;
    return [
      ...holdProblems(target, last),
      ...bootProblems(target, last),
      ...runProblems(target, first, last),
    ].map((problem) => `${target.unit}: ${problem}`);
  });
}

function holdProblems({ hold }: UnitTarget, last: UnitSeen): readonly string[] {
  switch (hold) {
    case "keep":
      return [];
    case "free":
      return last.hold.kind === "ours" ? ["its hold is still there"] : [];
    case "set":
      if (last.hold.kind !== "ours") return ["its hold is not on disk"];
      if (last.hold.effective) return [];
      return last.needsReload
        ? ["systemd has not read its hold"]
        : [`its hold is not the last drop-in: ${last.dropIns.at(-1) ?? "none is read"}`];
  }
}

function bootProblems({ boot }: UnitTarget, { fileState }: UnitSeen): readonly string[] {
  switch (boot) {
    case "keep":
      return [];
    case "enable":
      return ["disabled", "enabled-runtime", "masked"].includes(fileState)
        ? [`it is ${fileState}, not enabled`]
        : [];
    case "enable-runtime":
      return fileState === "enabled-runtime" ? [] : [`it is ${fileState}, not enabled-runtime`];
    case "disable":
      return ["enabled", "enabled-runtime", "linked"].includes(fileState)
        ? [`it is still ${fileState}`]
        : [];
  }
}

function runProblems({ run }: UnitTarget, first: UnitSeen, last: UnitSeen): readonly string[] {
  switch (run) {
    case "keep":
      return [];
    case "stop":
      if (isStopped(last)) return [];
      return last.processes.length > 0
        ? [`it is ${last.active}, with processes ${last.processes.join(", ")} left`]
        : [`it is ${last.active} (${last.sub})`];
    case "start":
    case "restart":
    case "reload":
      return notRunning(first, last);
  }
}

function notRunning(first: UnitSeen, last: UnitSeen): readonly string[] {
  const finished = last.type === "oneshot" && last.active === "inactive";
  if (finished && last.outcome === "success") return [];
  if (!isRunning(last)) return [`it is ${last.active} (${last.sub}), result ${last.outcome}`];
  if (last.restarts > first.restarts) return ["systemd had to restart it"];
  if (first.mainPid !== 0 && first.mainPid !== last.mainPid) {
    return [`its main process changed from ${first.mainPid} to ${last.mainPid} within a moment`];
  }
  return [];
}

/** What stands in the way of a unit, and what to do about it. */
export interface Obstacle {
  readonly summary: string;
  readonly hint: string;
}

/** A mask or a file that somebody else put there: neither started nor held over it. */
export function ownedByOthers(seen: UnitSeen): Obstacle | undefined {
  if (seen.load === "masked") {
    const runtime = seen.fileState === "masked-runtime" ? "--runtime " : "";
    return {
      summary: `${seen.unit} is masked, and not by runbook`,
      hint: `Find out who masked it; then: systemctl unmask ${runtime}${seen.unit}`,
    };
  }
  if (seen.hold.kind !== "foreign") return undefined;
  return {
    summary: `${holdPath(seen.id)} was not written by runbook`,
    hint: "Find out who wrote it; then remove it and run systemctl daemon-reload.",
  };
}

/** Why a unit would not start whatever we do. */
export function keptFromStarting(seen: UnitSeen): Obstacle | undefined {
  // An assertion in an operator's drop-in is there to prevent starts; a condition usually waits for a file that may come.
  const unmet = seen.unmet.find((line) => / Assert|=!\/$/.test(line));
  if (unmet !== undefined) {
    const [file = ""] = unmet.split(" ");
    return {
      summary: `${seen.unit} is kept from starting by a drop-in that is not runbook's`,
      hint: `Look at ${file} (${unmet.slice(file.length + 1)}); remove it and run systemctl daemon-reload when the unit may start.`,
    };
  }
  if (!seen.refusesStart) return undefined;
  return {
    summary: `${seen.unit} refuses to be started by hand`,
    hint: "Its unit file says RefuseManualStart=yes: start the unit that pulls it in.",
  };
}
