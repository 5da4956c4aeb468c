import { isIP } from "node:net";
import { dirname } from "node:path";
import type { HostId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ValueMap } from "../model/value.ts";

/** The variables that every host has without anybody setting them. They win over everything but `-e`. */
export function magicVariables(inventory: Inventory, host: HostId): ValueMap {
  const { groups = [], source } = inventory.host(host) ?? {};
  return {
    ...hostMagic(host, groups),
    groups: groupsVariable(inventory),
    ...(source === undefined ? {} : fileMagic(source)),
  };
}

/** Those that are there while the inventory is still being read. `groups` are sorted and without `all`. */
export function hostMagic(host: HostId, groups: readonly string[]): ValueMap {
  return {
    inventory_hostname: host,
    inventory_hostname_short: isIP(host) === 0 ? (host.split(".")[0] ?? host) : host,
    group_names: groups,
  };
}

export function fileMagic(source: string): ValueMap {
  return { inventory_file: source, inventory_dir: dirname(source) };
}

const known = new WeakMap<Inventory, ValueMap>();

/** `groups`: every group with all its hosts, those of its children included. */
export function groupsVariable(inventory: Inventory): ValueMap {
  const old = known.get(inventory);
  if (old !== undefined) return old;
  const made = Object.fromEntries([...inventory.groups].map(([name, { hosts }]) => [name, hosts]));
  known.set(inventory, made);
  return made;
}
