/** What is different after a run: what was changed and taken back again, or put back by a later task, is not. */
import { stableJson } from "../lib/stable-json.ts";
import type { Json } from "../model/json.ts";
import { linesOf, valueText } from "./change-text.ts";
import type { RunReport, TaskReport } from "./run-report.ts";

export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly hosts: readonly string[];
}

/** Each once, with all its hosts. */
export function changesOf(report: RunReport): readonly Difference[] {
  const found = new Map<string, Difference & { readonly hosts: string[] }>();
  const lanes = [...report.hosts, { host: "the fleet", tasks: report.fleet }];
  for (const { host, tasks } of lanes) {
    for (const { where, what, before, after } of netChanges(host, tasks)) {
      const key = stableJson([what, before, after]);
      const known = found.get(key);
      if (!known) found.set(key, { what, ...shown(what, before, after), hosts: [where] });
      else if (!known.hosts.includes(where)) known.hosts.push(where);
    }
  }
  return [...found.values()];
}

interface NetChange {
  readonly where: string;
  readonly what: string;
  readonly before: Json;
  after: Json;
}

function netChanges(host: string, tasks: readonly TaskReport[]): readonly NetChange[] {
  const net = new Map<string, NetChange>();
  for (const { outcome, undone, changes, on, task, item } of tasks) {
    if (outcome !== "changed" || isTakenBack(undone)) continue;
    for (const { what, before, after } of changes) {
      const where = on ?? host;
      // A command that ran twice ran twice.
      const key = JSON.stringify([where, what, isCommand(what, before) ? [task, item] : []]);
      const known = net.get(key);
      if (known) known.after = after;
      else net.set(key, { where, what, before, after });
    }
  }
  return [...net.values()].filter(({ before, after }) => stableJson(before) !== stableJson(after));
}

function isTakenBack(undone: TaskReport["undone"]): boolean {
  switch (undone?.outcome) {
    case "done":
    case "already":
    case "superseded":
      return true;
    case "intended":
    case "drifted":
    case "failed":
    case "in-doubt":
    case undefined:
      return false;
  }
}

/** `command` and `shell` have nothing that was there before. */
function isCommand(what: string, before: Json): boolean {
  return what === "run" && before === null;
}

function shown(
  what: string,
  before: Json,
  after: Json,
): { readonly before: string; readonly after: string } {
  if (isCommand(what, before)) return { before: "", after: valueText(after) };
  const [old, young] = [linesOf(before), linesOf(after)];
  if (!old || !young || Math.max(old.length, young.length) <= 1)
    return { before: valueText(before), after: valueText(after) };
  return { before: countText(before, old.length), after: countText(after, young.length) };
}

function countText(value: Json, lines: number): string {
  return value === null ? "absent" : `${lines} ${lines === 1 ? "line" : "lines"}`;
}
