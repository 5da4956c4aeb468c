/**
 * Journals as released versions wrote them, with the world they left behind, under `test/fixtures/journals/FORMAT`. Never
 * rewritten: whoever changes the format freezes the one before, and adds a step to `journal/upgrade.ts`.
 */
import { describe, expect, test } from "@jest/globals";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fold } from "../../src/engine/fold.ts";
import { JournalStore } from "../../src/journal/store.ts";
import { hostId, runId } from "../../src/model/ids.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { FORMAT } from "../../src/model/journal-entry.ts";
import { wrongs } from "../helpers/journal-check.ts";
import { codeOf, Life } from "../helpers/toy-life.ts";

const FOLDER = join(import.meta.dirname, "..", "fixtures", "journals");

interface LeftBehind {
  readonly codes: readonly (number | string)[];
  readonly keys: readonly (readonly [string, readonly (readonly [string, string])[]])[];
  readonly locks: readonly (readonly [string, string])[];
  readonly fencing: number;
  readonly broken: readonly string[];
}

const formats = readdirSync(FOLDER).toSorted();
const frozen = formats.flatMap((format) =>
  readdirSync(join(FOLDER, format))
    .filter((name) => name.endsWith(".journal.jsonl"))
    .map((name) => ({ format, name: name.slice(0, -".journal.jsonl".length) })),
);

/** The journal as this release reads it, and the world as it was left. */
async function thawed({ format, name }: { format: string; name: string }): Promise<Life> {
  const folder = join(FOLDER, format);
  const read = await new JournalStore(folder).read(runId(name));
  expect(read?.problems).toEqual([]);
  const lines = read?.lines ?? [];
  const spec = fold(lines)?.spec;
  if (!spec) throw new Error(`${name} has no first line`);
  const left = JSON.parse(readFileSync(join(folder, `${name}.world.json`), "utf8")) as LeftBehind;
  const life = new Life(spec.source.text, { hosts: spec.hosts });
  for (const [host, keys] of left.keys)
    for (const [key, value] of keys) life.world.of(hostId(host)).set(key, value);
  // The world knows runs by this name.
  for (const line of lines)
    life.lines.push(JSON.parse(JSON.stringify(line).replaceAll(name, "RUN-toy")) as JournalLine);
  for (const [host] of left.locks) life.world.seize(hostId(host), "RUN-toy", left.fencing);
  return life;
}

describe("a journal of an older format", () => {
  test("is there for every format before this one", () => {
    expect(formats).toEqual(Array.from({ length: FORMAT - 1 }, (_, index) => String(index + 1)));
  });

  test.each(frozen)("$format/$name is read, and every prefix of it folds", async (one) => {
    const life = await thawed(one);
    for (let length = 1; length <= life.lines.length; length++)
      expect(fold(life.lines.slice(0, length))?.spec.run).toBe("RUN-toy");
    expect(life.lines[0]?.entry).toMatchObject({ type: "run-started", format: FORMAT });
    expect(wrongs(life.lines, [])).toEqual([]);
  });

  test.each(frozen.filter(({ name }) => /serial|window/.test(name)))(
    "$format/$name is taken back by this release",
    async (one) => {
      const life = await thawed(one);
      const rolled = await life.rollback();
      expect(codeOf(rolled)).toBe(10);
      expect(fold(life.lines)?.finished?.outcome).toBe("rolled-back");
      for (const host of ["a", "b", "c"]) {
        expect(life.lane(host).back?.standing).toBe("back");
        expect(life.keys(host)).toMatchObject({ old: "1" });
      }
      expect(life.locked).toEqual([]);
      expect(wrongs(life.lines, life.world.log)).toEqual([]);
    },
  );

  test.each(frozen.filter(({ name }) => /failed/.test(name)))(
    "$format/$name is gone on with by this release, and taken back after that",
    async (one) => {
      const life = await thawed(one);
      expect(codeOf(await life.resume())).toBe(0);
      for (const host of ["a", "b", "c"]) expect(life.keys(host)).toMatchObject({ done: "yes" });
      // Once on every host, whichever release rang it.
      for (const host of ["a", "b", "c"]) expect(life.keys(host)["bell"]).toBe("1");
      expect(codeOf(await life.rollback())).toBe(10);
      expect(wrongs(life.lines, life.world.log)).toEqual([]);
    },
  );

  test.each(frozen.filter(({ name }) => /rolled-back/.test(name)))(
    "$format/$name has nothing left to take back",
    async (one) => {
      const life = await thawed(one);
      const before = life.world.picture();
      expect(codeOf(await life.rollback())).toBe(10);
      expect([life.world.picture(), life.world.effects]).toEqual([before, []]);
    },
  );

  test.each(frozen.filter(({ name }) => /in-doubt/.test(name)))(
    "$format/$name is still in doubt, is not done blindly, and goes on when somebody has looked",
    async (one) => {
      const life = await thawed(one);
      expect(codeOf(await life.resume())).toBe(11);
      expect(life.world.effects.filter((effect) => effect.startsWith("a knock"))).toEqual([]);
      const record = [...life.lane("a").tasks.values()].find(
        ({ standing }) => standing === "in-doubt",
      );
      if (!record) throw new Error("nothing is in doubt");
      const { of, step } = record;
      life.write({ type: "settled", of, step, outcome: "applied", durationMs: 0 });
      expect(codeOf(await life.resume())).toBe(0);
      for (const host of ["a", "b", "c"])
        expect(life.keys(host)).toMatchObject({ door: "1", behind: "1" });
    },
  );

  test("keeps its bytes when it is gone on with: new lines follow in the format of this release", async () => {
    const folder = mkdtempSync(join(tmpdir(), "runbook-frozen-"));
    try {
      const name = frozen.find((one) => one.name.endsWith("failed"))?.name ?? "";
      const path = join(folder, `${name}.journal.jsonl`);
      copyFileSync(join(FOLDER, "1", `${name}.journal.jsonl`), path);
      copyFileSync(join(FOLDER, "1", "key"), join(folder, "key"));
      const before = readFileSync(path);
      const store = new JournalStore(folder);
      const read = await store.read(runId(name));
      if (!read?.key) throw new Error("it cannot be read");
      const clock = { now: () => 1, ticks: () => 0, sleep: () => Promise.resolve() };
      const writer = await store.reopen(runId(name), clock, { ...read, key: read.key });
      await writer.append({ type: "run-resumed", who: "somebody", format: FORMAT });
      await writer[Symbol.asyncDispose]();
      expect(readFileSync(path).subarray(0, before.length).equals(before)).toBe(true);
      const again = await store.read(runId(name));
      expect([again?.problems, again?.lines.length]).toEqual([[], read.lines.length + 1]);
      // What only a younger release can have written is refused, with the line and what to do.
      const more = await store.reopen(runId(name), clock, { ...(again ?? read), key: read.key });
      await more.append({ type: "run-resumed", who: "somebody", format: FORMAT + 1 });
      await more[Symbol.asyncDispose]();
      const refused = await store.read(runId(name));
      expect(refused?.problems).toMatchObject([
        { code: "journal/newer-format", at: { line: read.lines.length + 2 } },
      ]);
      expect(refused?.problems[0]?.hint).toContain("newer one");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
