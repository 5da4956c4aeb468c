/** Names for completion, from where a run would read them. Nothing here asks, connects or fails. */
import { createRedactor } from "../../lib/redact.ts";
import { JournalStore, stateFolder } from "../../journal/store.ts";
import { steps } from "../../steps/index.ts";
import { readInventory } from "../sources.ts";
import type { Candidate, Names } from "./complete.ts";

/** Inventories may be large and runs many: more than this helps nobody who presses a key. */
const MOST = 2000;
const MOST_RUNS = 50;

export const names: Names = {
  async hosts(inventories, groups): Promise<readonly Candidate[]> {
    const options = { inventory: inventories, extraVars: [], vaultPasswordFile: [], vaultId: [] };
    const read = await readInventory(options, undefined, createRedactor());
    const known = read.value?.inventory;
    if (!known) return [];
    const hosts = known.hosts.map(({ name }) => ({ value: name, description: "host" }));
    const others = groups
      ? [...known.groups].map(([value, { hosts: own }]) => ({
          value,
          description: `group of ${own.length}`,
        }))
      : [];
    return [...others, ...hosts].slice(0, MOST);
  },
  async runs(stateDir): Promise<readonly Candidate[]> {
    const store = new JournalStore(stateFolder(stateDir, process.env), undefined);
    const all = await store.runs();
    return all
      .slice(-MOST_RUNS)
      .toReversed()
      .map((value) => ({ value, description: "run" }));
  },
  steps: () =>
    Promise.resolve([...steps].map(([value, { summary }]) => ({ value, description: summary }))),
};
