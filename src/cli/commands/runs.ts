import { showDuration } from "../../lib/duration.ts";
import { printable } from "../../lib/printable.ts";
import { safeJson } from "../../lib/safe-json.ts";
import type { JournalStore } from "../../journal/store.ts";
import type { RunId } from "../../model/ids.ts";
import { foldRun } from "../fold-run.ts";
import { EXIT } from "../exit-codes.ts";
import { openStore } from "../new-run.ts";
import type { RunsOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

type Listed =
  | { readonly run: RunId; readonly unreadable: string }
  | {
      readonly run: RunId;
      readonly startedAt: string;
      /** Of the last line so far. */
      readonly endedAt: string;
      readonly durationMs: number;
      readonly hosts: number;
      readonly who: string;
      readonly playbook: string;
      readonly standing: string;
      readonly text: string;
      /** A controller is at work on it at this moment. */
      readonly live: boolean;
    };

export async function runs(options: RunsOptions, terminal: Terminal): Promise<number> {
  const store = openStore(options);
  const listed: Listed[] = [];
  for (const run of await store.runs()) {
    const one = await listedRun(store, run);
    listed.push(one);
    if (!options.json) terminal.out(lineOf(one, terminal));
  }
  if (!options.json && listed.length === 0)
    terminal.err(
      "There is no run here yet; --state-dir or RUNBOOK_STATE_DIR names another place.\n",
    );
  if (options.json) terminal.document(`${safeJson(listed, 2)}\n`);
  return EXIT.done;
}

async function listedRun(store: JournalStore, run: RunId): Promise<Listed> {
  const journal = await foldRun(store, run);
  const first = journal?.first;
  if (!journal || first?.entry.type !== "run-started")
    return { run, unreadable: journal?.problems[0]?.summary ?? "no first line" };
  const { state, endedAt } = journal;
  const { hosts, playbook, who } = first.entry;
  const live = await store.isBeingWritten(run);
  const open = live ? "at work" : "its controller is gone: runbook resume";
  return {
    run,
    startedAt: new Date(first.at).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    durationMs: endedAt - first.at,
    hosts: hosts.length,
    who,
    playbook,
    standing: state?.finished?.outcome ?? (state?.stopped ? "stopped" : "under-way"),
    text: state?.finished?.text ?? state?.stopped?.text ?? open,
    live,
  };
}

function lineOf(one: Listed, terminal: Terminal): string {
  if ("unreadable" in one)
    return `${one.run}  ${terminal.paint.bad("unreadable")}  ${printable(one.unreadable)}\n`;
  const { run, startedAt, durationMs, hosts, who, playbook, standing, text, live } = one;
  const words = live
    ? terminal.paint.changed("at work")
    : standing === "stopped"
      ? `stopped: ${text}`
      : standing === "under-way"
        ? text
        : standing;
  return `${run}  ${startedAt}  ${showDuration(durationMs).padEnd(10)} ${hosts} hosts  ${who}  ${playbook}: ${words}\n`;
}
