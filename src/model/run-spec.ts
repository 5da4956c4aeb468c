import type { HostId, RunId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { OnFailure, Playbook } from "./playbook.ts";
import type { Scope } from "./value.ts";

/** A time span with its wall-clock times already turned into instants. */
export interface OpenSpan {
  readonly opensAt: number;
  readonly closesAt: number;
  readonly onClose: "finish_host" | "finish_task" | "rollback";
  /** For people: both ends in the named zone and in UTC. */
  readonly text: string;
}

/** Everything that was decided before the run began; first entry of its journal, so resume and rollback need no file. */
export interface RunSpec {
  readonly run: RunId;
  readonly source: { readonly file: string; readonly text: string; readonly sha256: string };
  /** Folders that relative paths of the playbook are looked up in, in this order. */
  readonly folders: readonly string[];
  readonly inputs: JsonObject;
  /** Selected hosts, in the order of the inventory. */
  readonly hosts: readonly HostId[];
  /** Every host of `hosts:`, selected or not. */
  readonly fleet: readonly HostId[];
  readonly mode: "serial" | "window";
  /** The selection, cut into batches; one batch in window mode. */
  readonly batches: readonly (readonly HostId[])[];
  readonly forks: number;
  readonly maxFailures: number;
  /** How many of each batch may fail, in the order of `batches`. */
  readonly maxFailuresPerBatch?: readonly number[];
  readonly onFailure: OnFailure;
  /** Hosts of the fleet that must stay healthy while a lane is under way. */
  readonly minHealthy?: number;
  readonly window?: OpenSpan;
  /** How long each lane is expected to take, as far as anything says so: it begins only when that fits the window. */
  readonly expectedMs?: { readonly [host: string]: number };
  /** What `rollout.lock` named, rendered. */
  readonly shared?: string;
  /**
   * Variables of each host, lowest precedence first; the last layer is `-e`. Vault values are decrypted where a
   * password was given.
   */
  readonly scopes: { readonly [host: string]: Scope };
  /** Variables of tasks that run once for the fleet. */
  readonly fleetScope: Scope;
  /** Names of inventory groups with their hosts, for `groups`. */
  readonly groups: { readonly [group: string]: readonly string[] };
  /** The operator's address of each host, as connection variables had it at the start; for people. */
  readonly addresses: { readonly [host: string]: string };
  /** Where the inventory was read from, so that connection variables can be read anew. */
  readonly inventory: readonly string[];
  /** Connection options of the command line that were not secret. */
  readonly connection: JsonObject;
  /**
   * Values of encrypted files and of what is called a password. They stand among the variables too; here they are named,
   * so that a report masks them. Passwords of logins are not among them.
   */
  readonly secrets?: readonly string[];
  /** Who started it: user and machine. */
  readonly who: string;
}

/** A run with its playbook parsed: what the engine works from. */
export interface Run {
  readonly spec: RunSpec;
  readonly playbook: Playbook;
}
