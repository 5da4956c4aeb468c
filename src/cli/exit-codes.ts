/** What a command's exit status says; a public promise (docs/reference/exit-codes.md). */
export const EXIT = {
  done: 0,
  declined: 1,
  hostsFailed: 2,
  unreachable: 4,
  usage: 5,
  rolledBack: 10,
  needsOperator: 11,
  stopped: 12,
  locked: 13,
  refused: 14,
  noHosts: 15,
  invalid: 16,
  leftAtOnce: 99,
  bug: 250,
} as const;
