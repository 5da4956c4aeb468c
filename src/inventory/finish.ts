import { hostId, type HostId } from "../model/ids.ts";
import type { Inventory, InventoryGroup, InventoryHost, Variable } from "../model/inventory.ts";
import type { Value, ValueMap } from "../model/value.ts";
import type { DraftGroup, InventoryDraft } from "./draft.ts";
import { mergedValue } from "./merge.ts";
import type { GroupVarsPlace, InventorySettings } from "./settings.ts";
import type { FileVariable } from "./vars-files.ts";

/** What `group_vars` and `host_vars` beside one source, or beside the playbook, say. */
export interface FoundVars {
  readonly beside: "inventory" | "playbook";
  readonly groups: ReadonlyMap<string, readonly FileVariable[]>;
  readonly hosts: ReadonlyMap<string, readonly FileVariable[]>;
}

const BESIDE = ["inventory", "playbook"] as const;
const NO_GROUPS: readonly string[] = [];

/** Names of the machine that the program runs on; a host with such a name need not be in any inventory. */
export const LOCALHOST: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** Makes the inventory that everybody reads. The draft must be reconciled and is not to be changed afterwards. */
export function finishInventory(
  draft: InventoryDraft,
  found: readonly FoundVars[],
  extra: readonly Variable[],
  settings: InventorySettings,
): Inventory {
  const depths = depthsOf(draft);
  const groups = new Map<string, InventoryGroup>();
  for (const group of draft.groups.values()) {
    groups.set(group.name, {
      name: group.name,
      ownHosts: [...group.hosts],
      hosts: hostsOf(draft, group),
      children: [...group.children],
      depth: depths.get(group.name) ?? 0,
      priority: group.priority,
      variables: [
        ...group.overridden,
        ...group.variables.values(),
        ...fileVariables(found, "inventory", group.name),
        ...fileVariables(found, "playbook", group.name),
      ],
    });
  }
  const memberships = membershipsOf(draft);
  const known = new Map<string, InventoryHost>();
  for (const name of groups.get("all")?.hosts ?? []) {
    const { at, source } = draft.hosts.get(name) ?? {};
    known.set(name, {
      name,
      groups: memberships.get(name) ?? [],
      ...(at === undefined ? {} : { at }),
      ...(source === undefined ? {} : { source }),
    });
  }
  const { hashBehaviour } = settings;
  const extraVars = winners(extra, hashBehaviour);
  // Hosts of the same groups share what those give them: there are many hosts and few combinations.
  const ofGroups = remembered((own: readonly string[]) => {
    const inOrder = own.flatMap((name) => groups.get(name) ?? []).toSorted(byPrecedence);
    const names = inOrder.map((group) => group.name);
    const variables = variablesOfGroups(draft, names, { found, precedence: settings.precedence });
    return { variables, values: winners(variables, hashBehaviour) };
  });
  const given = (host: HostId) => ofGroups(known.get(host)?.groups ?? NO_GROUPS);
  const merging = hashBehaviour === "merge";
  return {
    hosts: [...known.values()],
    named: [...draft.hosts.keys()].filter((name) => known.has(name)),
    groups,
    extraVars,
    hashBehaviour,
    host: (name) => known.get(name) ?? implicitHost(name),
    own: (host) => variablesOfHost(draft, host, found),
    candidates: (host) =>
      byName([...given(host).variables, ...variablesOfHost(draft, host, found), ...extra]),
    layers: (host) => {
      const below = given(host);
      const own = variablesOfHost(draft, host, found);
      const values = merging
        ? winners([...below.variables, ...own], "merge")
        : replaced(below.values, own);
      return [
        { trusted: true, values },
        { trusted: true, values: merging ? mergedOver(values, extraVars) : extraVars },
      ];
    },
  };
}

/** `-e` replaces what is below it as a whole, so the joined mappings stand in it. */
function mergedOver(below: ValueMap, above: ValueMap): ValueMap {
  const joined = Object.entries(above).map(([name, value]): [string, Value] => {
    const old = below[name];
    return [name, old === undefined ? value : mergedValue(old, value)];
  });
  return Object.fromEntries(joined);
}

/** The order that decides between the groups of a host: deeper, then of higher priority, then later by name. */
export function byPrecedence(a: InventoryGroup, b: InventoryGroup): number {
  return a.depth - b.depth || a.priority - b.priority || compareText(a.name, b.name);
}

/** Of each name the last value; with `merge`, mappings of one name joined. */
export function winners(
  variables: readonly Variable[],
  hashBehaviour: "replace" | "merge" = "replace",
): ValueMap {
  const values = new Map<string, Value>();
  for (const { name, value } of variables) {
    const before = hashBehaviour === "merge" ? values.get(name) : undefined;
    values.set(name, before === undefined ? value : mergedValue(before, value));
  }
  return Object.fromEntries(values);
}

/** `hash_behaviour = replace`, over what is there already. */
function replaced(below: ValueMap, variables: readonly Variable[]): ValueMap {
  const values: Record<string, Value> = { ...below };
  // No reader lets the name __proto__ through.
  for (const { name, value } of variables) values[name] = value;
  return values;
}

