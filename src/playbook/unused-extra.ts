import { didYouMean } from "../lib/did-you-mean.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Playbook } from "../model/playbook.ts";

/**
 * A warning for each name given with `-e` that neither playbook nor inventory ever mentions: most probably a slip.
 * Whatever is mentioned as a word counts, because a template may name a variable in more than one way.
 */
export function unusedExtraVars(
  playbook: Playbook,
  inventory: Pick<Inventory, "layers" | "extraVars">,
  hosts: readonly HostId[],
): readonly Diagnostic[] {
  const names = Object.keys(inventory.extraVars).filter((name) => !name.startsWith("ansible_"));
  if (names.length === 0) return [];
  const words = new Set<string>(playbook.inputs.map((input) => input.name));
  const seen = new Set<object>();
  addWords(words, seen, playbook);
  for (const host of hosts) {
    for (const { values } of inventory.layers(host).slice(0, -1)) {
      for (const name of Object.keys(values)) words.add(name);
      addWords(words, seen, values);
    }
  }
  // A variable of `-e` may be there for the sake of another one.
  addWords(words, seen, inventory.extraVars);
  return names
    .filter((name) => !words.has(name))
    .map((name) => {
      const meant = didYouMean(
        name,
        playbook.inputs.map((input) => input.name),
      );
      return {
        code: "playbook/unused-variable",
        severity: "warning",
        summary: `nothing uses the variable "${name}" that -e gives`,
        hint:
          meant !== undefined
            ? `Did you mean "${meant}"?`
            : playbook.inputs.length === 0
              ? "The playbook has no inputs."
              : `The playbook's inputs are ${playbook.inputs.map((input) => input.name).join(", ")}.`,
      };
    });
}

function addWords(words: Set<string>, seen: Set<object>, part: unknown): void {
  if (typeof part === "string") {
    for (const [word] of part.matchAll(/[A-Za-z_]\w*/g)) words.add(word);
  } else if (typeof part === "object" && part !== null && !seen.has(part)) {
    seen.add(part);
    for (const inner of Object.values(part)) addWords(words, seen, inner);
  }
}
