import type { Random } from "./random.ts";

export interface RandomInventory {
  readonly files: { readonly [path: string]: string };
  readonly sources: readonly string[];
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
}

const HOSTS = [
  ...["w1", "w2", "w3", "w10", "d1", "d2", "n-1", "w1.example.net", "db.example.net"],
  ...["10.0.0.5", "localhost", "x_y", "w[1:3]", "w[01:03]", "n[a:c]", "d[1:9:4]", "p1:2222"],
  ...["m[1:2]x[a:b]", "w[8:11].example.net:22", "fe80::1", "[fe80::2]:99"],
];
const GROUPS = ["web", "db", "prod", "eu", "app", "g-dash", "ungrouped", "all", "z9"];
const NEVER_CHILDREN: ReadonlySet<string> = new Set(["all", "ungrouped"]);
const NAMES = ["a", "b", "v", "ansible_port", "ansible_host", "list", "conf", "ansible_user", "É"];
const INI_VALUES = [
  ...["1", "01", "1.0", "1.10", "1e3", "1E5", "True", "true", "yes", "None", "none", "x", "''"],
  ...["'quoted'", '"a b"', "[1,2]", '"[1, 2]"', "\"[1, 'x']\"", "\"{'a': {'b': [1, 2]}}\"", "-5"],
  ...["\"{1: 'a', 'x': 2, 1.0: 3}\"", '"{None: 1, True: [2]}"'],
  ...["+3", "1_000", '""', '"{{ a }}"', "é", "$HOME", "a=b", "'it\"s'", '"(1, 2)"', '"(1,)"'],
  ...["0x1F", "0o17", "0b11", "0644", "1.", ".5", "-0", "-0.0", "1e400", "x:y", "a,b", "~/x"],
  ...["\"'1'\"", "\"'x' 'y'\"", "\"u'x'\"", "\"r'a\\\\n'\"", '"[1, [2, {}]]"', "a;b"],
  ...['"1, 2"', '"1 if 2"', '"len"', "12345678901234567890", "a\\ b"],
  ...['"[True, None]"', '"a # b"', "'#x'", '"-  1"', '"1 "', "1.5e-7", "1e22", "1e16", '"[1,]"'],
  ...["\"{'a': 'it\\\\'s'}\"", '"()"', '"[ ]"', '"{}"', "/a/b", "a@b", "!x", "%x", "&x", "*"],
];
const RAW_VALUES = [
  ...["1", "x y z", "'quoted'", '"double"', "[1, 'a']", '{"a": true}', "{'a': True}", "a # b"],
  ...["True", "0644", "", "1.50", "{{ b }}", '"{{ b }}"', "a = b", "[1, 2", "x  ", "None", "[]"],
  ...[
    "'a' 'b'",
    "('a', 2)",
    "1 # c",
    "'#'",
    "-1",
    "yes",
    "-o A=b -o C=d",
    "'''x'''",
    "\\n",
    "a\tb",
  ],
  ...["[1] # c", "{ 'a' : [ 1 , 2.0 ] }", "1.0e10", "0.1", "1e-5", "100000000000000000000.0"],
];
const YAML_VALUES = [
  ...["1", "yes", "no", "on", "True", "0644", "0o10", "1:30", "1e3", "1.0e+3", ".5", "~", "null"],
  ...["''", "'x'", '"a\\tb"', "[1, two, 3.5]", "{a: 1, b: [x]}", "text here", "'{{ a }}'", "0x1f"],
  ...["|\n    two\n    lines\n", ">-\n    folded\n    text", "1_000", "-0.0", ".inf", "y", "0b11"],
  ...[
    "!unsafe '{{ x }}'",
    "12345678901234567890",
    '"\\u00e9"',
    "{}",
    "[]",
    "a: b".replace(": ", ":"),
  ],
  ...["{<<: {p: 1, q: 2}, q: 3}", "&m {k: 1}", "[[1], {a: }]", "1.10", "'01'", "{one: a, x: 2}"],
  ...["2024-01-02", "2024-01-02 03:04:05.25 -1:30", "2024-1-2", "{80: a, true: b, 80.0: c}"],
  ...["{1: x, '1': y}", "{null: 1, 9: 2, '10': 3}", "{2.5: {0x10: a}}", "2001-12-14t21:59:43Z"],
  ...["09", "+1", "0.", "1__0", "0x", "'yes'", "nUll", "TRUE", "!!str 1", "!!int '7'", "2e+1"],
];

