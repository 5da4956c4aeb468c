import { unlockHosts } from "../../engine/host-lock.ts";
import { EXIT } from "../exit-codes.ts";
import { openRun } from "../open-run.ts";
import type { ResumeOptions } from "../options.ts";
import { createRunning } from "../running.ts";
import type { Terminal } from "../terminal.ts";

/** The operator takes over by hand: locks go, the journal stays and says so. */
export async function abandon(
  name: string,
  options: ResumeOptions,
  terminal: Terminal,
): Promise<number> {
  const opened = await openRun(name, () => true, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  if (!options.yes) {
    const answer = await terminal.ask(
      `Give run ${run.run} up as it stands? Its locks go; it cannot be resumed. [yes/no] `,
    );
    if (answer === undefined) {
      terminal.err("Nobody can answer here: --yes goes ahead. Nothing was done.\n");
      return EXIT.refused;
    }
    if (answer !== "yes" && answer !== "y") return EXIT.declined;
  }
  await using running = createRunning({
    ...run,
    spec: run.state.spec,
    journal: run.writer,
    reporters: [],
    signal: new AbortController().signal,
    note: (text) => terminal.err(`${text}\n`),
  });
  await unlockHosts(running);
  await running.append({
    type: "run-finished",
    outcome: "abandoned",
    text: `given up by ${running.who}`,
  });
  terminal.out(`Run ${run.run} is given up. Its journal stays: runbook show ${run.run}\n`);
  return EXIT.done;
}
