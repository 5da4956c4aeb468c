import { sh } from "../../model/command.ts";
import type { Json } from "../../model/json.ts";
import {
  defineChanging,
  StepProblem,
  type Applied,
  type Change,
  type StepTools,
  type Undone,
} from "../../model/step.ts";
import type { HostReader, HostSession } from "../../model/transport.ts";
import type { HeldFor } from "../_units/hold.ts";
import { lookAtUnits, parseUnits, type UnitSeen } from "../_units/look.ts";
import { moveUnits, parseMoved, type UnitTarget } from "../_units/move.ts";
import { keptFromStarting, notSettled, ownedByOthers } from "../_units/settled.ts";
import { shortName } from "../_units/unit-name.ts";
import { ask, demand, runJob } from "../ask.ts";
import { blockedBy, misfit, noSystemd } from "./obstacles.ts";
import { checked, type ServiceRecord } from "./pending.ts";
import {
  backTo,
  demandOf,
  describe,
  moves,
  unitsOf,
  type ServiceParams,
  type UnitSide,
} from "./sides.ts";

export const step = defineChanging<ServiceParams, ServiceRecord>({
  name: "service",
  summary: "Start, stop, restart, reload, enable or hold systemd units",
  description: `Started means that the unit is up and stays up: it is watched for a moment, and a daemon that systemd has to restart is a failure that shows the unit's own last lines.

\`held: true\` with \`state: stopped\` makes a unit that cannot start until it is released: not by hand, not by a package's scripts, not by a reboot or a power cut. It is a drop-in that sorts last, on disk and read back before the unit is stopped, and with several units before the first of them is stopped. The file says how to free the unit by hand.

\`state: started\` and \`state: restarted\` release a hold of runbook. A mask or a drop-in of somebody else is respected: the task is blocked and says whose file is in the way.`,
  params: {
    name: {
      type: ["string", "array"],
      items: { type: "string" },
      minItems: 1,
      required: true,
      description:
        "One unit or a list of units. Without a suffix it is a service. A list is stopped and started in its order, and taken back in reverse.",
      examples: ["pdns", ["lightningstream", "pdns"]],
    },
    state: {
      type: "string",
      enum: ["started", "stopped", "restarted", "reloaded"],
      description:
        "What the unit should be. `started` and `stopped` do nothing where it is so already; `restarted` and `reloaded` always act.",
    },
    enabled: {
      type: "boolean",
      description: "Whether the unit starts at boot.",
    },
    held: {
      type: "boolean",
      description:
        "With `state: stopped`: whether the unit is kept from starting until it is released. `false` alone releases it without starting it.",
    },
    daemon_reload: {
      type: "boolean",
      default: false,
      description: "Whether systemd reads its unit files again first, where they changed.",
    },
  },
  examples: [
    {
      title: "Hold Lightning Stream: nothing starts it until it is released",
      yaml: "service: { name: lightningstream, state: stopped, held: true }",
    },
    {
      title: "Start it again; this releases the hold",
      yaml: "service: { name: lightningstream, state: started, enabled: true }",
    },
  ],
  where: "host",
  idempotent: true,
  cancel: "leave",
  reads: (params) => [...resources(params), "file:/etc/systemd/system", "packages:installed"],
  touches: resources,

  async check(host, params) {
    const wrong = misfit(params);
    if (wrong !== undefined) return { kind: "blocked", diagnostic: wrong };
    const looked = parseUnits((await demand(host, lookAtUnits(unitsOf(params)))).out);
    if (looked.kind === "no-systemd") {
      return { kind: "blocked", diagnostic: noSystemd(looked.init) };
    }
    return checked(params, looked.units, looked.root);
  },

  async apply(host, params, tools) {
    const targets = unitsOf(params).map((unit) => demandOf(params, unit));
    return move(host, targets, params.daemon_reload === true, tools);
  },

  async undo(host, record, left, tools) {
    const seen = await look(
      host,
      record.units.map(({ unit }) => unit),
    );
    const drifted = drift(record.units, seen, left);
    if (drifted.length > 0) return { kind: "drifted", changes: drifted };
    const targets = record.units
      .map((before) =>
        backTo(
          before,
          seen.find((one) => one.unit === before.unit),
        ),
      )
      .filter((target) => moves(target))
      .toReversed();
    if (targets.length === 0) return { kind: "already" };
    for (const { unit, run } of targets) {
      const one = seen.find((other) => other.unit === unit);
      if (one === undefined || run !== "start") continue;
      const obstacle = ownedByOthers(one) ?? keptFromStarting(one);
      if (obstacle !== undefined) return { kind: "failed", diagnostic: blockedBy(obstacle) };
    }
    const applied = await move(host, targets, false, tools);
    switch (applied.kind) {
      case "done":
        return { kind: "done" };
      case "failed":
      case "in-doubt":
        return applied satisfies Undone;
    }
  },
});

