/** Where something stands in a file. `line` and `column` count from 1, as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something the operator can act on. Collected in lists, never thrown one at a time. */
export interface Diagnostic {
  /** A stable word pair, for example "playbook/unknown-step". The part before the slash is the room that says it. */
  readonly code: `${string}/${string}`;
  readonly severity: "error" | "warning";
  /** What is wrong, in one line, no full stop. */
  readonly summary: string;
  /** What to do next, in one or a few sentences. */
  readonly hint?: string;
  readonly at?: Place;
  /** More lines that help to judge: a command's last output, differing hosts. Shown indented under the summary. */
  readonly detail?: readonly string[];
}

/** A value together with every problem met on the way to it. `value` is absent when an error forbids going on. */
export interface Outcome<T> {
  readonly value?: T;
  readonly problems: readonly Diagnostic[];
}

export function hasErrors(problems: readonly Diagnostic[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}
