/** Where a run stands by its journal, without keeping the journal's lines: for runs of any length. */
import { applyLine } from "../engine/fold.ts";
import type { Each, ReadEnd, SealCheck } from "../journal/read.ts";
import type { JournalStore } from "../journal/store.ts";
import type { RunId } from "../model/ids.ts";
import type { OpenEntry } from "../model/journal-entry.ts";
import { openPart } from "../model/journal-entry.ts";
import type { RunState } from "../model/run-state.ts";

export interface FoldedRun extends ReadEnd {
  /** As far as the journal can be used; undefined where it has no first line. */
  readonly state: RunState | undefined;
  readonly first: { readonly at: number; readonly entry: OpenEntry } | undefined;
  /** When its last line was written. */
  readonly endedAt: number;
}

/** Undefined: there is no such run. `each` is told of every line too. */
export async function foldRun(
  store: JournalStore,
  run: RunId,
  seals: SealCheck = "later",
  each?: Each,
): Promise<FoldedRun | undefined> {
  let state: RunState | undefined;
  let first: FoldedRun["first"];
  let endedAt = 0;
  const read = await store.readEach(
    run,
    (line, problem) => {
      first ??= { at: line.at, entry: openPart(line) };
      endedAt = line.at;
      if (problem === undefined) state = applyLine(state, line);
      each?.(line, problem);
    },
    seals,
  );
  return read && { ...read, state, first, endedAt };
}
