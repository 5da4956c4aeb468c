/**
 * A report as CI servers show it (schemas/junit.xsd): a suite for each host, a case for each host-task. What failed is a
 * failure; what is in doubt, could not be reached or could not be taken back is an error.
 */
import { printable } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HostReport, RunReport, TaskReport } from "./run-report.ts";

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  readonly verdict?: {
    readonly kind: "failure" | "error" | "skipped";
    readonly message: string;
    readonly type?: string;
    readonly text?: string;
  };
}

export function junitReport(report: RunReport): string {
  const suites = [
    ...report.hosts.map((host) => ({ name: host.host, began: host.beganAt, cases: casesOf(host) })),
    ...(report.fleet.length > 0
      ? [
          {
            name: "(fleet)",
            began: report.fleet[0]?.beganAt,
            cases: report.fleet.flatMap(taskCases),
          },
        ]
      : []),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: report.playbook.name, ...sums(all) })}>`,
    ...suites.flatMap(({ name, began, cases }) => [
      `  <testsuite${attributes({ name, timestamp: (began ?? report.startedAt).slice(0, 19), ...sums(cases) })}>`,
      "    <properties>",
      `      <property${attributes({ name: "run", value: report.run })}/>`,
      "    </properties>",
      ...cases.map(caseXml),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function sums(cases: readonly Case[]): { readonly [name: string]: string | number } {
  const count = (kind: string): number =>
    cases.filter(({ verdict }) => verdict?.kind === kind).length;
  return {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: secondsText(cases.reduce((sum, { seconds }) => sum + seconds, 0)),
  };
}

function casesOf(host: HostReport): readonly Case[] {
  const cases = host.tasks.flatMap(taskCases);
  const ofHost = (name: string, verdict?: Case["verdict"]): Case => ({
    ...{ name, classname: "host", seconds: 0 },
    ...(verdict && { verdict }),
  });
  if (host.lost) cases.push(ofHost("answers", verdictOf("error", host.lost)));
  switch (host.outcome) {
    case "untouched":
      cases.push(ofHost("is entered", { kind: "skipped", message: "not entered" }));
      break;
    case "at-goal":
      cases.push(ofHost("is at its goal"));
      break;
    case "needs-operator":
    case "rollback-pending":
      cases.push(
        ofHost("goes back", { kind: "error", message: host.outcome, type: "rollback/incomplete" }),
      );
      break;
    case "done":
    case "open":
    case "failed":
    case "in-doubt":
    case "unreachable":
    case "going-back":
    case "back":
      break;
  }
  return cases;
}

function taskCases(task: TaskReport): Case[] {
  const item = task.item === undefined ? "" : ` [${task.item}]`;
  const one = { name: task.name + item, classname: task.phase || "task" };
  const verdict = verdictOfTask(task);
  const cases: Case[] = [{ ...one, seconds: task.durationMs / 1000, ...(verdict && { verdict }) }];
  const { undone } = task;
  if (!undone) return cases;
  const began = Date.parse(undone.beganAt);
  const seconds = (undone.endedAt === undefined ? 0 : Date.parse(undone.endedAt) - began) / 1000;
  const bad = undone.outcome === "failed" || undone.outcome === "drifted";
  const open = undone.outcome === "in-doubt" || undone.outcome === "intended";
  cases.push({
    ...{ ...one, name: `undo ${one.name}`, seconds },
    ...((bad || open) && { verdict: verdictOf("error", undone.diagnostic, undone.outcome) }),
  });
  return cases;
}

function verdictOfTask({ outcome, diagnostic, output }: TaskReport): Case["verdict"] {
  switch (outcome) {
    case "failed":
      return verdictOf("failure", diagnostic);
    case "in-doubt":
    case "again":
      return verdictOf("error", diagnostic, outcome);
    case "skipped":
      return { kind: "skipped", message: reasonIn(output) };
    case "changed":
    case "ok":
    case "ignored":
      return undefined;
  }
}

function reasonIn(output: TaskReport["output"]): string {
  if (typeof output !== "object" || output === null || !("skip_reason" in output)) return "skipped";
  const reason = output["skip_reason"];
  return typeof reason === "string" ? reason : "skipped";
}

function verdictOf(
  kind: "failure" | "error",
  diagnostic: Diagnostic | undefined,
  otherwise = "failed",
): NonNullable<Case["verdict"]> {
  if (!diagnostic) return { kind, message: otherwise, type: `run/${otherwise}` };
  const { summary, code, hint, detail, at } = diagnostic;
  const lines = [
    ...(at ? [`${at.file}:${at.line}:${at.column}`] : []),
    ...(detail ?? []),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  return { kind, message: summary, type: code, text: lines.join("\n") };
}

function caseXml({ name, classname, seconds, verdict }: Case): string {
  const head = `    <testcase${attributes({ name, classname, time: secondsText(seconds) })}`;
  if (!verdict) return `${head}/>`;
  const { kind, message, type, text } = verdict;
  const open = `<${kind}${attributes({ message, ...(type !== undefined && { type }) })}`;
  const inner = text === undefined || text === "" ? `${open}/>` : `${open}>${xml(text)}</${kind}>`;
  return `${head}>${inner}</testcase>`;
}

function secondsText(seconds: number): string {
  return seconds.toFixed(3);
}

function attributes(values: { readonly [name: string]: string | number }): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${xml(String(value)).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`,
    )
    .join("");
}

const ENTITIES: { readonly [letter: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Letters that XML has no place for are shown, or replaced where they are half a letter. */
function xml(text: string): string {
  return printable(text)
    .replaceAll(/[\uFFFE\uFFFF]|\p{Surrogate}/gu, "\uFFFD")
    .replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? "");
}
