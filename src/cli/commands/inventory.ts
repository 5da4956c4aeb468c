import { writeFile } from "node:fs/promises";
import {
  graphText,
  hostAsJson,
  inventoryAsJson,
  inventoryAsTree,
} from "../../inventory/answers.ts";
import { jsonPieces, type JsonTree } from "../../inventory/json-text.ts";
import { inventoryFiles } from "../../inventory/files.ts";
import { expandLimit, selectHosts } from "../../inventory/select.ts";
import { errorText } from "../../lib/error-words.ts";
import { createRedactor } from "../../lib/redact.ts";
import { hostId } from "../../model/ids.ts";
import type { HostId } from "../../model/ids.ts";
import type { Inventory } from "../../model/inventory.ts";
import type { ValueMap } from "../../model/value.ts";
import { EXIT } from "../exit-codes.ts";
import type { InventoryCommandOptions } from "../options.ts";
import { readInventory } from "../sources.ts";
import type { Terminal } from "../terminal.ts";
import { yamlText } from "../yaml-text.ts";

/** The answers of `ansible-inventory` and `ansible --list-hosts`. `group` is that of `--graph`. */
export async function inventory(
  group: string | undefined,
  options: InventoryCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const modes = [options.list, options.host, options.graph, options.listHosts];
  if (modes.filter((one) => one !== undefined).length > 1) {
    terminal.err("Only one of --list, --host, --graph and --list-hosts can be asked at a time.\n");
    return EXIT.usage;
  }
  // Without a playbook, the current folder stands for the playbook's.
  const read = await readInventory(options, options.playbookDir ?? ".", createRedactor());
  terminal.problems(read.problems);
  if (!read.value) {
    return read.problems.some(
      (p) => p.code === "cli/no-inventory" || p.code === "inventory/missing",
    )
      ? EXIT.noHosts
      : EXIT.invalid;
  }
  const known = read.value.inventory;
  if (options.host !== undefined) return oneHost(known, options.host, options, terminal);
  if (options.graph !== undefined) return graph(known, group, options, terminal);
  if (options.listHosts !== undefined)
    return listHosts(known, options.listHosts, options.limit, terminal);
  const only = options.limit === undefined ? undefined : await limited(known, options, terminal);
  if (typeof only === "number") return only;
  const asked = { ...shown(options), ...(only && { only }) };
  return options.yaml
    ? say(yamlPieces(inventoryAsTree(known, asked)), options, terminal)
    : say(jsonLines(inventoryAsJson(known, asked)), options, terminal);
}

function shown(options: InventoryCommandOptions) {
  return { export: options.export === true, playbookVars: options.playbookDir !== undefined };
}

async function oneHost(
  known: Inventory,
  host: string,
  options: InventoryCommandOptions,
  terminal: Terminal,
): Promise<number> {
  // Ansible takes a pattern, too, as long as it means one host.
  const meant = known.host(host) ? [hostId(host)] : (selectHosts(known, host).value ?? []);
  const [only, ...more] = meant;
  if (only !== undefined && more.length === 0) {
    const variables = hostAsJson(known, only, shown(options));
    return say(
      options.yaml ? yamlPieces(variables) : jsonLines(variables, "plain"),
      options,
      terminal,
    );
  }
  terminal.err(`There is no host ${host} in the inventory.\n`);
  return EXIT.noHosts;
}

function graph(
  known: Inventory,
  group: string | undefined,
  options: InventoryCommandOptions,
  terminal: Terminal,
): number {
  const top = group ?? (typeof options.graph === "string" ? options.graph : "all");
  if (!known.groups.has(top)) {
    terminal.err(`There is no group ${top} in the inventory.\n`);
    return EXIT.noHosts;
  }
  const { playbookVars } = shown(options);
  terminal.out(graphText(known, { top, vars: options.vars === true, playbookVars }));
  return EXIT.done;
}

async function limited(
  known: Inventory,
  { limit = "", lenient }: InventoryCommandOptions,
  terminal: Terminal,
): Promise<readonly HostId[] | number> {
  const expanded = await expandLimit(limit, inventoryFiles(process.cwd()));
  terminal.problems(expanded.problems);
  if (expanded.value === undefined) return EXIT.noHosts;
  const chosen = selectHosts(known, "all", expanded.value);
  const isEmpty = chosen.problems.every(
    ({ severity, code }) => severity === "warning" || code === "inventory/no-hosts",
  );
  if (lenient && chosen.value === undefined && isEmpty) return [];
  terminal.problems(chosen.problems);
  return chosen.value ?? EXIT.noHosts;
}

function* yamlPieces(answer: ValueMap): Generator<string> {
  yield yamlText(answer);
}

function* jsonLines(answer: JsonTree, unsafe?: "plain"): Generator<string> {
  yield* jsonPieces(answer, unsafe);
  yield "\n";
}

async function say(
  pieces: Iterable<string>,
  { output }: InventoryCommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (output === undefined) {
    for (const piece of pieces) terminal.out(piece);
    return EXIT.done;
  }
  try {
    await writeFile(output, [...pieces].join(""), { mode: 0o600 });
    return EXIT.done;
  } catch (error) {
    terminal.err(`${output} cannot be written: ${errorText(error)}\n`);
    return EXIT.usage;
  }
}

async function listHosts(
  known: Inventory,
  pattern: string,
  limit: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const expanded =
    limit === undefined ? undefined : await expandLimit(limit, inventoryFiles(process.cwd()));
  terminal.problems(expanded?.problems ?? []);
  if (expanded !== undefined && expanded.value === undefined) return EXIT.noHosts;
  const chosen = selectHosts(known, pattern, expanded?.value);
  terminal.problems(chosen.problems);
  for (const host of chosen.value ?? []) terminal.out(`${host}\n`);
  return (chosen.value ?? []).length === 0 ? EXIT.noHosts : EXIT.done;
}
