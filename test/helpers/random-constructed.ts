import { randomInventory, type RandomInventory } from "./random-inventory.ts";
import type { Random } from "./random.ts";

const EXPRESSIONS = [
  ...["a", "b", "v", "list", "conf", "ansible_port", "a is defined", "v | default('')", "none"],
  ...["inventory_hostname", "group_names", "group_names | length", "inventory_hostname_short"],
  ...["conf.e", "conf['e'] | default('x')", "list[0]", "[v, 1]", "{'k': v, 'n': none, 'e': ''}"],
  ...["a ~ '-' ~ b", "v == 1", "missing", "a +", "omit", "'web' in group_names", "[]", "''", "7"],
  ...["inventory_hostname | length", "true", "{}", "['a b', '', none]", "v | string", "made_v"],
  ...["inventory_hostname is match('w')", "a if v is defined else b", "ansible_host | upper"],
];
const NAMES = ["made_v", "v", "conf", "fresh", "ansible_port"];
const GROUPS = ["made", "web", "odd name", "7up", "z-9", "prod"];
const PARTS = ["''", "p", "é", "p-q", "_"];
const PARENTS = ["top", '"{{ a }}"', "web", "prod", "made", '"{{ missing }}"', "''"];

/** A random inventory with a file of the plugin `constructed` somewhere behind its first source. */
export function randomConstructed(random: Random): RandomInventory {
  const made = randomInventory(random);
  const at = 1 + random.below(made.sources.length);
  const sources = made.sources.toSpliced(at, 0, "cons.yml");
  return { ...made, sources, files: { ...made.files, "cons.yml": constructed(random) } };
}

function constructed(random: Random): string {
  const lines = [`plugin: ${random.pick(["constructed", "ansible.builtin.constructed"])}`];
  for (const flag of ["leading_separator", "use_vars_plugins", "use_extra_vars"]) {
    if (random.chance(0.3)) lines.push(`${flag}: ${random.pick(["true", "false", "yes"])}`);
  }
  if (random.chance(0.1)) lines.push("strict: true");
  const expression = () => JSON.stringify(random.pick(EXPRESSIONS));
  lines.push("compose:");
  for (const name of random.some(NAMES, 0.5)) lines.push(`  ${name}: ${expression()}`);
  lines.push("groups:");
  for (const name of random.some(GROUPS, 0.5)) {
    lines.push(`  "${name}": ${random.pick([expression(), "true", "false", "1"])}`);
  }
  lines.push("keyed_groups:");
  for (let count = random.below(4); count > 0; count--) {
    const entry = [`key: ${expression()}`];
    if (random.chance(0.6)) entry.push(`prefix: ${random.pick(PARTS)}`);
    if (random.chance(0.3)) entry.push(`separator: ${random.pick(["''", "'-'", "_", "x"])}`);
    if (random.chance(0.3)) entry.push(`parent_group: ${random.pick(PARENTS)}`);
    if (random.chance(0.3)) {
      entry.push(random.pick(["default_value: dv", "default_value: ''", "trailing_separator: no"]));
    }
    lines.push(`  - {${entry.join(", ")}}`);
  }
  return `${lines.join("\n")}\n`;
}
