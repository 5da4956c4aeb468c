/**
 * How far a run is, host by host, kept up to date entry by entry. Where a host stands is read from the fold of the journal,
 * so that what is seen while it runs agrees with the recap; events only add what is being done or waited for right now.
 */
import type { RunEvent } from "../model/event.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET } from "../model/ids.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import type { HostTaskRecord, Lane, RunState } from "../model/run-state.ts";
import type { Estimate } from "./estimate.ts";
import { createEstimate } from "./estimate.ts";
import type { Outline } from "./outline.ts";

/** In the order in which an operator wants to see them. */
export const STANDINGS = [
  "stuck",
  "in doubt",
  "failed",
  "lost",
  "going back",
  "running",
  "to do",
  "back",
  "done",
  "at goal",
] as const;
export type HostStanding = (typeof STANDINGS)[number];

export interface HostProgress {
  readonly host: HostId;
  standing: HostStanding;
  /** How many of its tasks are settled; an item of a loop is a part of one. */
  settled: number;
  /** Why it is not going on. */
  problem?: string;
  /** What it is doing right now. */
  doing?: {
    readonly task: string;
    readonly phase: string;
    readonly phaseNumber: number;
    readonly sinceMs: number;
  };
  waits?: { readonly for: string; readonly untilMs: number };
}

export interface Progress {
  readonly hosts: ReadonlyMap<HostId, HostProgress>;
  readonly fleet: HostProgress;
  /** What the whole run is at, where no host is at anything yet. */
  readonly looking: string | undefined;
  readonly isGoingBack: boolean;
  readonly isOver: boolean;
  /** Number and name of the phase in which most hosts are. */
  phase(): { readonly number: number; readonly name: string } | undefined;
  counts(): ReadonlyMap<HostStanding, number>;
  /** From 0 to 1, with how long the rest will take where that can be said. */
  estimate(nowMs: number): Estimate;
  entry(line: JournalLine, after: RunState): void;
  event(event: RunEvent): void;
}

export function createProgress(outline: Outline, now: () => number): Progress {
  const hosts = new Map<HostId, HostProgress>();
  const fleet: HostProgress = { host: FLEET, standing: "to do", settled: 0 };
  const estimate = createEstimate(outline, now);
  const run = { begun: false, looking: undefined as string | undefined, back: false, over: false };
  const progressOf = (host: HostId): HostProgress | undefined =>
    host === FLEET ? fleet : hosts.get(host);
  const refresh = (host: HostId, after: RunState): void => {
    const [known, lane] = [progressOf(host), after.lanes.get(host)];
    if (!known || !lane) return;
    known.settled = settledIn(lane, outline);
    known.standing = standingOf(lane, host === FLEET ? outline.forFleet : outline.perHost, known);
    const problem = problemIn(lane, known.standing);
    if (problem === undefined) delete known.problem;
    else known.problem = problem;
    if (known.standing !== "running" && known.standing !== "going back") rest(known);
  };
  const refreshAll = (after: RunState): void => {
    for (const host of after.spec.hosts)
      if (!hosts.has(host)) hosts.set(host, { host, standing: "to do", settled: 0 });
    for (const host of [...hosts.keys(), FLEET]) refresh(host, after);
    run.back = after.rollback !== undefined;
    run.over = after.finished !== undefined || after.stopped !== undefined;
  };
  return {
    hosts,
    fleet,
    get looking() {
      return run.looking;
    },
    get isGoingBack() {
      return run.back;
    },
    get isOver() {
      return run.over;
    },
    phase: () => mostlyIn([...hosts.values(), fleet]),
    counts() {
      const counts = new Map<HostStanding, number>();
      for (const { standing } of hosts.values())
        counts.set(standing, (counts.get(standing) ?? 0) + 1);
      return counts;
    },
    estimate: (nowMs) => estimate.of(hosts.values(), fleet, nowMs),
    entry({ entry }, after) {
      const touched = hostsOf(entry);
      if (!run.begun || touched === "all") refreshAll(after);
      // The time that an operator takes to read the plan says nothing about the work.
      const isAccepted = entry.type === "decision" && entry.question === "go";
      if (!run.begun || isAccepted) estimate.begin([...hosts.values()], fleet);
      run.begun = true;
      for (const host of touched === "all" ? [] : touched) refresh(host, after);
      if (entry.type === "decision" || entry.type === "lane-begun") run.looking = undefined;
      if (entry.type !== "settled") return;
      const known = progressOf(entry.of.host);
      if (known) rest(known);
      const of = outline.task(entry.of.task);
      if (!of || entry.outcome === "skipped") return;
      if (of.of === "host" || entry.of.host === FLEET) estimate.took(of, entry.durationMs);
    },
    event(event) {
      switch (event.type) {
        case "connecting":
          if (event.hosts.length > 0 && !isAnyRunning(hosts)) run.looking = "connecting";
          return;
        case "looking":
          if (!isAnyRunning(hosts)) run.looking = LOOKS[event.at];
          return;
        case "task-begun": {
          const known = progressOf(event.of.host);
          if (!known) return;
          run.looking = undefined;
          delete known.waits;
          const item = event.of.item === undefined ? "" : ` [${event.of.item}]`;
          const of = outline.task(event.of.task);
          known.doing = {
            task: event.name + item,
            phase: of?.phase ?? "",
            phaseNumber: of?.phaseNumber ?? 0,
            sinceMs: now(),
          };
          if (known.standing === "to do" || known.standing === "done") known.standing = "running";
          return;
        }
        case "waiting": {
          const known = progressOf(event.host);
          if (known) known.waits = { for: event.for, untilMs: event.untilMs };
          return;
        }
        case "said":
        case "stopping":
          return;
      }
    },
  };
}

