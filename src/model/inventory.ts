import type { Place } from "./diagnostic.ts";
import type { HostId } from "./ids.ts";
import type { Scope, Value, ValueMap } from "./value.ts";

/** Where a variable was given, from lowest to highest precedence within a host's candidates. */
export type VariableOrigin =
  /** In an inventory source, for a group (`[web:vars]`) or on a host's line. */
  | { readonly kind: "group"; readonly group: string; readonly at: Place }
  | { readonly kind: "host"; readonly host: HostId; readonly at: Place }
  | (VariableFileOrigin & { readonly kind: "group-vars"; readonly group: string })
  | (VariableFileOrigin & { readonly kind: "host-vars"; readonly host: HostId })
  /** `-e`; `at` where it came from a file. */
  | { readonly kind: "extra-vars"; readonly written: string; readonly at?: Place }
  /** What Ansible gives the localhost that no inventory names. */
  | { readonly kind: "implicit-localhost" };

export interface VariableFileOrigin {
  readonly beside: "inventory" | "playbook";
  readonly at: Place;
  /** The whole file is encrypted: none of its values may be shown. */
  readonly encrypted: boolean;
}

export interface Variable {
  readonly name: string;
  /** As written: templates are not rendered, vault values not decrypted. */
  readonly value: Value;
  readonly from: VariableOrigin;
}

export interface InventoryHost {
  readonly name: HostId;
  /** All groups it is in, through children too, without `all`; sorted by name, as `group_names` is. */
  readonly groups: readonly string[];
  /** Where it is first named. Absent for the localhost that no inventory names, and for hosts of a comma list. */
  readonly at?: Place;
  /** The absolute path of the source that names it first. */
  readonly source?: string;
}

export interface InventoryGroup {
  readonly name: string;
  /** Named in this very group, in order. */
  readonly ownHosts: readonly HostId[];
  /** Those of its children included. */
  readonly hosts: readonly HostId[];
  readonly children: readonly string[];
  /** Steps from `all`, the longest way. A deeper group wins. */
  readonly depth: number;
  /** `ansible_group_priority` of the inventory source; decides between groups of one depth. */
  readonly priority: number;
  /** What it was given in the sources, then in `group_vars` beside inventory and playbook: the last one wins. */
  readonly variables: readonly Variable[];
}

export interface Inventory {
  /** In the order in which `all` selects them. */
  readonly hosts: readonly InventoryHost[];
  /** The names of all hosts in the order in which the sources name them first. */
  readonly named: readonly HostId[];
  /** In the order in which they were named; `all` and `ungrouped` are always there. */
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** One of `hosts`, or the localhost that is there without being named. */
  host(name: string): InventoryHost | undefined;
  /** What was given to the host itself, lowest precedence first. */
  own(host: HostId): readonly Variable[];
  /** Every value that was given for a name, lowest precedence first: the last one wins. `-e` is included. */
  candidates(host: HostId): ReadonlyMap<string, readonly Variable[]>;
  /** The winners of `candidates` without `-e`, then `-e`: what stands between them goes between them. */
  layers(host: HostId): Scope;
  readonly extraVars: ValueMap;
  /** With `merge`, mappings that were given for one name are joined: the winner is all of them. */
  readonly hashBehaviour: "replace" | "merge";
}
