import type { Diagnostic, Place } from "../model/diagnostic.ts";
import { hostId, type HostId } from "../model/ids.ts";
import type { Variable } from "../model/inventory.ts";
import { WholeFloat, type Value } from "../model/value.ts";
import { safeGroupName } from "./group-name.ts";
import { USUAL_SETTINGS, type InventorySettings } from "./settings.ts";

export interface DraftHost {
  readonly name: HostId;
  readonly at: Place | undefined;
  readonly source: string | undefined;
  /** Each name once. A list: there are thousands of hosts with a handful of variables. */
  readonly variables: Variable[];
  /** Earlier values of the same inventory, for `vars --explain`. */
  overridden: Variable[] | undefined;
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

/** With Ansible's leniency, the first error ends the reading of a source. */
export class ReadingStopped extends Error {}

const PRIORITY = "ansible_group_priority";

/** An inventory while its sources are read. Owns groups and hosts until `finishInventory` makes them readonly. */
export class InventoryDraft {
  readonly groups = new Map<string, DraftGroup>();
  readonly hosts = new Map<HostId, DraftHost>();
  readonly problems: Diagnostic[] = [];
  /** Hosts that were named in `ungrouped` and elsewhere: they are not in it, even when a group of theirs is below it. */
  readonly expelled = new Set<HostId>();

  /** Folders of the files that were read, in that order. */
  readonly foldersRead: string[] = [];

  private readonly settings: InventorySettings;
  /** Where a group was given `all` as a child. */
  private readonly allAsChild = new Map<string, Place>();

  readonly isLenient: boolean;

  constructor(settings: InventorySettings = USUAL_SETTINGS) {
    this.isLenient = settings.lenient;
    this.settings = settings;
    this.group("all");
    this.group("ungrouped");
    this.link("all", "ungrouped");
  }

  /** Nothing was read into it. */
  get isFresh(): boolean {
    const [all, ungrouped] = this.groups.values();
    return (
      this.groups.size === 2 &&
      this.hosts.size === 0 &&
      this.problems.length === 0 &&
      all?.variables.size === 0 &&
      ungrouped?.variables.size === 0
    );
  }

  /** Takes over what was read into another draft, which nobody uses from then on. This one must be fresh. */
  adopt(other: InventoryDraft): void {
    for (const [name, group] of other.groups) this.groups.set(name, group);
    for (const [name, host] of other.hosts) this.hosts.set(name, host);
    for (const [name, at] of other.allAsChild) this.allAsChild.set(name, at);
    this.problems.push(...other.problems);
  }

  /** Keeps a problem of a source. Throws `ReadingStopped` when the source is not to be read any further. */
  note(problem: Diagnostic, into: Diagnostic[] = this.problems): void {
    into.push(problem);
    if (this.isLenient && problem.severity === "error") throw new ReadingStopped();
  }

  /** The group of that name, made when it is not there. */
  group(written: string): DraftGroup {
    const name = this.groupName(written);
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

  /** Names a host in a group. `at`, `source` and the port count when it is named for the first time. */
  addHost(
    name: string,
    group: string,
    from: { at?: Place; source?: string; port?: number | undefined } = {},
  ): DraftHost {
    const id = hostId(name);
    let host = this.hosts.get(id);
    if (host === undefined) {
      const { at, source, port } = from;
      host = { name: id, at, source, variables: [], overridden: undefined };
      this.hosts.set(id, host);
      if (port !== undefined) {
        this.give(host, "ansible_port", port, at ?? { file: source ?? "-i", line: 1, column: 1 });
      }
    }
    this.group(group).hosts.add(id);
    return host;
  }

  /** Makes one group a child of another; says so when that would be a circle. */
  addChild(parent: string, child: string, at: Place): void {
    const above = this.group(parent).name;
    const below = this.group(child).name;
    const circle = this.path(below, above);
    if (circle !== undefined) {
      this.note({
        code: "inventory/group-cycle",
        severity: "error",
        summary: `group ${child} cannot be a child of ${parent}: ${[parent, ...circle].join(" → ")}`,
        hint: "Remove one of the `children` in this circle.",
        at,
      });
      return;
    }
    if (below === "all") this.allAsChild.set(above, at);
    this.link(above, below);
  }

  /** Where a group has the host's name, Ansible gives the variable to the group. */
  setHostVariable(host: DraftHost, name: string, value: Value, at: Place): void {
    const group = this.groups.get(host.name);
    if (group !== undefined) {
      this.setGroupVariable(group, name, value, at);
      return;
    }
    this.give(host, name, value, at);
  }

  private give(host: DraftHost, name: string, value: Value, at: Place): void {
    const given: Variable = { name, value, from: { kind: "host", host: host.name, at } };
    const known = host.variables.findIndex((one) => one.name === name);
    const old = host.variables[known];
    if (old === undefined) {
      host.variables.push(given);
    } else {
      (host.overridden ??= []).push(old);
      host.variables[known] = given;
    }
  }

  /** `ansible_group_priority` is no variable here: it orders groups of one depth. */
  setGroupVariable(group: DraftGroup, name: string, value: Value, at: Place): void {
    if (name === PRIORITY) {
      const priority = integer(value);
      if (priority !== undefined) {
        group.priority = priority;
        return;
      }
      this.note({
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
      if (name === "all" || parents.size > 0) continue;
      const circle = this.path(name, "all");
      if (circle === undefined) this.link("all", name);
      else this.sayAllIsChild(circle);
    }
    // What counts is being in a group through its children, too: so a host of `ungrouped` below another group is lost.
    const ungrouped = this.group("ungrouped");
    const isBelow = [...ungrouped.parents].some((parent) => parent !== "all");
    const grouped = new Set(
      [...this.groups.values()]
        .filter((group) => group.name !== "all" && group !== ungrouped)
        .flatMap((group) => [...group.hosts]),
    );
    for (const { name } of this.hosts.values()) {
      if (ungrouped.hosts.has(name)) {
        if (isBelow || grouped.has(name)) {
          ungrouped.hosts.delete(name);
          this.expelled.add(name);
        }
      } else if (!grouped.has(name)) {
        this.addToUngrouped(name, ungrouped);
      }
    }
    for (const { name, at } of this.hosts.values()) {
      if (!this.groups.has(name)) continue;
      this.note({
        code: "inventory/same-name",
        severity: "warning",
        summary: `${name} is the name of a host and of a group`,
        hint: "A pattern with this name means the host, and never the group. Rename one of the two.",
        ...(at === undefined ? {} : { at }),
      });
    }
  }

  /** `force_valid_group_names`: what cannot stand in a variable's name becomes `_`. */
  private groupName(written: string): string {
    return this.settings.groupNames === "keep" ? written : safeGroupName(written);
  }

  /** Where a group has the host's name, Ansible puts the group there. */
  private addToUngrouped(name: HostId, ungrouped: DraftGroup): void {
    if (!this.groups.has(name)) ungrouped.hosts.add(name);
    else if (this.path(name, "ungrouped") === undefined) this.link("ungrouped", name);
  }

  private sayAllIsChild(circle: readonly string[]): void {
    const at = this.allAsChild.get(circle.at(-2) ?? "");
    this.problems.push({
      code: "inventory/group-cycle",
      severity: "error",
      summary: `all cannot be a child: ${["all", ...circle].join(" → ")}`,
      hint: "Every group is below all. Remove it from the `children`.",
      ...(at === undefined ? {} : { at }),
    });
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