function drift(
  before: readonly UnitSide[],
  now: readonly UnitSeen[],
  left: Json | undefined,
): readonly Change[] {
  return before.flatMap((was) => {
    const seen = now.find((one) => one.unit === was.unit);
    if (seen === undefined || was.enabled === undefined) return [];
    const expected = [was.enabled, leftEnabled(left, was.unit)];
    if (left === undefined || expected.includes(seen.fileState)) return [];
    const what = `unit ${shortName(was.unit)}`;
    return [{ what, before: seen.fileState, after: was.enabled }];
  });
}

function leftEnabled(left: Json | undefined, unit: string): string | undefined {
  if (typeof left !== "object" || left === null || Array.isArray(left) || !("units" in left))
    return undefined;
  const units = left["units"];
  if (!Array.isArray(units)) return undefined;
  for (const one of units as readonly Json[]) {
    if (typeof one !== "object" || one === null || !("unit" in one)) continue;
    const enabled = one["enabled"];
    if (one["unit"] === unit && typeof enabled === "string") return enabled;
  }
  return undefined;
}

async function move(
  host: HostSession,
  targets: readonly UnitTarget[],
  reload: boolean,
  tools: StepTools,
): Promise<Applied> {
  const script = moveUnits(targets, heldFor(host, tools), reload ? "reload" : "if-needed");
  const answer = await runJob(host, script, {
    name: "units",
    timeoutMs: tools.timeoutMs,
    cancel: "leave",
  });
  const moved = parseMoved(answer.out);
  const problems =
    answer.code === 0
      ? notSettled(targets, moved)
      : [...moved.refused.map((what) => `refused: ${what}`), `the script ended ${answer.code}`];
  if (problems.length === 0) {
    return { kind: "done", changed: true, after: { units: moved.last.map(describe) } };
  }
  const said = answer.err.split("\n").filter((line) => line.trim() !== "");
  return {
    kind: "failed",
    diagnostic: {
      code: "step/unit-not-settled",
      severity: "error",
      summary: problems.join("; "),
      hint: "The lines below are systemd's answer and what the unit itself said last.",
      detail: [...said.slice(-6), ...(await journal(host, problems, targets))],
    },
    result: { units: moved.last.map(describe) },
  };
}

/** The last words of the units that are not well; a host without a journal has none. */
async function journal(
  host: HostReader,
  problems: readonly string[],
  targets: readonly UnitTarget[],
): Promise<readonly string[]> {
  const units = targets
    .map(({ unit }) => unit)
    .filter((unit) => problems.some((problem) => problem.startsWith(`${unit}:`)));
  if (units.length === 0) return [];
  const flags = units.flatMap((unit) => ["-u", unit]);
  const said = await ask(host, sh`journalctl --no-pager -q -o short -n 12 ${flags} 2>/dev/null`);
  return said.out.split("\n").filter((line) => line.trim() !== "");
}

async function look(host: HostReader, units: readonly string[]): Promise<readonly UnitSeen[]> {
  const looked = parseUnits((await demand(host, lookAtUnits(units))).out);
  if (looked.kind === "units") return looked.units;
  throw new StepProblem("failed", noSystemd(looked.init));
}

function resources(params: ServiceParams): readonly `unit:${string}`[] {
  return unitsOf(params).map((unit) => `unit:${shortName(unit)}` as const);
}

function heldFor(host: HostReader, tools: StepTools): HeldFor {
  return { run: tools.run ?? "none", host: host.id };
}
