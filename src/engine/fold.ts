/**
 * Run state is a fold over journal entries; nothing else writes it (J3). An entry touches one lane, so the cost of an
 * entry does not depend on the size of the fleet. State is mutated in place: whoever needs a past state folds a prefix.
 */
import { assertNever } from "../lib/assert-never.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { JournalLine, OpenEntry } from "../model/journal-entry.ts";
import { openPart } from "../model/journal-entry.ts";
import { FoldedLane, FoldedRecord, keptOf } from "./folded.ts";
import { rewind } from "./lane-next.ts";
import { noteChanges } from "./lane-changes.ts";
import type { RunSpec } from "../model/run-spec.ts";
import type { Lane, RunState, UndoStanding } from "../model/run-state.ts";
import { foldDns, timePasses } from "./fold-dns.ts";

/** State after every line so far; undefined while no `run-started` has been seen. */
export function fold(lines: Iterable<JournalLine>): RunState | undefined {
  let state: RunState | undefined;
  for (const line of lines) state = applyLine(state, line);
  return state;
}

/** State after one more line. The given state is changed and returned, except for the first line, which makes one. */
export function applyLine(state: RunState | undefined, line: JournalLine): RunState {
  const entry = openPart(line);
  if (entry.type === "run-started") return started(specOf(line));
  if (!state) throw new Error(`the journal begins with ${entry.type} instead of run-started`);
  if (state.dns) timePasses(state.dns, line);
  apply(state, entry, line);
  noteChanges(state, entry);
  if (entry.type === "run-resumed") state.lives = [...state.lives, lifeOf(line, entry.who)];
  return state;
}

function specOf({ entry }: JournalLine): RunSpec {
  if (entry.type !== "run-started") throw new Error(`${entry.type} has no spec`);
  return entry.spec;
}

export function started(spec: RunSpec): RunState {
  const lanes = new Map<HostId, FoldedLane>();
  for (const host of [...spec.fleet, ...spec.hosts, FLEET]) lanes.set(host, new FoldedLane(host));
  return {
    spec,
    lanes,
    pins: {},
    fencing: 0,
    locks: new Map(),
    lockedHosts: [],
    lives: ["first"],
    rollback: undefined,
    window: spec.window,
    health: undefined,
    only: undefined,
    stopped: undefined,
    finished: undefined,
    dns: undefined,
    decisions: [],
    resumed: 0,
    turned: 0,
  };
}

/** A word without spaces, on one line. */
function lifeOf({ seq, at }: JournalLine, who: string): string {
  return `${seq}.${at}.${who.replaceAll(/[^A-Za-z0-9._@-]/g, "-")}`;
}

export function laneOf(state: RunState, host: HostId): Lane {
  const lane = state.lanes.get(host);
  if (!lane) throw new Error(`the journal names a host that the run does not have: ${host}`);
  return lane;
}

function apply(
  state: RunState,
  entry: Exclude<OpenEntry, { type: "run-started" }>,
  line: JournalLine,
): void {
  const { seq, at } = line;
  switch (entry.type) {
    case "planned":
      state.pins = entry.pins;
      return;
    case "goal-seen":
      laneOf(state, entry.host).atGoal = entry.reached;
      return;
    case "decision":
      state.decisions.push({ question: entry.question, answer: entry.answer, who: entry.who, seq });
      if (entry.question === DROP_HOST) drop(state, entry.answer);
      return;
    case "locked":
      state.fencing = entry.fencing;
      for (const host of entry.hosts) {
        state.locks.set(host, { fencing: entry.fencing, fenced: entry.fenced.includes(host) });
      }
      state.lockedHosts = [...state.locks.keys()];
      return;
    case "window-set":
      state.window = entry.window ?? undefined;
      state.stopped = undefined;
      return;
    case "health-seen":
      state.health = entry;
      return;
    case "lane-begun":
      laneOf(state, entry.host).begun ??= seq;
      return;
    case "looped":
      laneOf(state, entry.host).items.set(entry.task, keptOf(line, ["items"])?.fields.items ?? []);
      return;
    case "intended": {
      const record = recordOf(state, entry.of, entry.step);
      const again = record.attempt > 0;
      record.standing = "intended";
      record.perhaps++;
      record.attempt = entry.attempt;
      record.boot = entry.boot;
      if (again) return;
      record.of = entry.of;
      record.order = seq;
      record.intent = keptOf(line, ["undo", "changes"]);
      record.irreversible = entry.irreversible;
      return;
    }
    case "settled":
      settle(state, entry, line);
      return;
    case "unbegun": {
      const record = existing(state, entry.of);
      if (record.standing === "intended" || record.standing === "in-doubt") record.perhaps--;
      record.standing = "retry";
      rewind(laneOf(state, entry.of.host));
      return;
    }
    case "host-lost":
      laneOf(state, entry.host).lost = entry.diagnostic;
      return;
    case "host-back":
      laneOf(state, entry.host).lost = undefined;
      return;
    case "rollback-begun":
      state.turned = seq;
      state.stopped = undefined;
      if (entry.whole) {
        state.rollback = { whole: true, why: entry.why };
        turnRound(laneOf(state, FLEET), "undo", seq);
      }
      for (const host of entry.hosts) turnRound(laneOf(state, host), undefined, seq);
      return;
    case "rollback-way": {
      const lane = laneOf(state, entry.host);
      lane.back = { way: entry.way, standing: "going", since: lane.back?.since ?? seq };
      return;
    }
    case "undo-intended":
      existing(state, entry.of).back = { standing: "intended" };
      return;
    case "undo-settled": {
      // Most have neither, and no seal.
      const { diagnostic, changes } = keptOf(line, ["diagnostic", "changes"])?.fields ?? {};
      existing(state, entry.of).back = {
        standing: entry.outcome,
        ...(diagnostic && { diagnostic }),
        ...(changes && { changes }),
      };
      return;
    }
    case "host-rolled-back": {
      const lane = laneOf(state, entry.host);
      lane.back = { way: lane.back?.way, standing: entry.outcome, since: lane.back?.since ?? seq };
      return;
    }
    case "dns-watch-begun":
    case "dns-silences":
    case "dns-watched":
      state.dns = foldDns(state.dns, entry, at);
      return;
    case "run-stopped":
      state.stopped = { why: entry.why, text: entry.text };
      return;
    case "run-resumed":
      resume(state, seq, entry.only);
      return;
    case "run-finished":
      state.finished = { outcome: entry.outcome, text: entry.text };
      return;
  }
  assertNever(entry);
}

