import type { EXIT } from "./exit-codes.ts";

/** One line for each exit status; docs/reference/exit-codes.md says more. */
export const EXIT_MEANINGS: { readonly [name in keyof typeof EXIT]: string } = {
  done: "done",
  declined: "declined, or a report that could not be written",
  hostsFailed: "hosts failed",
  unreachable: "hosts did not answer, and nothing else went wrong",
  usage: "the command line cannot be understood",
  rolledBack: "it failed, and every host that was touched is back",
  needsOperator: "in doubt, drifted, or not wholly back: an operator must look",
  stopped: "stopped by an operator or a window, or hosts are still to do: it can be resumed",
  locked: "another run holds the lock",
  refused: "goal, preflight or consent said no; nothing was changed",
  noHosts: "no host matched, or there is no inventory",
  invalid: "playbook, inventory or variables are invalid",
  leftAtOnce: "left at the third interrupt; jobs on hosts go on",
  bug: "a bug in runbook",
};
