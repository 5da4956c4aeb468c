import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { encodeValue } from "../../src/lib/value-codec.ts";
import { readYaml } from "../../src/yaml/read.ts";
import { ansiblePython, startAnsible, type Ansible } from "../helpers/ansible-answers.ts";
import { runbookHere } from "../helpers/in-process.ts";
import { seeded, type Random } from "../helpers/random.ts";
import { randomConstructed } from "../helpers/random-constructed.ts";
import { randomInventory, type RandomInventory } from "../helpers/random-inventory.ts";

jest.setTimeout(600_000);

/** Other inventories: RANDOM_SEED=$RANDOM RANDOM_COUNT=300. */
const COUNT = Number(process.env["RANDOM_COUNT"] ?? 100);
const SEED = Number(process.env["RANDOM_SEED"] ?? 952_946);
const python = ansiblePython();
const compared = python === undefined ? describe.skip : describe;

if (python === undefined) {
  process.stderr.write(
    "\n*** NOT COMPARED WITH ANSIBLE: ansible-core 2.19 is not installed here. `bash .ci/ansible` installs it. ***\n\n",
  );
}

/** What each case is asked; always with Ansible's leniency, so that bad files are compared, too. */
function questions(random: Random, { sources, hosts, groups }: RandomInventory) {
  const from = sources.flatMap((source) => ["-i", source]);
  const extra = random.chance(0.3) ? ["-e", "v=extra z='{{ a }}'", "-e", '{"conf": {"e": 1}}'] : [];
  const books = random.chance(0.3) ? ["--playbook-dir", "pb"] : [];
  const common = [...from, ...extra, ...books];
  return [
    [...common, "--list"],
    random.pick([
      [...common, "--list", "--export"],
      [...common, "--graph"],
      [...common, "--list", "--yaml"],
      [...common, "--graph", "--vars"],
      [...common, "--graph", random.pick(groups)],
      [...common, "--host", random.pick(hosts)],
      [...common, "--list", "--limit", random.pick([...groups, ...hosts, "w*", "!web"])],
    ]),
  ];
}

compared("random inventories, as ansible-core reads them", () => {
  let ansible: Ansible;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "inventories-"));
    ansible = await startAnsible(python ?? "");
  });
  afterAll(async () => {
    await ansible[Symbol.asyncDispose]();
    if (process.env["RANDOM_KEEP"] === undefined) rmSync(root, { recursive: true, force: true });
  });

  test.each([
    ["of them", COUNT, randomInventory],
    ["with a constructed source", Math.ceil(COUNT / 4), randomConstructed],
  ])(`%s, %d from seed ${String(SEED)}: every answer is the same`, async (name, count, make) => {
    const different: string[] = [];
    for (let index = 0; index < count; index++) {
      const seed = SEED + index;
      const random = seeded(seed);
      const made = make(random);
      const folder = write(join(root, `${name.replaceAll(" ", "-")}-${String(seed)}`), made);
      for (const args of questions(random, made)) {
        const wanted = await ansible.ask("ansible-inventory", args, folder);
        const got = await runbookHere(["inventory", ...args, "--lenient"], folder);
        const form = args.includes("--yaml") ? withoutAnchors : comparable;
        const [theirs, ours] = [wanted, got].map(({ out }) => form(out));
        const agree = wanted.status === 0 ? theirs === ours : got.code !== 0;
        if (agree) continue;
        different.push(
          `RANDOM_COUNT=1 RANDOM_SEED=${String(seed)}: ${args.join(" ")}\n${firstDifference(theirs ?? "", ours ?? "")}\n${got.err}`,
        );
      }
    }
    expect(different.slice(0, 5).join("\n\n")).toBe("");
    expect(different).toEqual([]);
  });
});

function write(folder: string, { files }: RandomInventory): string {
  for (const [path, text] of Object.entries(files)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  return folder;
}

/** JSON without the order of keys, and with floats as Python writes them; other text as it is. */
function comparable(out: string): string {
  if (!out.startsWith("{")) return out.trimEnd();
  const exact = out.replaceAll(/"(?:[^"\\]|\\.)*"|-?(?:\d[\d.eE+-]*|Infinity)|NaN/g, (found) =>
    found.startsWith('"') ? found : `"<${numberText(found)}>"`,
  );
  return JSON.stringify(sorted(JSON.parse(exact)), null, 1).replaceAll(
    // Only text that could be a template is surely marked alike (docs/reference/ansible-differences.md).
    /\{\s*"__ansible_unsafe": ("(?:[^"\\{]|\\.)*")\s*\}/g,
    "$1",
  );
}

/** YAML as what it means: Ansible writes an anchor where two hosts have one Python object. */
function withoutAnchors(out: string): string {
  const read = readYaml(out, "answer", { duplicateKeys: "error", types: "exact" });
  if (read.value === undefined) return `${out}\n${JSON.stringify(read.problems)}`;
  return JSON.stringify(encodeValue(read.value.value), null, 1);
}

function numberText(text: string): string {
  if (/^-?\d+$/.test(text)) return text;
  return `float ${String(Number(text))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

function firstDifference(theirs: string, ours: string): string {
  const [left, right] = [theirs.split("\n"), ours.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  const from = Math.max(0, at - 6);
  return `ansible:\n${left.slice(from, at + 6).join("\n")}\nours:\n${right.slice(from, at + 6).join("\n")}`;
}
