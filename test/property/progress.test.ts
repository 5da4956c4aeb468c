import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyLine } from "../../src/engine/fold.ts";
import { cellsOf } from "../../src/lib/cells.ts";
import { printable } from "../../src/lib/printable.ts";
import type { HostId } from "../../src/model/ids.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import type { RunState } from "../../src/model/run-state.ts";
import { liveLines } from "../../src/report/live-view.ts";
import type { Outline } from "../../src/report/outline.ts";
import { outlineOf } from "../../src/report/outline.ts";
import { paintFor } from "../../src/report/paint.ts";
import type { HostProgress, Progress } from "../../src/report/progress.ts";
import { createProgress } from "../../src/report/progress.ts";
import { countsOf } from "../../src/report/recap.ts";
import { Life } from "../helpers/toy-life.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { stories } from "../helpers/toy-stories.ts";

interface Told {
  readonly outline: Outline;
  readonly lines: readonly JournalLine[];
}

async function told(name: string): Promise<Told> {
  const story = stories[name];
  if (!story) throw new Error(`there is no story ${name}`);
  const life = new Life(story.text, story.options);
  for (const chapter of story.chapters) {
    chapter.first?.(life.world);
    if (chapter.does === "apply") await life.apply({ ask: () => Promise.resolve(story.answer) });
    else if (chapter.does === "rollback") await life.rollback();
    else await life.resume();
  }
  return { outline: outlineOf(toyPlaybook(story.text)), lines: life.lines };
}

/** What a view that saw every line knows after each of them, beside one that begins there, as `resume` does. */
function* afterEach({ outline, lines }: Told): Generator<[Progress, Progress, RunState]> {
  const kept = createProgress(outline, () => 0);
  let state: RunState | undefined;
  for (const line of lines) {
    state = applyLine(state, line);
    kept.entry(line, state);
    const fresh = createProgress(outline, () => 0);
    fresh.entry(line, state);
    yield [kept, fresh, state];
  }
}

const standing = ({ host, standing: where, settled, problem }: HostProgress): object => ({
  ...{ host, where, settled, problem },
});

describe.each(Object.keys(stories))("%s", (name) => {
  test("looks the same to whoever joins late, and agrees with the recap", async () => {
    for (const [kept, fresh, state] of afterEach(await told(name))) {
      expect([...kept.hosts.values(), kept.fleet].map(standing)).toEqual(
        [...fresh.hosts.values(), fresh.fleet].map(standing),
      );
      for (const [host, progress] of kept.hosts) {
        const lane = state.lanes.get(host);
        if (!lane) continue;
        const counts = countsOf(lane);
        expect({ host, lost: progress.standing === "lost" && !counts.unreachable }).toEqual({
          host,
          lost: false,
        });
        if (progress.standing === "failed") expect(counts.failed).toBeGreaterThan(0);
        if (progress.standing === "in doubt") expect(counts.inDoubt).toBeGreaterThan(0);
        if (progress.standing === "done" || progress.standing === "at goal")
          expect(counts.failed + counts.inDoubt + counts.unreachable).toBe(0);
        expect(progress.settled).toBeLessThanOrEqual(counts.ok + counts.skipped + counts.ignored);
      }
      const counted = [...kept.counts().values()].reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(state.spec.hosts.length);
      const { done } = kept.estimate(1000);
      expect(done).toBeGreaterThanOrEqual(0);
      expect(done).toBeLessThanOrEqual(1);
    }
  });
});

test("no line of the view is wider than the terminal, and half of the screen stays free", () => {
  const plain = paintFor(false);
  const hosts = fc.array(
    fc.record({
      host: fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
      standing: fc.constantFrom("running", "failed", "to do", "done", "stuck"),
      text: fc.string({ unit: "binary" }),
    }),
    { maxLength: 60 },
  );
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 120 }),
    rows: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(hosts, size, fc.string({ unit: "binary" }), (given, screen, name) => {
      const outline: Outline = { name, phases: 1, perHost: 2, forFleet: 0, task: () => undefined };
      const progress = createProgress(outline, () => 0);
      const entries = given.map(({ host, standing: where, text }): [HostId, HostProgress] => [
        host as HostId,
        {
          ...{ host: host as HostId, standing: where as HostProgress["standing"], settled: 0 },
          doing: { task: text, phase: text, phaseNumber: 1, sinceMs: 0 },
        },
      ]);
      const view = { ...progress, hosts: new Map(entries), isOver: false };
      const clean = (text: string): string => printable(text).replaceAll(/\s+/g, " ");
      const lines = liveLines(view, screen, 5000, { outline, paint: plain, clean });
      expect(lines.length).toBeLessThanOrEqual(Math.max(0, screen.rows / 2));
      for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(screen.columns);
    }),
  );
});
