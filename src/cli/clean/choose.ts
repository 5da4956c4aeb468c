/** Which runs may be cleaned up: finished ones that nobody wants any more. What is kept, is kept with the reason. */
import type { JournalStore } from "../../journal/store.ts";
import { hasErrors } from "../../model/diagnostic.ts";
import type { RunId } from "../../model/ids.ts";
import type { RunState } from "../../model/run-state.ts";
import { hasWayBack } from "../ending.ts";
import { foldRun } from "../fold-run.ts";

export interface Wish {
  /** Only these; none: all. */
  readonly named: readonly RunId[];
  /** Runs whose last entry is younger stay. */
  readonly before: number;
  /** So many of the newest that could go stay. */
  readonly keep: number;
  /** Also runs that could still be taken back. */
  readonly wayBack: boolean;
  /** Their hosts are left as they are. */
  readonly journalsOnly: boolean;
}

export interface Candidate {
  readonly run: RunId;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: string;
}

export interface Choice {
  readonly goes: readonly Candidate[];
  readonly stays: readonly { readonly run: RunId; readonly why: string }[];
}

export async function chooseRuns(store: JournalStore, wish: Wish): Promise<Choice> {
  const stays: { run: RunId; why: string }[] = [];
  const could: Candidate[] = [];
  for (const run of await store.runs()) {
    if (wish.named.length > 0 && !wish.named.includes(run)) continue;
    const judged = await judge(store, run, wish);
    if (typeof judged === "string") stays.push({ run, why: judged });
    else could.push(judged);
  }
  const newest = could.slice(Math.max(0, could.length - wish.keep));
  for (const { run } of newest) stays.push({ run, why: "one of the newest" });
  return { goes: could.slice(0, Math.max(0, could.length - wish.keep)), stays };
}

async function judge(store: JournalStore, run: RunId, wish: Wish): Promise<Candidate | string> {
  if (await store.isBeingWritten(run)) return "a process is at work on it";
  const journal = await foldRun(store, run);
  if (!journal || hasErrors(journal.problems))
    return `its journal cannot be read: ${journal?.problems[0]?.summary ?? "it is gone"}`;
  const { state, first, endedAt } = journal;
  if (!state || !first) return "its journal has no first line";
  const candidate = { run, startedAt: first.at, endedAt };
  if ((await store.handedOver(run)) !== undefined) {
    if (!wish.journalsOnly)
      return "it was handed over: --journals-only removes what is left of it here";
    return endedAt > wish.before ? "it is too young" : { ...candidate, outcome: "handed over" };
  }
  if (!state.finished)
    return `it is not finished: \`runbook resume ${run}\`, or \`runbook abandon ${run}\` gives it up`;
  if (endedAt > wish.before) return "it is too young";
  if (!wish.wayBack && isWanted(state))
    return "it can still be taken back: --way-back says otherwise";
  return { ...candidate, outcome: state.finished.outcome };
}

/** Something that it did could be taken back, and was not. */
function isWanted(state: RunState): boolean {
  if (state.finished?.outcome === "refused" || !hasWayBack(state)) return false;
  return [...state.lanes.values()].some(
    ({ tasks, back }) =>
      back?.standing !== "back" &&
      [...tasks.values()].some(
        (record) =>
          record.perhaps > 0 && record.undo?.kind !== "nothing" && !isUndone(record.back?.standing),
      ),
  );
}

function isUndone(standing: string | undefined): boolean {
  return standing === "done" || standing === "already" || standing === "superseded";
}
