/** The lines of `--format ndjson`, while a run goes on and afterwards. */
import { applyLine } from "../engine/fold.ts";
import { buildProgram } from "../engine/program.ts";
import { standingOf } from "../engine/standing.ts";
import { safeJson } from "../lib/safe-json.ts";
import type { Reporter } from "../model/event.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { Playbook } from "../model/playbook.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { RunState } from "../model/run-state.ts";
import { openLine } from "../report/open-line.ts";
import { outlineOf } from "../report/outline.ts";

export interface StreamParts {
  readonly spec: RunSpec;
  readonly playbook: Playbook;
  readonly mask: (text: string) => string;
}

export function createStreamReporter(parts: StreamParts, write: (text: string) => void): Reporter {
  const toText = lineText(parts);
  return {
    entry: (line, after) => write(toText(line, after)),
    event: () => undefined,
  };
}

/** The lines that were streamed while it ran, or would have been. */
export function streamedLines(parts: StreamParts, lines: readonly JournalLine[]): string {
  const toText = lineText(parts);
  let state: RunState | undefined;
  return lines
    .map((line) => {
      state = applyLine(state, line);
      return toText(line, state);
    })
    .join("");
}

function lineText({ spec, playbook, mask }: StreamParts) {
  const program = buildProgram({ spec, playbook });
  const outline = outlineOf(playbook);
  return (line: JournalLine, after: RunState): string =>
    `${safeJson(openLine(line, after, { outline, mask, standingOf: (lane) => standingOf(program, lane) }))}\n`;
}
