import type { HostId } from "../model/ids.ts";
import type {
  Inventory,
  InventoryGroup,
  Variable,
  VariableFileOrigin,
} from "../model/inventory.ts";
import {
  isValueMap,
  Timestamp,
  UnsafeText,
  VaultText,
  WholeFloat,
  type Value,
  type ValueMap,
} from "../model/value.ts";
import { entriesOf, isMapping } from "../lib/mapping.ts";
import { printFloat, timestampRepr } from "../jinja/index.ts";
import { compareText, winners } from "./finish.ts";
import type { JsonTree } from "./json-text.ts";

export interface AnswerOptions {
  /** Variables stay with the groups and hosts that they were given to, instead of being merged per host. */
  readonly export?: boolean;
  /** Only these hosts; all when absent. */
  readonly only?: readonly HostId[];
  /** Groups show what `group_vars` beside the playbook say, too: as there, only where its folder was named. */
  readonly playbookVars?: boolean;
}

/** What `ansible-inventory --list` answers. */
export function inventoryAsJson(inventory: Inventory, options: AnswerOptions = {}): JsonTree {
  const only = new Set(options.only ?? inventory.named);
  const answer: Record<string, Value> = {};
  const add = (name: string): void => {
    const group = inventory.groups.get(name);
    if (group === undefined || Object.hasOwn(answer, name)) return;
    const hosts = name === "all" ? [] : group.ownHosts.filter((host) => only.has(host));
    const vars = options.export === true ? exportedVariables(group, inventory, options) : {};
    answer[name] = {
      ...(hosts.length === 0 ? {} : { hosts }),
      ...(group.children.length === 0 ? {} : { children: group.children }),
      ...(Object.keys(vars).length === 0 ? {} : { vars }),
    };
    group.children.forEach(add);
  };
  add("all");
  const hostvars = new Map<string, () => JsonTree>();
  for (const name of inventory.named) {
    if (only.has(name) && hasVariables(inventory, name, options))
      hostvars.set(name, () => hostAsJson(inventory, name, options));
  }
  const meta = new Map<string, () => JsonTree>([
    ["hostvars", () => hostvars],
    ["profile", () => "inventory_legacy"],
  ]);
  const listing = new Map<string, () => JsonTree>([["_meta", () => meta]]);
  for (const [name, group] of Object.entries(answer)) {
    if (isValueMap(group) && Object.keys(group).length > 0) listing.set(name, () => group);
  }
  return listing;
}

function hasVariables(inventory: Inventory, host: HostId, options: AnswerOptions): boolean {
  // What a host was given itself is quickly seen, and most hosts were given something.
  if (options.export !== true && inventory.own(host).length > 0) return true;
  return Object.keys(hostAsJson(inventory, host, options)).length > 0;
}

/** What `ansible-inventory --list --yaml` answers: groups inside of groups, each host's variables where it stands first. */
export function inventoryAsTree(inventory: Inventory, options: AnswerOptions = {}): ValueMap {
  const only = new Set(options.only ?? inventory.named);
  const seen = new Set<HostId>();
  const drawn = new Set<string>();
  const tree = (name: string): ValueMap => {
    const group = inventory.groups.get(name);
    if (group === undefined) return {};
    const children: [string, ValueMap][] = [];
    for (const child of group.children) {
      // A group below two others is written once; the second time it is only named.
      const isAgain = drawn.has(child);
      const content = isAgain ? {} : tree(child);
      drawn.add(child);
      if (isAgain || Object.keys(content).length > 0) children.push([child, content]);
    }
    const hosts: [string, ValueMap][] = [];
    for (const host of name === "all" ? [] : group.ownHosts) {
      if (!only.has(host)) continue;
      hosts.push([host, seen.has(host) ? {} : variablesOf(inventory, host, options)]);
      seen.add(host);
    }
    const vars = options.export === true ? exportedVariables(group, inventory, options) : {};
    return {
      ...(children.length === 0 ? {} : { children: Object.fromEntries(children) }),
      ...(hosts.length === 0 ? {} : { hosts: Object.fromEntries(hosts) }),
      ...(Object.keys(vars).length === 0 ? {} : { vars }),
    };
  };
  const all = tree("all");
  return Object.keys(all).length === 0 ? {} : { all };
}

