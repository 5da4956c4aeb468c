import { graphText, hostAsJson, inventoryAsJson } from "../../inventory/answers.ts";
import { jsonText } from "../../inventory/json-text.ts";
import { inventoryFiles } from "../../inventory/files.ts";
import { expandLimit, selectHosts } from "../../inventory/select.ts";
import { createRedactor } from "../../lib/redact.ts";
import { hostId } from "../../model/ids.ts";
import type { Inventory } from "../../model/inventory.ts";
import { EXIT } from "../exit-codes.ts";
import type { InventoryCommandOptions } from "../options.ts";
import { readInventory } from "../sources.ts";
import type { Terminal } from "../terminal.ts";

/** The answers of `ansible-inventory` and `ansible --list-hosts`. */
export async function inventory(
  options: InventoryCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const redactor = createRedactor();
  const read = await readInventory(options, undefined, redactor);
  terminal.problems(read.problems);
  if (!read.value) {
    return read.problems.some(
      (p) => p.code === "cli/no-inventory" || p.code === "inventory/missing",
    )
      ? EXIT.noHosts
      : EXIT.invalid;
  }
  const known = read.value.inventory;
  if (options.host !== undefined) {
    if (!known.host(options.host)) {
      terminal.err(`There is no host ${options.host} in the inventory.\n`);
      return EXIT.noHosts;
    }
    terminal.out(`${jsonText(hostAsJson(known, hostId(options.host)))}\n`);
    return EXIT.done;
  }
  if (options.graph !== undefined) {
    const group = options.graph === true ? "all" : options.graph;
    if (!known.groups.has(group)) {
      terminal.err(`There is no group ${group} in the inventory.\n`);
      return EXIT.noHosts;
    }
    terminal.out(graphText(known, { top: group }));
    return EXIT.done;
  }
  if (options.listHosts !== undefined)
    return listHosts(known, options.listHosts, options.limit, terminal);
  terminal.out(`${jsonText(inventoryAsJson(known))}\n`);
  return EXIT.done;
}

async function listHosts(
  known: Inventory,
  pattern: string,
  limit: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const expanded =
    limit === undefined ? undefined : await expandLimit(limit, inventoryFiles(process.cwd()));
  const chosen = selectHosts(known, pattern, expanded?.value);
  terminal.problems([...(expanded?.problems ?? []), ...chosen.problems]);
  for (const host of chosen.value ?? []) terminal.out(`${host}\n`);
  return (chosen.value ?? []).length === 0 ? EXIT.noHosts : EXIT.done;
}