/**
 * An inventory of all that real ones are made of, and some of what they should not be. `ungrouped` is below no other group:
 * no host has a group's name: what Ansible makes of that is an accident (docs/reference/ansible-differences.md).
 */
export function randomInventory(random: Random): RandomInventory {
  const files: Record<string, string> = {};
  const sources: string[] = [];
  const count = 1 + random.below(3);
  for (let index = 0; index < count; index++) sources.push(source(random, index, files));
  for (const folder of ["", "inv/", "pb/"]) {
    if (random.chance(0.6)) varsFolder(random, `${folder}group_vars`, GROUPS, files);
    if (random.chance(0.5)) varsFolder(random, `${folder}host_vars`, HOSTS, files);
  }
  files["pb/site.yml"] = "[]\n";
  return {
    files,
    sources,
    hosts: HOSTS.filter((name) => !name.includes("[") && name !== "localhost"),
    groups: GROUPS,
  };
}

function source(random: Random, index: number, files: Record<string, string>): string {
  switch (random.below(6)) {
    case 0:
      return `${random.some(HOSTS.slice(0, 12), 0.3).join(",")},`;
    case 1: {
      files["inv/10-hosts"] = ini(random);
      files["inv/05-hosts.yml"] = yaml(random);
      files["inv/20.ini"] = ini(random);
      if (random.chance(0.3)) files["inv/sub/hosts"] = ini(random);
      files["inv/x.bak"] = "never1\n";
      files["inv/.hidden"] = "never2\n";
      files["inv/README.md"] = "never 3\n";
      return "inv";
    }
    case 2: {
      const name = `h${String(index)}${random.pick([".yml", ".yaml", "", ".json"])}`;
      files[name] = name.endsWith(".json") ? json(random) : yaml(random);
      return name;
    }
    default: {
      const name = `h${String(index)}${random.pick(["", ".ini", ".yml", ".conf"])}`;
      files[name] = ini(random);
      return name;
    }
  }
}

function ini(random: Random): string {
  const lines: string[] = [];
  const host = () => {
    const words = [random.pick(HOSTS)];
    for (const name of random.some(NAMES, 0.2)) words.push(`${name}=${random.pick(INI_VALUES)}`);
    return words.join(random.pick([" ", "  ", "\t"])) + (random.chance(0.1) ? " # why" : "");
  };
  for (let count = random.below(3); count > 0; count--) lines.push(host());
  for (let count = 1 + random.below(6); count > 0; count--) {
    const at = random.below(GROUPS.length);
    const group = random.pick(GROUPS);
    if (random.chance(0.1)) lines.push("", random.pick(["# note", "; note", "  "]));
    switch (random.below(4)) {
      case 0:
        lines.push(`[${group}:vars]`);
        for (const name of random.some([...NAMES, "ansible_group_priority"], 0.25)) {
          const value =
            name === "ansible_group_priority" ? String(random.below(12)) : random.pick(RAW_VALUES);
          lines.push(`${name}${random.pick(["=", " = ", " ="])}${value}`);
        }
        break;
      case 1:
        lines.push(`[${GROUPS[at] ?? group}:children]`);
        // Downwards, so that there is no circle: what is left of one is an accident.
        for (const child of random.some(GROUPS.slice(at + 1), 0.3)) {
          if (!NEVER_CHILDREN.has(child)) lines.push(child);
        }
        break;
      default:
        lines.push(`[${group}]${random.chance(0.1) ? " # some" : ""}`);
        for (let hosts = random.below(4); hosts > 0; hosts--) lines.push(host());
    }
  }
  // What is a child or has variables must be declared somewhere.
  for (const group of GROUPS) lines.push(`[${group}]`);
  return `${lines.join(random.chance(0.05) ? "\r\n" : "\n")}\n`;
}

