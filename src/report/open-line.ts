/**
 * A line of the journal as the stream has it (schemas/event.schema.json): what can be read without a key, with the names
 * that people know tasks by. Changes, outputs and variables are left out; the JSON report has what may be shown of them.
 */
import { masked } from "../lib/masked.ts";
import type { HostTask } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import type { OpenSpan } from "../model/run-spec.ts";
import type { RunState } from "../model/run-state.ts";
import { iso } from "./moments.ts";
import type { Outline } from "./outline.ts";
import type { StandingOf } from "./totals.ts";
import { totalsOf } from "./totals.ts";

export interface OpenLineParts {
  readonly outline: Pick<Outline, "task">;
  readonly mask: (text: string) => string;
  readonly standingOf: StandingOf;
}

export function openLine(
  { seq, at, entry }: JournalLine,
  after: RunState,
  parts: OpenLineParts,
): JsonObject {
  return {
    run: after.spec.run,
    seq,
    at: iso(at),
    type: entry.type,
    ...(opened(entry, after, parts) as JsonObject),
  };
}

function opened(entry: JournalEntry, after: RunState, parts: OpenLineParts): object {
  const { mask } = parts;
  switch (entry.type) {
    case "run-started": {
      const { version, playbook, who, hosts } = entry;
      return { format: 1, version, playbook, who, hosts };
    }
    case "planned":
      return {};
    case "goal-seen":
      return { host: entry.host, reached: entry.reached };
    case "health-seen":
      return { healthy: entry.healthy, away: entry.away, until: iso(entry.untilMs) };
    case "decision":
      return {
        who: entry.who,
        question: mask(entry.question),
        answer: masked<Json>(entry.answer, mask),
      };
    case "locked":
      return { hosts: entry.hosts };
    case "window-set":
      return { who: entry.who, window: entry.window && openedSpan(entry.window) };
    case "lane-begun":
    case "host-back":
      return { host: entry.host };
    case "looped":
      return { host: entry.host, task: entry.task, items: entry.items.length };
    case "intended":
      return { ...taskOf(entry.of, parts), step: entry.step, attempt: entry.attempt };
    case "settled":
      return {
        ...taskOf(entry.of, parts),
        step: entry.step,
        outcome: outcomeOf(entry),
        durationMs: entry.durationMs,
        ...("message" in entry && entry.message !== undefined && { message: mask(entry.message) }),
        ...("diagnostic" in entry && { diagnostic: masked(entry.diagnostic, mask) }),
      };
    case "unbegun":
      return { ...taskOf(entry.of, parts), why: mask(entry.why) };
    case "host-lost":
      return { host: entry.host, diagnostic: masked(entry.diagnostic, mask) };
    case "rollback-begun": {
      const { hosts, whole, why, who } = entry;
      return { hosts, whole, why: mask(why), who };
    }
    case "rollback-way":
      return { host: entry.host, way: entry.way, why: mask(entry.why) };
    case "undo-intended":
      return taskOf(entry.of, parts);
    case "undo-settled":
      return {
        ...taskOf(entry.of, parts),
        outcome: entry.outcome,
        durationMs: entry.durationMs,
        ...(entry.diagnostic && { diagnostic: masked(entry.diagnostic, mask) }),
      };
    case "host-rolled-back":
      return { host: entry.host, outcome: entry.outcome };
    case "run-resumed":
      return { who: entry.who };
    case "dns-watch-begun": {
      const { everyMs, watches, unwatched } = entry;
      return { everyMs, watches, unwatched: masked(unwatched, mask) };
    }
    case "dns-silences":
      return {
        seen: entry.seen.map(({ host, at, why }) => ({
          host,
          at: iso(at),
          ...(why !== undefined && { why: mask(why) }),
        })),
      };
    case "dns-watched":
      return { servers: entry.servers, over: entry.over };
    case "run-stopped":
      return {
        why: entry.why,
        text: mask(entry.text),
        totals: totalsOf(after, parts.standingOf),
      };
    case "run-finished":
      return {
        outcome: entry.outcome,
        text: mask(entry.text),
        totals: totalsOf(after, parts.standingOf),
      };
  }
}

function openedSpan({ opensAt, closesAt, text }: OpenSpan): object {
  return { opens: iso(opensAt), closes: iso(closesAt), text };
}

function taskOf(of: HostTask, { outline }: OpenLineParts): object {
  const task = outline.task(of.task);
  return {
    host: of.host,
    task: of.task,
    ...(of.item !== undefined && { item: of.item }),
    ...(of.on !== of.host && { on: of.on }),
    name: task?.name ?? of.task,
    phase: task?.phase ?? "",
  };
}

function outcomeOf(entry: Extract<JournalEntry, { type: "settled" }>): string {
  switch (entry.outcome) {
    case "applied":
      return "changed";
    case "satisfied":
      return "ok";
    case "failed":
      return entry.ignored === true ? "ignored" : "failed";
    case "skipped":
    case "in-doubt":
      return entry.outcome;
  }
}
