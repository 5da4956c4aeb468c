import { showDuration } from "../../lib/duration.ts";
import { fold } from "../../engine/fold.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import type { StateOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

export async function runs(options: StateOptions, terminal: Terminal): Promise<number> {
  const store = openStore(options);
  for (const run of await store.runs()) {
    const journal = await store.read(run);
    const first = journal?.lines[0];
    const last = journal?.lines.at(-1);
    if (!journal || !first || !last || first.entry.type !== "run-started") {
      terminal.out(
        `${run}  ${terminal.paint.bad("unreadable")}  ${journal?.problems[0]?.summary ?? "no first line"}\n`,
      );
      continue;
    }
    const state = fold(journal.lines);
    const standing =
      state?.finished?.outcome ??
      (state?.stopped ? `stopped: ${state.stopped.text}` : "under way, or killed");
    const { hosts, playbook, who } = first.entry;
    terminal.out(
      `${run}  ${new Date(first.at).toISOString()}  ${showDuration(last.at - first.at).padEnd(10)} ${hosts.length} hosts  ${who}  ${playbook}: ${standing}\n`,
    );
  }
  return EXIT.done;
}
