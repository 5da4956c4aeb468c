import type { Random } from "./random.ts";
import type { RandomInventory } from "./random-inventory.ts";

const GLOBS = ["*", "w*", "*.example.net", "d?", "[wd]*", "w[!1]", "n[a-c]", "*1*", "x?y", "g-*"];
const EXPRESSIONS = ["~w\\d", "~(web|db)", "~.*net$", "~^d", "~[wn].$", "~10\\.", "~E"];
const SLICES = ["[0]", "[1:]", "[0:1]", "[-1]", "[-2:]", "[:1]", "[5]", "[1:2]", "[-2:-1]", "[-3]"];
const ODD = [
  "nobody",
  "web:",
  ":db",
  "w1,,w2",
  "",
  " w1 ",
  "!",
  "&",
  "localhost",
  "127.0.0.1",
  "ALL",
];

/** What a pattern may be made of: names, globs, expressions and slices of them, joined, taken away and intersected. */
export function randomPattern(random: Random, inventory: RandomInventory): string {
  if (random.chance(0.05)) return random.pick(ODD);
  const terms = Array.from({ length: 1 + random.below(4) }, (_, index) => {
    const sign = index > 0 || random.chance(0.1) ? random.pick(["", "", "!", "&"]) : "";
    return sign + term(random, inventory);
  });
  return terms.join(random.pick([":", ",", ",", ", "]));
}

/** For `--limit`. */
export function randomLimit(random: Random, inventory: RandomInventory): string | undefined {
  if (random.chance(0.5)) return undefined;
  return randomPattern(random, inventory);
}

function term(random: Random, { groups, hosts }: RandomInventory): string {
  const name = random.pick([...groups, ...groups, ...hosts, ...GLOBS]);
  switch (random.below(6)) {
    case 0:
      return random.pick(EXPRESSIONS);
    case 1:
      return name + random.pick(SLICES);
    case 2:
      return random.pick(["all", "ungrouped", "*"]);
    default:
      return name;
  }
}
