import { expect, test } from "@jest/globals";
import { lockHosts } from "../../src/engine/host-lock.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import { resumedBy } from "../../src/model/journal-entry.ts";
import { dice } from "../helpers/toy-deaths.ts";
import { codeOf, head, Life } from "../helpers/toy-life.ts";
import { controller, quickClock, toyPlaybook } from "../helpers/toy-run.ts";

const text = `${head("mode: serial")}
phases:
  - name: one
    tasks:
      - put: { key: one, value: "1" }
      - put: { key: two, value: "2" }
`;

/** A run that failed and holds its locks. */
async function failed(): Promise<Life> {
  const life = new Life(text, { hosts: ["a", "b"] });
  life.world.broken.add("a two");
  expect(codeOf(await life.apply())).toBe(2);
  return life;
}

const copyOf = (lines: readonly JournalLine[]): JournalLine[] =>
  JSON.parse(JSON.stringify(lines)) as JournalLine[];

/** Somebody who goes on with this journal; theirs is a copy. */
async function goesOn(life: Life, lines: JournalLine[], who: string) {
  const running = controller(life.world, life.spec, toyPlaybook(text), lines, quickClock());
  await running.append(resumedBy(who));
  return { running, locks: () => lockHosts(running, running.state.lockedHosts) };
}

test("a copy of a journal that was gone on with elsewhere is not gone on with, and says why", async () => {
  const life = await failed();
  const stale = copyOf(life.lines);
  expect(codeOf(await life.resume())).toBe(2);
  const other = await goesOn(life, stale, "somebody-else@elsewhere");
  const problems = await other.locks();
  expect(problems.map(({ host, kind }) => [host, kind])).toEqual([
    ["a", "held"],
    ["b", "held"],
  ]);
  expect(problems[0]?.diagnostic.code).toBe("engine/gone-on-elsewhere");
  // Whoever has the journal that went on takes its locks over, however its controller ended.
  life.world.broken.clear();
  expect(codeOf(await life.resume())).toBe(0);
});

test("a controller that died between its locks and the line that names them is followed by the next one", async () => {
  const life = await failed();
  const before = life.lines.length;
  await life.resume({ deathAfter: { lines: 2, when: "before" } });
  expect(life.lines).toHaveLength(before + 1);
  life.world.broken.clear();
  expect(codeOf(await life.resume())).toBe(0);
  expect(life.locked).toEqual([]);
});

test("R12: of two that go on with copies of one journal at once, at most one has its hosts, in each of 200 races", async () => {
  const roll = dice(12);
  let won = 0;
  for (let race = 0; race < 200; race++) {
    const life = await failed();
    const one = await goesOn(life, copyOf(life.lines), "one@here");
    const other = await goesOn(life, copyOf(life.lines), "other@there");
    const both = roll(2) === 0 ? [one, other] : [other, one];
    const later = roll(4);
    const answers = await Promise.all(
      both.map(async ({ locks }, index) => {
        for (let turn = 0; index === 1 && turn < later; turn++) await Promise.resolve();
        return locks();
      }),
    );
    const winners = answers.filter((problems) => problems.length === 0);
    expect([race, winners.length <= 1]).toEqual([race, true]);
    won += winners.length;
    for (const problems of answers)
      for (const { diagnostic } of problems)
        expect(diagnostic.code).toBe("engine/gone-on-elsewhere");
  }
  expect(won).toBeGreaterThan(0);
});
