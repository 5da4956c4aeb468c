import { expect, test } from "@jest/globals";
import { buildProgram } from "../../src/engine/program.ts";
import { applyLine, fold } from "../../src/engine/fold.ts";
import type { LaneTask, Program } from "../../src/engine/program.ts";
import type { OpenLane } from "../../src/engine/stage-lanes.ts";
import { stageLanes } from "../../src/engine/stage-lanes.ts";
import type { RunState } from "../../src/model/run-state.ts";
import { told } from "../helpers/toy-deaths.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { stories } from "../helpers/toy-stories.ts";

const named = ({ host, next, begun }: OpenLane): string =>
  `${host} ${next.kind} ${next.next.task.id} ${begun ? "begun" : "not begun"}`;

/** Everything that `decide` asks about the lanes of a stage. */
function seen(program: Program, state: RunState, tasks: readonly LaneTask[]): unknown {
  const lanes = stageLanes(program, state, tasks);
  const batches = [...lanes.openBatches()];
  return {
    counts: [lanes.failures, lanes.done, lanes.back, lanes.exceeded, lanes.nextToBegin],
    batches,
    open: batches.map((batch) => lanes.open(batch).map(named)),
    ahead: batches.map((batch) => [...lanes.ahead(batch)].map(named)),
    atOnce: [...lanes.atOnce()].map(({ host, task }) => `${host} ${task.id}`),
  };
}

test.each(Object.entries(stories))(
  "lanes that were kept up line by line are those of somebody who looks for the first time (%s)",
  async (_, story) => {
    const { life } = await told(story, [{ deathAfter: { lines: 30, when: "after" } }]);
    const { lines, spec } = life;
    const program = buildProgram({ spec, playbook: toyPlaybook(story.text) });
    const kept = fold(lines.slice(0, 1));
    if (kept === undefined) throw new Error("no state");
    for (const [index, line] of lines.entries()) {
      if (index > 0) applyLine(kept, line);
      // A program of its own has no kept lanes.
      const other = buildProgram({ spec, playbook: toyPlaybook(story.text) });
      const fresh = fold(lines.slice(0, index + 1));
      for (const [position, stage] of program.stages.entries()) {
        const same = other.stages[position];
        if (stage.kind !== "lanes" || same?.kind !== "lanes" || fresh === undefined) continue;
        expect([index, seen(program, kept, stage.tasks)]).toEqual([
          index,
          seen(other, fresh, same.tasks),
        ]);
      }
    }
  },
);