/** What `ansible-inventory --host` answers. */
export function hostAsJson(
  inventory: Inventory,
  host: HostId,
  options: Pick<AnswerOptions, "export" | "playbookVars"> = {},
): ValueMap {
  return variablesOf(inventory, host, options);
}

function variablesOf(
  inventory: Inventory,
  host: HostId,
  options: Pick<AnswerOptions, "export" | "playbookVars"> = {},
): ValueMap {
  if (options.export !== true) {
    const [inherited, extra] = inventory.layers(host);
    const above = extra?.values ?? {};
    const below = inherited?.values ?? {};
    return Object.keys(above).length === 0 ? below : { ...below, ...above };
  }
  const wanted = ({ from }: Variable) =>
    from.kind === "host" || (from.kind === "host-vars" && isShown(from, options));
  return winners(inventory.own(host).filter(wanted), inventory.hashBehaviour);
}

/** What `ansible-inventory --graph` prints. */
export function graphText(
  inventory: Inventory,
  options: { readonly top?: string; readonly vars?: boolean; readonly playbookVars?: boolean } = {},
): string {
  const { top = "all", vars = false } = options;
  const lines: string[] = [];
  const put = (depth: number, text: string) => {
    lines.push(depth === 0 ? text : `${"  |".repeat(depth)}--${text}`);
  };
  const variables = (depth: number, values: ValueMap) => {
    if (!vars) return;
    for (const name of Object.keys(values).toSorted(compareText)) {
      put(depth, `{${name} = ${pythonText(values[name] ?? null)}}`);
    }
  };
  const draw = (name: string, depth: number): void => {
    const group = inventory.groups.get(name);
    if (group === undefined) return;
    put(depth, `@${name}:`);
    for (const child of group.children) draw(child, depth + 1);
    if (name !== "all") {
      for (const host of group.ownHosts) {
        put(depth + 1, host);
        variables(depth + 2, variablesOf(inventory, host));
      }
    }
    variables(depth + 1, exportedVariables(group, inventory, options));
  };
  draw(top, 0);
  return `${lines.join("\n")}\n`;
}

function exportedVariables(
  group: InventoryGroup,
  { hashBehaviour }: Inventory,
  options: Pick<AnswerOptions, "playbookVars">,
): ValueMap {
  const shown = group.variables.filter(
    ({ from }) => from.kind !== "group-vars" || isShown(from, options),
  );
  const priority = group.priority === 1 ? {} : { ansible_group_priority: group.priority };
  return { ...winners(shown, hashBehaviour), ...priority };
}

function isShown(
  { beside }: Pick<VariableFileOrigin, "beside">,
  { playbookVars = false }: Pick<AnswerOptions, "playbookVars">,
): boolean {
  return beside === "inventory" || playbookVars;
}

/** As Python prints a value: text bare outside of lists, quoted inside. What is encrypted stays hidden. */
function pythonText(value: Value): string {
  if (value instanceof UnsafeText) return value.text;
  if (value instanceof Timestamp) return value.iso.replace("T", " ");
  return typeof value === "string" ? value : pythonRepr(value);
}

function pythonRepr(value: Value): string {
  if (value === null) return "None";
  if (value instanceof WholeFloat) return printFloat(value.number);
  if (value instanceof UnsafeText) return quoted(value.text);
  if (value instanceof VaultText) return "•••";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" && !Number.isInteger(value)) return printFloat(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (value instanceof Timestamp) return timestampRepr(value);
  if (!isMapping(value)) throw new TypeError("no value");
  const entries = entriesOf(value);
  return `{${entries.map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`).join(", ")}}`;
}

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r")
    .replaceAll(/[\0-\u001f\u007f]/g, (found) => {
      return `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`;
    })
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}
