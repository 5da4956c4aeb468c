import { describe, expect, test } from "@jest/globals";
import { applyLine } from "../../src/engine/fold.ts";
import { streamedLines } from "../../src/cli/streaming.ts";
import type { JournalLine } from "../../src/model/journal-entry.ts";
import type { RunState } from "../../src/model/run-state.ts";
import { outlineOf } from "../../src/report/outline.ts";
import { paintFor } from "../../src/report/paint.ts";
import type { HostStanding } from "../../src/report/progress.ts";
import { createProgress } from "../../src/report/progress.ts";
import { recapText } from "../../src/report/recap.ts";
import type { HostOutcome } from "../../src/report/run-report.ts";
import { dice, told } from "../helpers/toy-deaths.ts";
import type { Life } from "../helpers/toy-life.ts";
import { reportOfLife } from "../helpers/toy-report.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { stories } from "../helpers/toy-stories.ts";

// What people see while it runs, what they read at the end, and what programs get, counted apart from each other.

/** The sums of the columns, read from the text as a person reads it. */
function sumsOf(recap: string): { readonly [column: string]: number } {
  const sums: Record<string, number> = {};
  for (const [, column = "", count = ""] of recap.matchAll(/\b([a-z_]+)=(\d+)/g))
    sums[column] = (sums[column] ?? 0) + Number(count);
  return sums;
}

/** The live view's words, and what a report may call the same host once the run has come to rest. */
const SAME: { readonly [standing in HostStanding]: readonly HostOutcome[] } = {
  stuck: ["needs-operator", "rollback-pending"],
  "in doubt": ["in-doubt"],
  failed: ["failed"],
  lost: ["unreachable", "in-doubt"],
  "going back": ["going-back"],
  running: ["open", "in-doubt", "failed"],
  "to do": ["untouched"],
  back: ["back"],
  done: ["done"],
  "at goal": ["at-goal"],
};

function compare(life: Life, lines: readonly JournalLine[]): void {
  const outline = outlineOf(toyPlaybook(life.text));
  const progress = createProgress(outline, () => 0);
  let state: RunState | undefined;
  for (const line of lines) {
    state = applyLine(state, line);
    progress.entry(line, state);
  }
  if (!state) throw new Error("the journal has no line");
  const report = reportOfLife(life);
  const { tasks, hosts } = report.totals;
  expect(sumsOf(recapText(state, paintFor(false)))).toEqual({
    ...{ ok: tasks.ok, changed: tasks.changed, unreachable: tasks.unreachable },
    ...{ failed: tasks.failed, skipped: tasks.skipped, ignored: tasks.ignored },
    ...{ rolled_back: tasks.rolledBack, in_doubt: tasks.inDoubt },
  });
  expect(Object.values(hosts).reduce((sum, count) => sum + count, 0)).toBe(report.hosts.length);
  for (const { host, outcome } of report.hosts) {
    const seen = [...progress.hosts.values()].find((one) => one.host === host)?.standing;
    expect([host, seen, seen && SAME[seen]]).toEqual([
      host,
      seen,
      expect.arrayContaining([outcome]),
    ]);
  }
  const parts = { spec: life.spec, playbook: toyPlaybook(life.text), mask: (text: string) => text };
  const last = JSON.parse(streamedLines(parts, lines).trimEnd().split("\n").at(-1) ?? "") as {
    totals?: object;
  };
  expect(last.totals).toEqual(report.totals);
}

describe.each(Object.entries(stories))("%s", (_, story) => {
  test("is counted the same by the live view, the recap, the report and the stream", async () => {
    const undisturbed = await told(story);
    compare(undisturbed.life, undisturbed.life.lines);
    const roll = dice(story.text.length + 1);
    for (let sample = 0; sample < 8; sample++) {
      const line = 1 + roll(undisturbed.wrote[0] ?? 1);
      const { life } = await told(story, [{ death: { line, when: "before" } }]);
      compare(life, life.lines);
    }
  });
});
