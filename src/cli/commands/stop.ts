import { noSuchRun } from "../../journal/store.ts";
import { runId } from "../../model/ids.ts";
import { reachRun } from "../control/reach.ts";
import { foldRun } from "../fold-run.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import type { StopOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

/** Asks the controller of a run to stop it, as an interrupt at its terminal would. */
export async function stop(
  name: string,
  options: StopOptions,
  terminal: Terminal,
): Promise<number> {
  const store = openStore(options);
  const run = runId(name);
  const journal = await foldRun(store, run);
  if (!journal) {
    terminal.problems([noSuchRun(run)]);
    return EXIT.usage;
  }
  const reached = await reachRun(store.folder, run, options.now ? "now" : "rest-point");
  switch (reached.kind) {
    case "answered":
      terminal.out(`${WORDS[reached.answer.level]}\n`);
      if (options.wait) await reached.gone;
      reached.leave();
      return EXIT.done;
    case "silent":
      terminal.err(
        `Run ${run} was asked, and does not answer: its controller may be suspended. It reads it when it goes on.\n`,
      );
      return EXIT.locked;
    case "refused":
      terminal.err(`Run ${run} was not asked to stop: ${reached.reason}.\n`);
      return EXIT.locked;
    case "nobody": {
      if (await store.isBeingWritten(run)) {
        terminal.err(
          `Run ${run} is at work, and cannot be reached from here: by another user, or on another machine.\n`,
        );
        return EXIT.locked;
      }
      const { state } = journal;
      const standing = state?.finished ?? state?.stopped;
      terminal.out(
        standing
          ? `Run ${run} is not at work: ${standing.text}.\n`
          : `Run ${run} is not at work: its controller is gone. runbook resume ${run} goes on with it.\n`,
      );
      return EXIT.done;
    }
  }
}

const WORDS = {
  0: "It goes on.",
  1: "It stops at the next rest point of every host; --now stops it after the running tasks.",
  2: "It stops after the running tasks; --now again leaves at once (jobs on hosts go on).",
  3: "It leaves at once. Jobs on hosts go on; `runbook resume` finds them.",
} as const;
