/** The last lines of a run: recap, why it ended, and the commands to go on, to look and to go back. */
import type { Ending } from "../engine/begin.ts";
import { touchedHosts } from "../engine/standing.ts";
import type { Running } from "../engine/running.ts";
import type { RunState } from "../model/run-state.ts";
import type { StopReason } from "../model/journal-entry.ts";
import { troubles } from "../report/failure-text.ts";
import { outlineOf } from "../report/outline.ts";
import { recapText } from "../report/recap.ts";
import type { Terminal } from "./terminal.ts";

export function sayEnding(running: Running, ending: Ending, terminal: Terminal): void {
  const { state } = running;
  const { run } = state.spec;
  terminal.out(`\n${recapText(state, terminal.paint, terminal.columns)}\n`);
  const { end } = ending;
  switch (end.kind) {
    case "succeeded":
      terminal.out(`\nDone. ${wayBackLine(running)}\n`);
      return;
    case "rolled-back":
      terminal.out(`\nEvery host that went back is back. Look: runbook show ${run}\n`);
      return;
    case "stopped":
      terminal.err(`\nStopped: ${end.text}.\n`);
      for (const trouble of troubles(
        state,
        outlineOf(running.program.run.playbook),
        terminal.errPaint,
      ))
        terminal.err(`  ${trouble}\n`);
      terminal.err(`${waysOn(state, end.why).join("\n")}\n`);
  }
}

/** The commands to go on, to look and to go back. */
function waysOn(state: RunState, why: StopReason): readonly string[] {
  const { run } = state.spec;
  const doubt = [...state.lanes.values()]
    .flatMap(({ tasks }) => [...tasks])
    .find(([, { standing, back }]) => standing === "in-doubt" && back === undefined);
  return [
    why === "hosts-to-do"
      ? "  go on:   the same command without --limit, or with the others: hosts that are done are not entered again"
      : `  go on:   runbook resume ${run}`,
    ...(doubt
      ? [
          `  settle:  runbook resume ${run} --settle ${doubt[0]}=applied|not-applied, when you have looked and know`,
        ]
      : []),
    `  look:    runbook show ${run}`,
    ...(hasWayBack(state) ? [`  go back: runbook rollback ${run}`] : []),
  ];
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