const LOOKS = {
  goal: "looking which hosts are at their goal",
  preflight: "checking what must hold before it begins",
  plan: "making the plan",
} as const;

function rest(known: HostProgress): void {
  delete known.doing;
  delete known.waits;
}

function isAnyRunning(hosts: ReadonlyMap<HostId, HostProgress>): boolean {
  for (const { standing } of hosts.values())
    if (standing === "running" || standing === "going back") return true;
  return false;
}

function mostlyIn(
  all: readonly HostProgress[],
): { readonly number: number; readonly name: string } | undefined {
  const phases = new Map<string, { number: number; name: string; hosts: number }>();
  for (const { doing } of all) {
    if (!doing || doing.phase === "") continue;
    const { phase: name, phaseNumber: number } = doing;
    const one = phases.get(`${number} ${name}`) ?? { number, name, hosts: 0 };
    phases.set(`${number} ${name}`, { ...one, hosts: one.hosts + 1 });
  }
  const [most] = [...phases.values()].toSorted((a, b) => b.hosts - a.hosts);
  return most;
}

/** Whom an entry is about; "all" where it may change where every host stands. */
function hostsOf(entry: JournalEntry): readonly HostId[] | "all" {
  switch (entry.type) {
    case "settled":
    case "intended":
    case "unbegun":
    case "undo-intended":
    case "undo-settled":
      return [entry.of.host];
    case "goal-seen":
    case "lane-begun":
    case "looped":
    case "host-lost":
    case "host-back":
    case "rollback-way":
    case "host-rolled-back":
      return [entry.host];
    case "run-started":
    case "run-resumed":
    case "run-stopped":
    case "run-finished":
    case "rollback-begun":
      return "all";
    case "planned":
    case "health-seen":
    case "decision":
    case "locked":
    case "window-set":
    case "dns-watch-begun":
    case "dns-silences":
    case "dns-watched":
      return [];
  }
}

const SETTLED: ReadonlySet<HostTaskRecord["standing"]> = new Set([
  ...(["applied", "satisfied", "skipped", "ignored"] as const),
]);

/** A host's own tasks: what it does for a fleet phase, and on its way back, is counted elsewhere. */
function settledIn(lane: Lane, outline: Outline): number {
  const own = lane.host === FLEET ? "fleet" : "host";
  let settled = 0;
  for (const { standing, of } of lane.tasks.values())
    if (SETTLED.has(standing) && outline.task(of.task)?.of === own)
      settled += of.item === undefined ? 1 : 1 / (lane.items.get(of.task)?.length ?? 1);
  return Math.round(settled * 1000) / 1000;
}

function standingOf(lane: Lane, tasks: number, known: HostProgress): HostStanding {
  switch (lane.back?.standing) {
    case "back":
      return "back";
    case "going":
      return "going back";
    case "needs-operator":
    case "pending":
      return "stuck";
    case undefined:
      break;
  }
  if (lane.lost) return "lost";
  let works = false;
  for (const { standing } of lane.tasks.values()) {
    if (standing === "in-doubt") return "in doubt";
    if (standing === "failed") return "failed";
    if (standing === "intended") works = true;
  }
  if (works) return "running";
  if (lane.begun === undefined && lane.atGoal === true) return "at goal";
  if (tasks > 0 && known.settled >= tasks) return "done";
  return lane.begun !== undefined || lane.tasks.size > 0 ? "running" : "to do";
}

function problemIn(lane: Lane, standing: HostStanding): string | undefined {
  switch (standing) {
    case "lost":
      return lane.lost?.summary;
    case "in doubt":
    case "failed":
      for (const { standing: how, diagnostic } of lane.tasks.values())
        if (how === "in-doubt" || how === "failed") return diagnostic?.summary;
      return undefined;
    case "stuck":
      for (const { back } of lane.tasks.values())
        if (back?.diagnostic) return back.diagnostic.summary;
      return undefined;
    case "going back":
    case "running":
    case "to do":
    case "back":
    case "done":
    case "at goal":
      return undefined;
  }
}
