/** The end of a run in a few lines: Ansible's recap, plus rolled back and in doubt. */
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { Lane, RunState } from "../model/run-state.ts";
import { dnsReport, dnsSentence } from "./dns-report.ts";
import type { Paint } from "./paint.ts";

export interface Counts {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ignored: number;
  readonly rolledBack: number;
  readonly inDoubt: number;
}

export const NO_COUNTS: Counts = {
  ok: 0,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 0,
  ignored: 0,
  rolledBack: 0,
  inDoubt: 0,
};

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    ok: a.ok + b.ok,
    changed: a.changed + b.changed,
    unreachable: a.unreachable + b.unreachable,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    ignored: a.ignored + b.ignored,
    rolledBack: a.rolledBack + b.rolledBack,
    inDoubt: a.inDoubt + b.inDoubt,
  };
}

export function countsOf(lane: Lane): Counts {
  const counts = { ...NO_COUNTS, unreachable: lane.lost ? 1 : 0 };
  for (const record of lane.tasks.values()) {
    switch (record.standing) {
      case "applied":
        counts.ok++;
        counts.changed++;
        break;
      case "satisfied":
        counts.ok++;
        break;
      case "skipped":
        counts.skipped++;
        break;
      case "failed":
        counts.failed++;
        break;
      case "ignored":
        counts.ignored++;
        break;
      case "in-doubt":
      case "intended":
        counts.inDoubt++;
        break;
      case "retry":
        break;
    }
    if (record.back?.standing === "done" || record.back?.standing === "superseded")
      counts.rolledBack++;
  }
  return counts;
}

/** Rows as Ansible writes them need so many columns; a narrower terminal gets what is not zero. */
const FULL = 126;

/** `columns`: of the terminal; undefined where nothing is read by eye. */
export function recapText(state: RunState, paint: Paint, columns?: number): string {
  const hosts: readonly HostId[] = state.spec.hosts.toSorted();
  const lanes = [...hosts, FLEET].flatMap((host) => {
    const lane = state.lanes.get(host);
    if (!lane || (host === FLEET && lane.tasks.size === 0)) return [];
    return [{ name: host === FLEET ? "fleet" : host, lane }];
  });
  const dns = dnsReport(state.dns, (text) => text);
  const isNarrow = columns !== undefined && columns < FULL;
  const width = isNarrow ? Math.max(5, ...lanes.map(({ name }) => name.length)) : 26;
  return [
    "RECAP",
    ...lanes.map(({ name, lane }) => rowText(name.padEnd(width), lane, paint, isNarrow)),
    ...(dns ? [`${"DNS".padEnd(width)} : ${dnsSentence(dns)}`] : []),
  ].join("\n");
}

function rowText(name: string, lane: Lane, paint: Paint, isNarrow: boolean): string {
  const c = countsOf(lane);
  const cells: readonly (readonly [string, number, (text: string) => string])[] = [
    ["ok", c.ok, paint.good],
    ["changed", c.changed, paint.changed],
    ["unreachable", c.unreachable, paint.bad],
    ["failed", c.failed, paint.bad],
    ["skipped", c.skipped, paint.skipped],
    ["ignored", c.ignored, paint.warn],
    ["rolled_back", c.rolledBack, paint.warn],
    ["in_doubt", c.inDoubt, paint.bad],
  ];
  const shown = isNarrow ? cells.filter(([label, count]) => count > 0 || label === "ok") : cells;
  const texts = shown.map(([label, count, colour], index) => {
    const text = `${label}=${count}`;
    const isLast = index === shown.length - 1;
    const pad = " ".repeat(isNarrow || isLast ? 0 : Math.max(1, label.length + 5 - text.length));
    return `${count > 0 ? colour(text) : text}${pad}`;
  });
  const goal =
    lane.atGoal === true && lane.begun === undefined ? paint.dim(" at its goal before") : "";
  return `${name} : ${texts.join(isNarrow ? " " : "")}${goal}`;
}
