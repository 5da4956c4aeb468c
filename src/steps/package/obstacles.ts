import { compareDebianVersions } from "../../lib/debian-version.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { isPresent } from "../_apt/dpkg.ts";
import type { AptLook } from "../_apt/look.ts";
import { changes, type PackageBefore } from "../_apt/record.ts";
import type { Target } from "../_apt/wanted.ts";
import { mayDowngrade, type PackageParams } from "./wishes.ts";

/** Why the change must not be made now, and what to do first. */
export function obstacle(
  params: PackageParams,
  look: AptLook,
  targets: readonly Target[],
): Diagnostic | undefined {
  const changing = targets.filter((target) => changes(target, look));
  if (!look.root) return NEEDS_ROOT;
  const held = changing.filter((target) => look.onHold.has(target.package));
  if (held.length > 0 && params.allow_change_held_packages !== true) {
    const names = held.map((target) => target.package).join(" ");
    return {
      code: "step/package-on-hold",
      severity: "error",
      summary: `on hold: ${names}`,
      hint: `Somebody keeps them at their version. To let them go: apt-mark unhold ${names}; to change them this once: allow_change_held_packages: true.`,
    };
  }
  const lower = changing.filter(({ package: name, version }) => {
    const entry = look.entries.get(name);
    if (version === null || !isPresent(entry) || entry.version === "") return false;
    return compareDebianVersions(version, entry.version) < 0;
  });
  if (lower.length > 0 && !mayDowngrade(params)) {
    return {
      code: "step/package-downgrade",
      severity: "error",
      summary: `would be downgraded: ${lower.map((target) => target.package).join(", ")}`,
      hint: "Give the version, or allow_downgrade: true.",
    };
  }
  return transactionObstacle(look, targets);
}

/** A half-installed host cannot be tried out: there the transaction itself refuses to remove anything. */
function transactionObstacle(look: AptLook, targets: readonly Target[]): Diagnostic | undefined {
  const { simulation } = look;
  if (simulation === undefined || look.audit.length > 0) return undefined;
  if (simulation.kind === "impossible") {
    return {
      code: "step/package-impossible",
      severity: "error",
      summary: "apt cannot make this change",
      hint: "What apt says is below; apt-get -s install on the host shows all of it.",
      detail: simulation.said,
    };
  }
  const removes = simulation.plan.removes.filter(
    (name) => !targets.some((target) => target.package === name && target.version === null),
  );
  if (removes.length === 0) return undefined;
  return {
    code: "step/package-removes",
    severity: "error",
    summary: `apt would remove ${removes.join(", ")}`,
    hint: `No task names them. Remove them in a task of their own first if that is meant, or choose versions of ${targets.map((one) => one.package).join(", ")} that fit.`,
  };
}

export function noWay(lost: readonly PackageBefore[], look: AptLook): Diagnostic {
  const names = lost.map((one) => `${one.package} ${one.version ?? ""}`).join(", ");
  return {
    code: "step/package-no-way-back",
    severity: "error",
    summary: `there would be no way back: ${names} cannot be had any more`,
    hint: "Add a repository that still has it, put the .deb into /var/cache/apt/archives, or say way_back: optional and do without.",
    detail: look.sources.map((source) => `source   ${source}`),
  };
}

const NEEDS_ROOT: Diagnostic = {
  code: "step/needs-root",
  severity: "error",
  summary: "packages can be changed by root only",
  hint: "Set become: true on the task or ansible_become in the inventory.",
};
