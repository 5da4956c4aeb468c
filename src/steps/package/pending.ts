import type { JsonObject } from "../../model/json.ts";
import type { Change, Check, Undo } from "../../model/step.ts";
import { isPresent } from "../_apt/dpkg.ts";
import type { AptLook } from "../_apt/look.ts";
import { sourcePath, sourceText } from "../_apt/params.ts";
import {
  changes,
  packagesBefore,
  wayBack,
  type PackageBefore,
  type PackageRecord,
} from "../_apt/record.ts";
import type { Target } from "../_apt/wanted.ts";
import { noWay, obstacle } from "./obstacles.ts";
import { wayBackOf, type PackageParams } from "./wishes.ts";

/** What `check` answers when there is something to do: what is in the way, or what would change and what undo needs. */
export function pending(
  params: PackageParams,
  look: AptLook,
  targets: readonly Target[],
  addsSource: boolean,
): Check<PackageRecord> {
  const diagnostic = obstacle(params, look, targets);
  if (diagnostic !== undefined) return { kind: "blocked", diagnostic };
  const before = packagesBefore(targets, look);
  const lost = noWayBack(before, look);
  if (lost.length > 0 && wayBackOf(params) === "required") {
    return { kind: "blocked", diagnostic: noWay(lost, look) };
  }
  const [change, ...more] = [
    ...(addsSource && params.source !== undefined
      ? [
          {
            what: sourcePath(params.source),
            before: look.sourceFile ?? null,
            after: sourceText(params.source),
          },
        ]
      : []),
    ...changesShown(targets, look),
    ...look.audit
      .filter((finding) => !targets.some((target) => target.package === finding.package))
      .map((finding) => ({
        what: `package ${finding.package}`,
        before: finding.problem,
        after: "configured",
      })),
    ...before
      .filter((one) => one.dependency === true)
      .map((one) => ({
        what: `package ${one.package}`,
        before: one.version,
        after: afterOf(one.package, look),
      })),
  ];
  if (change === undefined) return { kind: "satisfied", seen: { packages: versionsIn(look) } };
  return {
    kind: "pending",
    changes: [change, ...more],
    undo: undoOf(params, look, targets, before, lost),
    // Only a version that the playbook asks for has to be the same everywhere.
    ...(params.version === undefined ? {} : { pins: pinsFor(targets) }),
  };
}

function undoOf(
  params: PackageParams,
  look: AptLook,
  targets: readonly Target[],
  before: PackageRecord["packages"],
  lost: readonly PackageBefore[],
): Undo<PackageRecord> {
  if (lost.length > 0) return { kind: "no-inverse" };
  const names = targets.map((target) => target.package);
  return {
    kind: "reversible",
    record: {
      packages: before,
      held: names.filter((name) => look.onHold.has(name) || look.liftedHolds.includes(name)),
      automatic: names.filter((name) => look.automatic.has(name)),
      ...(params.source === undefined || look.sourceFile === sourceText(params.source)
        ? {}
        : { source: { path: sourcePath(params.source), before: look.sourceFile ?? null } }),
    },
  };
}

function changesShown(targets: readonly Target[], look: AptLook): readonly Change[] {
  return targets
    .filter((target) => changes(target, look) || look.liftedHolds.includes(target.package))
    .map(({ package: name, version }) => {
      const entry = look.entries.get(name);
      const half =
        entry === undefined || entry.abbrev[1] === "i" ? "" : ` (${entry.abbrev.trim()})`;
      const was = isPresent(entry) ? `${entry.version}${half}` : null;
      const after =
        look.liftedHolds.includes(name) && entry?.version === version ? "on hold again" : version;
      return { what: `package ${name}`, before: was, after };
    });
}

function afterOf(name: string, look: AptLook): string | null {
  if (look.simulation?.kind !== "possible") return null;
  const { upgrades, installs } = look.simulation.plan;
  return [...upgrades, ...installs].find((one) => one.package === name)?.after ?? null;
}

function noWayBack(before: readonly PackageBefore[], look: AptLook): readonly PackageBefore[] {
  return before.filter(
    ({ package: name, version }) => version !== null && wayBack(name, version, look) === "nowhere",
  );
}

function pinsFor(targets: readonly Target[]): JsonObject {
  return Object.fromEntries(targets.map(({ package: name, version }) => [name, version]));
}

/** Package → version, of everything that was looked at and is on the host. */
export function versionsIn(look: AptLook): JsonObject {
  return Object.fromEntries(
    [...look.entries.values()]
      .filter((entry) => isPresent(entry))
      .map((entry) => [entry.package, entry.version]),
  );
}
