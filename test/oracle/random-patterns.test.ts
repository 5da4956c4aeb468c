import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { ansiblePython, startAnsible, type Ansible } from "../helpers/ansible-answers.ts";
import { LOCALHOST } from "../../src/inventory/finish.ts";
import { runbookHere } from "../helpers/in-process.ts";
import { seeded } from "../helpers/random.ts";
import { randomInventory } from "../helpers/random-inventory.ts";
import { randomLimit, randomPattern } from "../helpers/random-pattern.ts";

jest.setTimeout(600_000);

/** Other patterns: PATTERN_SEED=$RANDOM PATTERN_COUNT=300. */
const COUNT = Number(process.env["PATTERN_COUNT"] ?? 100);
const SEED = Number(process.env["PATTERN_SEED"] ?? 41_000);
const PER_INVENTORY = 10;

interface PatternAnswers {
  readonly answers: readonly (readonly string[] | null)[];
  readonly certain: boolean;
}

const python = ansiblePython();
const compared = python === undefined ? describe.skip : describe;

compared("random patterns, as ansible-core reads them", () => {
  let ansible: Ansible;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "patterns-"));
    ansible = await startAnsible(python ?? "");
  });
  afterAll(async () => {
    await ansible[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  test(`${String(COUNT)} of them from seed ${String(SEED)}: the same hosts in the same order`, async () => {
    const different: string[] = [];
    for (let seed = SEED; seed < SEED + COUNT / PER_INVENTORY; seed++) {
      const random = seeded(seed);
      const made = randomInventory(random);
      const folder = join(root, String(seed));
      for (const [path, text] of Object.entries(made.files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const asked = Array.from({ length: PER_INVENTORY }, () => ({
        pattern: randomPattern(random, made),
        limit: randomLimit(random, made),
      }));
      const pairs = JSON.stringify(asked.map(({ pattern, limit }) => [pattern, limit ?? null]));
      const said = await ansible.ask("patterns", [...made.sources, pairs], folder);
      const { answers, certain } = JSON.parse(said.out) as PatternAnswers;
      const sources = made.sources.flatMap((source) => ["-i", source]);
      for (const [index, { pattern, limit }] of asked.entries()) {
        const limited = limit === undefined ? [] : [`--limit=${limit}`];
        const args = [...sources, `--list-hosts=${pattern}`, ...limited];
        const got = await runbookHere(["inventory", ...args, "--lenient"], folder);
        // Ansible lists it even where the limit leaves it out.
        const isForgotten = limit !== undefined && LOCALHOST.includes(pattern);
        if (isForgotten && got.out === "") continue;
        const isChance = !certain && /\[-?\d/.test(`${pattern} ${limit ?? ""}`);
        const inOrder = (hosts: readonly string[]) =>
          (certain ? hosts : hosts.toSorted()).join(" ");
        const theirs = inOrder(answers[index] ?? []);
        const ours = inOrder(got.out.split("\n").filter((line) => line !== ""));
        if (ours === theirs || isChance) continue;
        const where = `PATTERN_COUNT=1 PATTERN_SEED=${String(seed)}`;
        different.push(
          `${where}: ${args.join(" ")}\nansible: ${theirs}\nours:    ${ours}\n${got.err}`,
        );
      }
    }
    expect(different.slice(0, 5).join("\n\n")).toBe("");
    expect(different).toEqual([]);
  });
});
