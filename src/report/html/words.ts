/** The words and colours that a report has for outcomes. */
import type { HostOutcome, RunReport, TaskOutcome, UndoReport } from "../run-report.ts";

export interface Word {
  readonly text: string;
  /** A class of the style. */
  readonly tone: "good" | "changed" | "bad" | "warn" | "skipped" | "faint";
  /** Lower comes first. */
  readonly rank: number;
}

export const HOST_WORDS: { readonly [outcome in HostOutcome]: Word } = {
  "in-doubt": { text: "in doubt", tone: "bad", rank: 0 },
  "needs-operator": { text: "needs an operator", tone: "bad", rank: 1 },
  failed: { text: "failed", tone: "bad", rank: 2 },
  unreachable: { text: "no answer", tone: "bad", rank: 3 },
  "rollback-pending": { text: "way back pending", tone: "bad", rank: 4 },
  "going-back": { text: "going back", tone: "warn", rank: 5 },
  open: { text: "begun, not finished", tone: "warn", rank: 6 },
  back: { text: "went back", tone: "warn", rank: 7 },
  done: { text: "done", tone: "good", rank: 8 },
  "at-goal": { text: "was at its goal", tone: "good", rank: 9 },
  untouched: { text: "not entered", tone: "faint", rank: 10 },
};

export const TASK_WORDS: { readonly [outcome in TaskOutcome]: Word } = {
  "in-doubt": { text: "in doubt", tone: "bad", rank: 0 },
  failed: { text: "failed", tone: "bad", rank: 1 },
  again: { text: "to be done again", tone: "warn", rank: 2 },
  ignored: { text: "failed, ignored", tone: "warn", rank: 3 },
  changed: { text: "changed", tone: "changed", rank: 4 },
  ok: { text: "ok", tone: "good", rank: 5 },
  skipped: { text: "skipped", tone: "skipped", rank: 6 },
};

export const UNDO_WORDS: { readonly [outcome in UndoReport["outcome"]]: Word } = {
  "in-doubt": { text: "undo in doubt", tone: "bad", rank: 0 },
  intended: { text: "undo begun", tone: "bad", rank: 0 },
  failed: { text: "undo failed", tone: "bad", rank: 1 },
  drifted: { text: "changed since, not undone", tone: "bad", rank: 1 },
  done: { text: "undone", tone: "warn", rank: 4 },
  already: { text: "nothing to undo", tone: "warn", rank: 4 },
  superseded: { text: "taken back by the playbook's way back", tone: "warn", rank: 4 },
};

export function verdictOf({ standing, why, totals }: RunReport): Word {
  switch (standing) {
    case "succeeded":
      return { text: "Succeeded", tone: "good", rank: 3 };
    case "refused":
      return { text: "Refused: nothing was changed", tone: "warn", rank: 2 };
    case "rolled-back":
      return totals.hosts.done === undefined
        ? { text: "Rolled back", tone: "warn", rank: 2 }
        : { text: "Stopped by a failure; what failed went back", tone: "warn", rank: 2 };
    case "abandoned":
      return { text: "Abandoned", tone: "bad", rank: 1 };
    case "under-way":
      return { text: "Not finished", tone: "warn", rank: 1 };
    case "stopped":
      return why === "hosts-to-do" || why === "window" || why === "interrupted"
        ? { text: "Stopped; it can be gone on with", tone: "warn", rank: 1 }
        : {
            text: why === "in-doubt" ? "Stopped in doubt" : "Stopped by a failure",
            tone: "bad",
            rank: 0,
          };
  }
}