function turnRound(lane: Lane, way: "undo" | undefined, seq: number): void {
  if (lane.back === undefined) lane.back = { way, standing: "going", since: seq };
  else if (lane.back.standing !== "back") lane.back = { ...lane.back, standing: "going" };
}

/** What failed may be tried again, what is in doubt is looked at again, who was lost may be back. */
function resume(state: RunState, seq: number, only: readonly HostId[] | undefined): void {
  state.resumed = seq;
  state.only = only;
  state.health = undefined;
  state.stopped = undefined;
  // A finished run that is gone on with is going back: killed on the way, it must not look finished.
  state.finished = undefined;
  for (const lane of state.lanes.values()) {
    lane.lost = undefined;
    // Others may have taken it there meanwhile.
    if (lane.atGoal === false && lane.begun === undefined) lane.atGoal = undefined;
    if (lane.back !== undefined && lane.back.standing !== "back") {
      lane.back = { ...lane.back, standing: "going" };
    }
    for (const record of lane.tasks.values()) {
      if (record.standing === "failed") record.standing = "retry";
      if (record.standing === "in-doubt") record.standing = "intended";
      // It is intended anew: what follows an intent that was settled has none (J1).
      if (record.back && REPEATABLE.has(record.back.standing)) record.back = undefined;
    }
  }
}

export const DROP_HOST = "drop host";

/** A decision of an operator: the host is no longer there. */
function drop(state: RunState, answer: unknown): void {
  const lane = [...state.lanes.values()].find(({ host }) => host === answer);
  if (lane === undefined) return;
  lane.dropped = true;
  if (lane.back?.standing !== "back") lane.back = undefined;
  state.locks.delete(lane.host);
  state.lockedHosts = [...state.locks.keys()];
}

const REPEATABLE: ReadonlySet<UndoStanding> = new Set(["failed", "drifted", "in-doubt"]);

/** A lane as `started` makes them all. */
function foldedLane(state: RunState, host: HostId): FoldedLane {
  const lane = laneOf(state, host);
  if (!(lane instanceof FoldedLane)) throw new Error(`the lane of ${host} is none of the fold's`);
  return lane;
}

function settle(
  state: RunState,
  entry: Extract<OpenEntry, { type: "settled" }>,
  line: JournalLine,
): void {
  const lane = foldedLane(state, entry.of.host);
  const record = recordOf(state, entry.of, entry.step);
  record.durationMs += entry.durationMs;
  if (entry.outcome === "failed" || entry.outcome === "in-doubt") {
    const ignored = entry.outcome === "failed" && entry.ignored === true;
    record.standing = ignored ? "ignored" : entry.outcome;
    record.settledWith(keptOf(line, ["registered"]));
    record.failure = keptOf(line, ["diagnostic"]);
    return;
  }
  record.failure = undefined;
  // J5: found satisfied after an intent = applied, undone from the first record.
  record.standing = entry.outcome === "satisfied" && record.attempt > 0 ? "applied" : entry.outcome;
  record.settledWith(keptOf(line, ["after", "registered"]));
  lane.tell(keptOf(line, ["facts"]));
}

function existing(state: RunState, of: HostTask): FoldedRecord {
  const record = foldedLane(state, of.host).tasks.get(hostTaskKey(of));
  if (!record) throw new Error(`the journal undoes ${hostTaskKey(of)}, which it never began`);
  return record;
}

function recordOf(state: RunState, of: HostTask, step: string): FoldedRecord {
  const lane = foldedLane(state, of.host);
  const { latest } = lane;
  if (latest && latest.of.task === of.task && latest.of.item === of.item) return latest;
  const key = hostTaskKey(of);
  let record = lane.tasks.get(key);
  if (!record) {
    record = new FoldedRecord(of, step);
    lane.tasks.set(key, record);
  }
  lane.latest = record;
  return record;
}
