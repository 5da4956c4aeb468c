/** What a plan file holds: everything that was decided and seen when it was made. */
import type { HostId } from "../../model/ids.ts";
import type { Plan } from "../../model/plan.ts";
import type { RunSpec } from "../../model/run-spec.ts";
import type { RunOptions } from "../options.ts";

/** Readable by everybody who has the file; it says nothing secret. */
export interface PlanHeader {
  readonly "runbook-plan": 1;
  /** Of the program that made it: another one may check otherwise. */
  readonly version: string;
  /** Names this plan: it is applied once. */
  readonly nonce: string;
  readonly made: string;
  readonly who: string;
  readonly playbook: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly hosts: readonly HostId[];
  /** Host-tasks that would change something. */
  readonly changes: number;
  /** What cannot be taken back, and is accepted with the plan. */
  readonly irreversible: readonly { readonly host: HostId; readonly task: string }[];
}

/** Encrypted in the file. */
export interface PlanContents {
  readonly spec: RunSpec;
  readonly plan: Plan;
  /** What was said on the command line, without where journals are kept. */
  readonly options: RunOptions;
  /** Where it was said. */
  readonly folder: string;
  /** Where runs of it are journaled: a plan that could be applied with two state folders could be applied twice. */
  readonly stateFolder: string;
  /** Files of the operator that were read, with their sha256. */
  readonly files: { readonly [path: string]: string };
  /** What is masked wherever values that moved are shown. */
  readonly masked: readonly string[];
}

export interface PlanFile {
  readonly header: PlanHeader;
  readonly contents: PlanContents;
}