/** In the order of the `precedence` setting: usually all inline values before all files. */
function variablesOfGroups(
  draft: InventoryDraft,
  others: readonly string[],
  { found, precedence }: { found: readonly FoundVars[]; precedence: readonly GroupVarsPlace[] },
): readonly Variable[] {
  const inline = (name: string) => {
    const group = draft.group(name);
    return [...group.overridden, ...group.variables.values()];
  };
  const files = (beside: FoundVars["beside"], ...groups: readonly string[]) =>
    fileVariables(found, beside, ...groups);
  const from = (place: GroupVarsPlace): readonly Variable[] => {
    switch (place) {
      case "all_inventory":
        return inline("all");
      case "groups_inventory":
        return others.flatMap(inline);
      case "all_plugins_inventory":
        return files("inventory", "all");
      case "all_plugins_play":
        return files("playbook", "all");
      case "groups_plugins_inventory":
        return files("inventory", ...others);
      case "groups_plugins_play":
        return files("playbook", ...others);
      case "plugins_by_groups":
        return others.flatMap((group) => [
          ...files("inventory", group),
          ...files("playbook", group),
        ]);
    }
  };
  return precedence.flatMap(from);
}

/** Place by place, in each place group by group: a later source's parent beats an earlier source's child. */
function fileVariables(
  found: readonly FoundVars[],
  beside: FoundVars["beside"],
  ...groups: readonly string[]
): readonly Variable[] {
  return found
    .filter((place) => place.beside === beside)
    .flatMap((place) => groups.flatMap((group) => variablesIn(place, group)));
}

function variablesIn(place: FoundVars, group: string): readonly Variable[] {
  const { beside } = place;
  return (place.groups.get(group) ?? []).map(({ name, value, at, encrypted }) => ({
    name,
    value,
    from: { kind: "group-vars", group, beside, at, encrypted },
  }));
}

function variablesOfHost(
  draft: InventoryDraft,
  host: HostId,
  found: readonly FoundVars[],
): readonly Variable[] {
  const written = draft.hosts.get(host);
  const implicit: readonly Variable[] =
    written === undefined && LOCALHOST.includes(host)
      ? [{ name: "ansible_connection", value: "local", from: { kind: "implicit-localhost" } }]
      : [];
  const all: Variable[] = [...implicit, ...(written?.overridden ?? [])];
  for (const variable of written?.variables ?? []) all.push(variable);
  for (const beside of BESIDE) {
    for (const place of found) {
      const here = place.beside === beside ? place.hosts.get(host) : undefined;
      for (const { name, value, at, encrypted } of here ?? []) {
        all.push({ name, value, from: { kind: "host-vars", host, beside, at, encrypted } });
      }
    }
  }
  return all;
}

function implicitHost(name: string): InventoryHost | undefined {
  return LOCALHOST.includes(name) ? { name: hostId(name), groups: [] } : undefined;
}

export function depthsOf(draft: InventoryDraft): ReadonlyMap<string, number> {
  const depth = remembered((name: string): number => {
    const parents = [...(draft.groups.get(name)?.parents ?? [])];
    return parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => depth(parent)));
  });
  return new Map([...draft.groups.keys()].map((name) => [name, depth(name)]));
}

/** Level by level, each group where it is met first; Ansible leaves the order of grandchildren to chance. */
function hostsOf(draft: InventoryDraft, group: DraftGroup): readonly HostId[] {
  const ordered = new Set([group.name]);
  // A set lists what is added while it is walked through: all of one level before the next.
  for (const name of ordered) {
    for (const child of draft.groups.get(name)?.children ?? []) ordered.add(child);
  }
  const hosts = [...ordered].flatMap((name) => [...(draft.groups.get(name)?.hosts ?? [])]);
  return [...new Set(hosts)];
}

function membershipsOf(draft: InventoryDraft): ReadonlyMap<HostId, readonly string[]> {
  const ancestors = remembered((name: string): readonly string[] => {
    const parents = [...(draft.groups.get(name)?.parents ?? [])];
    return [...new Set([name, ...parents.flatMap((parent) => ancestors(parent))])];
  });
  const named = new Map<HostId, string>();
  for (const group of draft.groups.values()) {
    for (const host of group.hosts) {
      const others = named.get(host);
      named.set(host, others === undefined ? group.name : `${others}\0${group.name}`);
    }
  }
  // One list for all hosts that are named in the same groups, whose variables are then found by it.
  const lists = remembered((groups: string): readonly string[] => {
    const names = new Set(groups.split("\0").flatMap((name) => ancestors(name)));
    names.delete("all");
    return [...names].toSorted(compareText);
  });
  const groupsOf = (host: HostId, groups: string): readonly string[] => {
    const list = lists(groups);
    const isInVain = draft.expelled.has(host) && list.includes("ungrouped");
    return isInVain ? list.filter((name) => name !== "ungrouped") : list;
  };
  return new Map([...named].map(([host, groups]) => [host, groupsOf(host, groups)]));
}

function byName(variables: readonly Variable[]): ReadonlyMap<string, readonly Variable[]> {
  const names = new Map<string, Variable[]>();
  for (const variable of variables) {
    const known = names.get(variable.name);
    if (known === undefined) names.set(variable.name, [variable]);
    else known.push(variable);
  }
  return names;
}

/** By code points, as Python sorts. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function remembered<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const made = compute(key);
    known.set(key, made);
    return made;
  };
}
