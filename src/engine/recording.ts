/** How entries become durable and are folded. A journal that fails ends everything that waits: nothing could be kept of it. */
import type { Journal, JournalEntry, JournalLine } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import type { RunState } from "../model/run-state.ts";
import { applyLine } from "./fold.ts";

export interface Recording {
  /** Resolves when the entry is on disk and folded into the state. */
  append(entry: JournalEntry): Promise<JournalLine>;
  /** Aborted when `stop` is, and when the journal fails. */
  readonly signal: AbortSignal;
}

export function recordTo(journal: Journal, state: RunState, stop: AbortSignal): Recording {
  const failed = new AbortController();
  return {
    signal: AbortSignal.any([stop, failed.signal]),
    async append(entry) {
      try {
        const line = await journal.append(entry);
        if (entry.type !== "run-started") applyLine(state, line);
        return line;
      } catch (error) {
        if (error instanceof JournalFailure) failed.abort();
        throw error;
      }
    },
  };
}
