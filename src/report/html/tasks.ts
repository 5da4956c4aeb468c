/** Every task of the run with what it did where. Hosts on which it did the same are one group, whatever their number. */
import { showDuration } from "../../lib/duration.ts";
import type { RunReport, TaskReport } from "../run-report.ts";
import { detailsOf } from "./details.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import { TASK_WORDS, UNDO_WORDS } from "./words.ts";

/** All details together; what is beyond it is in the JSON report. Failures have theirs first. */
const BUDGET = 3_000_000;

interface Group {
  readonly first: TaskReport;
  readonly hosts: string[];
  details: Markup;
  fastest: number;
  slowest: number;
}

interface Line {
  readonly first: TaskReport;
  readonly groups: Map<string, Group>;
}

export function tasksOf(report: RunReport, order: (task: string) => number): Markup {
  const lines = linesOf(report);
  keepWithin(BUDGET, [...lines.values()]);
  const sorted = [...lines.values()].toSorted((a, b) => order(a.first.task) - order(b.first.task));
  let phase: string | undefined;
  const parts: Markup[] = [];
  for (const line of sorted) {
    if (line.first.phase !== phase) {
      phase = line.first.phase;
      parts.push(markup`<h3>${phase}</h3>\n`);
    }
    parts.push(lineMarkup(line, report.hosts.length));
  }
  return markup`${parts}`;
}

function linesOf(report: RunReport): Map<string, Line> {
  const lines = new Map<string, Line>();
  const add = (host: string, task: TaskReport): void => {
    const details = detailsOf(task);
    let line = lines.get(task.task);
    if (!line) lines.set(task.task, (line = { first: task, groups: new Map() }));
    const key = [task.item ?? "", task.on ?? "", task.outcome, details.html].join("\n");
    const group = line.groups.get(key);
    if (!group) {
      const { durationMs } = task;
      line.groups.set(key, {
        ...{ first: task, hosts: [host], details },
        ...{ fastest: durationMs, slowest: durationMs },
      });
      return;
    }
    group.hosts.push(host);
    group.fastest = Math.min(group.fastest, task.durationMs);
    group.slowest = Math.max(group.slowest, task.durationMs);
  };
  for (const { host, tasks } of report.hosts) for (const task of tasks) add(host, task);
  for (const task of report.fleet) add("(fleet)", task);
  return lines;
}

function keepWithin(budget: number, lines: readonly Line[]): void {
  let left = budget;
  const groups = lines
    .flatMap((line) => [...line.groups.values()])
    .toSorted((a, b) => rankOf(a.first) - rankOf(b.first));
  for (const group of groups) {
    left -= group.details.html.length;
    if (left < 0 && group.details.html !== "")
      group.details = markup`<p class="faint">Left out to keep this report small: runbook report --format json has it.</p>`;
  }
}

function rankOf({ outcome, undone }: TaskReport): number {
  return Math.min(TASK_WORDS[outcome].rank, undone ? UNDO_WORDS[undone.outcome].rank : 9);
}

function lineMarkup({ first, groups }: Line, all: number): Markup {
  const sorted = [...groups.values()].toSorted(
    (a, b) => rankOf(a.first) - rankOf(b.first) || (a.first.item ?? 0) - (b.first.item ?? 0),
  );
  const counts = new Map<string, { count: number; tone: string }>();
  for (const { first: one, hosts } of sorted) {
    const word = one.undone ? UNDO_WORDS[one.undone.outcome] : TASK_WORDS[one.outcome];
    const known = counts.get(word.text) ?? { count: 0, tone: word.tone };
    counts.set(word.text, { ...known, count: known.count + hosts.length });
  }
  const words = [...counts].map(
    ([text, { count, tone }], index) =>
      markup`${index > 0 ? "," : ""} <span class="${tone}">${count} ${text}</span>`,
  );
  const isBad = sorted.some(({ first: one }) => rankOf(one) <= 2);
  const open = isBad ? markup` open` : undefined;
  return markup`<details${open}><summary><span class="name">${first.name}</span> <code>${first.step}</code>${words}</summary><div class="body">
${sorted.map((group) => groupMarkup(group, all))}</div></details>\n`;
}

function groupMarkup({ first, hosts, details, fastest, slowest }: Group, all: number): Markup {
  const word = TASK_WORDS[first.outcome];
  const isFleet = hosts[0] === "(fleet)";
  const everywhere = hosts.length === all && all > 6;
  const who = isFleet ? "for the fleet" : everywhere ? `all ${all} hosts` : hosts.join(", ");
  const names = isFleet || everywhere ? "*" : hosts.join(" ");
  const item = first.item === undefined ? undefined : markup` item ${first.item}`;
  const on = first.on === undefined ? undefined : markup` (done on ${first.on})`;
  const attempts = first.attempts > 1 ? markup`, ${first.attempts} attempts` : undefined;
  const took =
    showDuration(fastest) === showDuration(slowest)
      ? showDuration(slowest)
      : `${showDuration(fastest)} to ${showDuration(slowest)}`;
  return markup`<div data-hosts="${names}"><p><span class="${word.tone}">${word.text}</span>${item}: <span class="host">${who}</span>${on} <span class="faint">${took}${attempts}</span></p>${details}</div>\n`;
}
