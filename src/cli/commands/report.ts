import { standingOf } from "../../engine/standing.ts";
import { buildProgram } from "../../engine/program.ts";
import { safeJson } from "../../lib/safe-json.ts";
import { htmlReport } from "../../report/html/document.ts";
import { junitReport } from "../../report/junit.ts";
import { outlineOf } from "../../report/outline.ts";
import { makeReport } from "../../report/make-report.ts";
import type { RunReport } from "../../report/run-report.ts";
import { EXIT } from "../exit-codes.ts";
import type { SeenRun } from "../open-run.ts";
import { readRun } from "../open-run.ts";
import type { ReportOptions } from "../options.ts";
import { redactorOf, shownInputs } from "../run-secrets.ts";
import { streamedLines } from "../streaming.ts";
import type { Terminal } from "../terminal.ts";
import { writeReport } from "../write-report.ts";

/** What happened, for a ticket, a pipeline or a program: from the journal alone, and without what is secret. */
export async function report(
  name: string | undefined,
  options: ReportOptions,
  terminal: Terminal,
): Promise<number> {
  const read = await readRun(name, options, terminal);
  if (typeof read === "number") return read;
  const text = textOf(read, options.format);
  if (options.out === undefined || options.out === "-") {
    terminal.document(text);
    return EXIT.done;
  }
  const problem = await writeReport(options.out, text);
  if (problem) {
    terminal.problems([problem]);
    return EXIT.declined;
  }
  terminal.err(`Run ${read.run}: ${options.format} report in ${options.out}\n`);
  return EXIT.done;
}

function textOf(read: SeenRun, format: ReportOptions["format"]): string {
  switch (format) {
    case "html":
      return htmlReport(reportOf(read), outlineOf(read.playbook));
    case "json":
      return `${safeJson(reportOf(read), 2)}\n`;
    case "junit":
      return junitReport(reportOf(read));
    case "ndjson": {
      const { spec } = read.state;
      const redactor = redactorOf(spec);
      const mask = (text: string): string => redactor.mask(text);
      return streamedLines({ spec, playbook: read.playbook, mask }, read.lines);
    }
  }
}

function reportOf({ lines, state, playbook }: SeenRun): RunReport {
  const { spec } = state;
  const redactor = redactorOf(spec);
  const program = buildProgram({ spec, playbook });
  return makeReport({
    lines,
    state,
    playbook,
    mask: (text) => redactor.mask(text),
    inputs: shownInputs(spec),
    standingOf: (lane) => standingOf(program, lane),
  });
}