function variables(
  random: Random,
  indent: string,
  more: readonly string[] = [],
): readonly string[] {
  return random
    .some([...NAMES, ...more], 0.25)
    .map((name) =>
      name === "ansible_group_priority"
        ? `${indent}${name}: ${String(random.below(12))}`
        : `${indent}${name}: ${random.pick(YAML_VALUES).replaceAll("\n", `\n${indent}`).trimEnd()}`,
    );
}

function yaml(random: Random): string {
  const lines: string[] = random.chance(0.3) ? ["---"] : [];
  const group = (name: string, from: number, indent: string) => {
    lines.push(`${indent}${name}:`);
    if (random.chance(0.7)) {
      const hosts = [...new Set([random.pick(HOSTS), random.pick(HOSTS)])];
      lines.push(`${indent}  hosts:`);
      for (const host of hosts) {
        lines.push(`${indent}    ${/[[:]/.test(host) ? `"${host}"` : host}:`);
        if (random.chance(0.5)) lines.push(...variables(random, `${indent}      `));
      }
    }
    if (random.chance(0.4)) {
      lines.push(
        `${indent}  vars:`,
        ...variables(random, `${indent}    `, ["ansible_group_priority"]),
      );
    }
    if (random.chance(0.5) && from < GROUPS.length && indent.length < 12) {
      lines.push(`${indent}  children:`);
      for (const [offset, child] of GROUPS.slice(from).entries()) {
        if (!NEVER_CHILDREN.has(child) && random.chance(0.3)) {
          group(child, from + offset + 1, `${indent}    `);
        }
      }
    }
    if (random.chance(0.03)) lines.push(`${indent}  hostz: {}`);
  };
  if (random.chance(0.7)) group("all", 0, "");
  else for (const name of random.some(GROUPS, 0.3)) group(name, GROUPS.indexOf(name) + 1, "");
  return `${lines.join("\n")}\n`;
}

function json(random: Random): string {
  const hosts = Object.fromEntries(
    random.some(HOSTS, 0.2).map((host) => [host, random.chance(0.5) ? { a: 1.0, b: [true] } : {}]),
  );
  return JSON.stringify({
    all: {
      children: { [random.pick(GROUPS.slice(0, 6))]: { hosts, vars: { v: "json", n: null } } },
    },
  });
}

function varsFolder(
  random: Random,
  folder: string,
  names: readonly string[],
  files: Record<string, string>,
): void {
  const plain = names.filter((name) => !/[[/:]/.test(name));
  for (const name of random.some(plain, 0.35)) {
    for (const ending of random.some(["", ".yml", ".yaml", ".json", ".txt", ".YML"], 0.35)) {
      if (ending === "" && random.chance(0.6)) {
        for (const inner of random.some(
          [
            "a.yml",
            "b.yaml",
            "c",
            "d.json",
            ".hid.yml",
            "e.yml~",
            "f.txt",
            "sub/z.yml",
            "sub/.x.yml",
          ],
          0.4,
        )) {
          files[`${folder}/${name}/${inner}`] = varsFile(random, inner);
        }
      } else {
        files[`${folder}/${name}${ending}`] = varsFile(random, ending);
      }
    }
  }
}

function varsFile(random: Random, name: string): string {
  if (name.endsWith(".json")) return JSON.stringify({ a: "json", conf: { x: [1, 2.5, null] } });
  if (random.chance(0.05)) return random.pick(["", "---\n", "# nothing\n", "{}\n"]);
  return `---\n${variables(random, "", ["ansible_group_priority"]).join("\n")}\n`;
}
