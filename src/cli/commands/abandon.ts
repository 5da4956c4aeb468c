import { lookAtClaims } from "../../engine/claims.ts";
import { EXIT } from "../exit-codes.ts";
import { openRun } from "../open-run.ts";
import type { UnlockOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { giveUp, mayUnlock, quietRunning } from "./unlock.ts";

/** The operator takes over by hand: locks go, the journal stays and says so. */
export async function abandon(
  name: string,
  options: UnlockOptions,
  terminal: Terminal,
): Promise<number> {
  const opened = await openRun(name, () => true, options, terminal);
  if (typeof opened === "number") return opened;
  await using run = opened;
  const { finished } = run.state;
  if (finished) {
    terminal.err(
      `Run ${run.run} is finished (${finished.outcome}): ${finished.text}. There is nothing to give up; ` +
        `what is left of its locks goes with: runbook unlock ${run.run}\n`,
    );
    return EXIT.refused;
  }
  await using running = quietRunning(run, terminal);
  const claims = await lookAtClaims(running);
  const asked = await mayUnlock(run, claims, options, terminal, {
    question: `Give run ${run.run} up as it stands? Its locks go; it cannot be resumed.`,
    always: true,
  });
  if (asked !== undefined) return asked;
  const pending = await giveUp(running, claims, terminal);
  await running.append({
    type: "run-finished",
    outcome: "abandoned",
    text: `given up by ${running.who}`,
  });
  terminal.out(`Run ${run.run} is given up. Its journal stays: runbook show ${run.run}\n`);
  return pending.length > 0 ? EXIT.unreachable : EXIT.done;
}
