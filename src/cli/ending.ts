/** The last lines of a run: recap, why it ended, and the commands to go on, to look and to go back. */
import type { Ending } from "../engine/begin.ts";
import { touchedHosts } from "../engine/standing.ts";
import type { Running } from "../engine/running.ts";
import type { RunState } from "../model/run-state.ts";
import { recapText } from "../report/recap.ts";
import type { Terminal } from "./terminal.ts";

export function sayEnding(running: Running, ending: Ending, terminal: Terminal): void {
  const { state } = running;
  const { run } = state.spec;
  terminal.out(`\n${recapText(state, terminal.paint)}\n`);
  const { end } = ending;
  switch (end.kind) {
    case "succeeded":
      terminal.out(`\nDone. ${wayBackLine(running)}\n`);
      return;
    case "rolled-back":
      terminal.out(`\nEvery host that went back is back. Look: runbook show ${run}\n`);
      return;
    case "stopped":
      if (end.why === "hosts-to-do") {
        terminal.err(
          [
            `\nStopped: ${end.text}.`,
            "  go on:   the same command without --limit, or with the others: hosts that are done are not entered again",
            `  look:    runbook show ${run}`,
            ...(hasWayBack(state) ? [`  go back: runbook rollback ${run}`] : []),
            "",
          ].join("\n"),
        );
        return;
      }
      terminal.err(
        [
          `\nStopped: ${end.text}.`,
          `  go on:   runbook resume ${run}`,
          `  look:    runbook show ${run}`,
          ...(hasWayBack(state) ? [`  go back: runbook rollback ${run}`] : []),
          "",
        ].join("\n"),
      );
  }
}

function wayBackLine({ state }: Running): string {
  if (touchedHosts(state).length === 0) return "Nothing was changed.";
  return hasWayBack(state)
    ? `The way back: runbook rollback ${state.spec.run} (--check says whether it still exists)`
    : "There is nothing to take back.";
}

/** Did the run change anything that can be taken back? A restart or a flush cannot. */
export function hasWayBack(state: RunState): boolean {
  return [...state.lanes.values()].some((lane) =>
    [...lane.tasks.values()].some(
      ({ attempt, undo }) => attempt > 0 && undo !== undefined && undo.kind !== "nothing",
    ),
  );
}
