import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { hostId, type HostId } from "../model/ids.ts";
import type { Variable } from "../model/inventory.ts";
import { WholeFloat, type Value } from "../model/value.ts";

export interface DraftHost {
  readonly name: HostId;
  readonly at?: Place;
  readonly source?: string;
  readonly variables: Map<string, Variable>;
  /** Earlier values of the same inventory, for `vars --explain`. */
  readonly overridden: Variable[];
}

export interface DraftGroup {
  readonly name: string;
  readonly hosts: Set<HostId>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly variables: Map<string, Variable>;
  readonly overridden: Variable[];
  priority: number;
}

const PRIORITY = "ansible_group_priority";

/** An inventory while its sources are read. Owns groups and hosts until `finishInventory` makes them readonly. */
export class InventoryDraft {
  readonly groups = new Map<string, DraftGroup>();
  readonly hosts = new Map<HostId, DraftHost>();
  readonly problems: Diagnostic[] = [];

  constructor() {
    this.group("all");
    this.group("ungrouped");
    this.link("all", "ungrouped");
  }

  /** The group of that name, made when it is not there. */
  group(name: string): DraftGroup {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const made: DraftGroup = {
      name,
      hosts: new Set(),
      children: new Set(),
      parents: new Set(),
      variables: new Map(),
      overridden: [],
      priority: 1,
    };
    this.groups.set(name, made);
    return made;
  }

  /** Names a host in a group. `at` and `source` count when it is named for the first time. */
  addHost(name: string, group: string, from: { at?: Place; source?: string } = {}): DraftHost {
    const id = hostId(name);
    let host = this.hosts.get(id);
    if (host === undefined) {
      host = { name: id, ...from, variables: new Map(), overridden: [] };
      this.hosts.set(id, host);
    }
    this.group(group).hosts.add(id);
    return host;
  }

  /** Makes one group a child of another; says so when that would be a circle. */
  addChild(parent: string, child: string, at: Place): void {
    this.group(parent);
    this.group(child);
    const circle = this.path(child, parent);
    if (circle !== undefined) {
      this.problems.push({
        code: "inventory/group-cycle",
        severity: "error",
        summary: `group ${child} cannot be a child of ${parent}: ${[parent, ...circle].join(" → ")}`,
        hint: "Remove one of the `children` in this circle.",
        at,
      });
      return;
    }
    this.link(parent, child);
  }

  setHostVariable(host: DraftHost, name: string, value: Value, at: Place): void {
    const old = host.variables.get(name);
    if (old !== undefined) host.overridden.push(old);
    host.variables.set(name, { name, value, from: { kind: "host", host: host.name, at } });
  }

  /** `ansible_group_priority` is no variable here: it orders groups of one depth. */
  setGroupVariable(group: DraftGroup, name: string, value: Value, at: Place): void {
    if (name === PRIORITY) {
      const priority = integer(value);
      if (priority !== undefined) {
        group.priority = priority;
        return;
      }
      this.problems.push({
        code: "inventory/group-priority",
        severity: "error",
        summary: `${PRIORITY} of group ${group.name} is not a whole number`,
        at,
      });
      return;
    }
    const old = group.variables.get(name);
    if (old !== undefined) group.overridden.push(old);
    const from = { kind: "group", group: group.name, at } as const;
    group.variables.set(name, { name, value, from });
  }

  /** Gives every group a parent and every host a group, as Ansible does when all sources are read. */
  reconcile(): void {
    for (const { name, parents } of this.groups.values()) {
      if (name !== "all" && parents.size === 0) this.link("all", name);
    }
    const ungrouped = this.group("ungrouped");
    for (const { name } of this.hosts.values()) {
      const elsewhere = [...this.groups.values()].some(
        (group) => group.name !== "all" && group !== ungrouped && group.hosts.has(name),
      );
      if (elsewhere) ungrouped.hosts.delete(name);
      else ungrouped.hosts.add(name);
    }
    for (const { name, at } of this.hosts.values()) {
      if (!this.groups.has(name)) continue;
      this.problems.push({
        code: "inventory/same-name",
        severity: "warning",
        summary: `${name} is the name of a host and of a group`,
        hint: "A pattern with this name means the host, and never the group. Rename one of the two.",
        ...(at === undefined ? {} : { at }),
      });
    }
  }

  private link(parent: string, child: string): void {
    this.group(parent).children.add(child);
    this.group(child).parents.add(parent);
  }

  /** The way down from one group to another, both included. */
  private path(from: string, to: string, seen = new Set<string>()): readonly string[] | undefined {
    if (from === to) return [from];
    if (seen.has(from)) return undefined;
    seen.add(from);
    for (const child of this.groups.get(from)?.children ?? []) {
      const rest = this.path(child, to, seen);
      if (rest !== undefined) return [from, ...rest];
    }
    return undefined;
  }
}

function integer(value: Value): number | undefined {
  if (value instanceof WholeFloat) return value.number;
  if (typeof value === "string" && /^\s*[-+]?\d+\s*$/.test(value)) return Number(value);
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}
