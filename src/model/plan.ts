import type { Diagnostic } from "./diagnostic.ts";
import type { HostId, TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Change } from "./step.ts";

/** What a plan can say of one task on one host. */
export type PlanAnswer =
  | { readonly kind: "satisfied" }
  | {
      readonly kind: "would-change";
      readonly changes: readonly Change[];
      /** A digest of changes that `no_log` hides: two plans can be told apart by it. */
      readonly hidden?: string;
      readonly wayBack: WayBack;
      readonly pins?: Json;
    }
  | { readonly kind: "skipped"; readonly why: string }
  /** A gate that holds already, and that no earlier task touches. */
  | { readonly kind: "holds" }
  /** A gate, or a look, that earlier tasks influence. */
  | { readonly kind: "will-be-checked" }
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "blocked"; readonly diagnostic: Diagnostic };

export type WayBack =
  | { readonly kind: "undo" }
  | { readonly kind: "nothing-to-undo" }
  | { readonly kind: "inverse-given" }
  | { readonly kind: "none" }
  | { readonly kind: "irreversible"; readonly reason: string };

export interface PlanItem {
  readonly task: TaskId;
  readonly name: string;
  readonly phase: string;
  readonly step: string;
  readonly answer: PlanAnswer;
  readonly irreversible?: string;
}

export interface HostPlan {
  readonly host: HostId;
  readonly atGoal: boolean;
  readonly items: readonly PlanItem[];
}

/** Ordered host-tasks with their answers; data, hashable. */
export interface Plan {
  readonly hosts: readonly HostPlan[];
  readonly fleet: readonly PlanItem[];
  /** Everything that forbids going on, over all hosts: unreachable, preflight, blocked tasks, disagreeing versions. */
  readonly refusals: readonly Refusal[];
  /** Host-task key to what was resolved. */
  readonly pins: { readonly [hostTask: string]: Json };
}

export interface Refusal {
  readonly host: HostId;
  readonly cause: "unreachable" | "preflight" | "blocked" | "goal";
  readonly task?: TaskId;
  readonly name?: string;
  readonly diagnostic: Diagnostic;
}
