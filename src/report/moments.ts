/** What the fold forgets and a report tells: when things happened, what was said, and what may be shown of outputs. */
import type { HostId, TaskId } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { Json } from "../model/json.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import type { Decision, Mark } from "./run-report.ts";

export interface Span {
  readonly began: number;
  ended: number | undefined;
}

/** Of one host-task, in milliseconds since 1970. */
export interface TaskMoments extends Span {
  undone?: Span;
  output?: Json;
  message?: string;
}

export interface Moments {
  readonly tasks: ReadonlyMap<string, TaskMoments>;
  readonly decisions: readonly Decision[];
  readonly marks: readonly Mark[];
}

export const iso = (at: number): string => new Date(at).toISOString();

export function momentsOf(
  lines: readonly JournalLine[],
  nameOf: (task: TaskId) => string,
): Moments {
  const tasks = new Map<string, TaskMoments>();
  const decisions: Decision[] = [];
  const marks: Mark[] = [];
  const mark = (at: number, kind: Mark["kind"], text: string, host?: HostId): void => {
    const where = host === undefined || host === FLEET ? {} : { host };
    marks.push({ at: iso(at), ...where, kind, text });
  };
  for (const { at, entry } of lines) {
    timed(tasks, at, entry);
    switch (entry.type) {
      case "decision":
        decisions.push({
          at: iso(at),
          who: entry.who,
          question: entry.question,
          answer: entry.answer,
        });
        break;
      case "window-set": {
        const answer = entry.window?.text ?? "none";
        decisions.push({ at: iso(at), who: entry.who, question: "window", answer });
        break;
      }
      case "host-lost":
        mark(at, "lost", entry.diagnostic.summary, entry.host);
        break;
      case "host-back":
        mark(at, "found", "answers again", entry.host);
        break;
      case "unbegun":
        mark(at, "unbegun", `${nameOf(entry.of.task)}: ${entry.why}`, entry.of.host);
        break;
      case "run-stopped":
        mark(at, "stopped", entry.text);
        break;
      case "run-resumed":
        mark(at, "resumed", `gone on with by ${entry.who}`);
        break;
      case "rollback-begun":
        mark(at, "rollback", `going back: ${entry.why} (${entry.who})`);
        break;
      case "rollback-way":
        mark(
          at,
          "rollback",
          `${entry.way === "undo" ? "undoes its tasks in reverse" : "takes the playbook's way back"}: ${entry.why}`,
          entry.host,
        );
        break;
      case "host-rolled-back":
        if (entry.host !== FLEET) mark(at, "back", BACK_WORDS[entry.outcome], entry.host);
        break;
      case "run-started":
      case "planned":
      case "goal-seen":
      case "health-seen":
      case "locked":
      case "lane-begun":
      case "looped":
      case "intended":
      case "settled":
      case "undo-intended":
      case "undo-settled":
      case "dns-watch-begun":
      case "dns-silences":
      case "dns-watched":
      case "run-finished":
        break;
    }
  }
  return { tasks, decisions, marks };
}

const BACK_WORDS = {
  back: "is back",
  "needs-operator": "could not be taken back; it needs an operator",
  pending: "did not answer; its way back is pending",
} as const;

/** A second attempt is part of the same span: it began with the first. */
function timed(tasks: Map<string, TaskMoments>, at: number, entry: JournalEntry): void {
  switch (entry.type) {
    case "intended": {
      const known = tasks.get(hostTaskKey(entry.of));
      if (known) known.ended = undefined;
      else tasks.set(hostTaskKey(entry.of), { began: at, ended: undefined });
      return;
    }
    case "settled": {
      const key = hostTaskKey(entry.of);
      const moments = tasks.get(key) ?? { began: at - entry.durationMs, ended: at };
      tasks.set(key, moments);
      moments.ended = at;
      const output = entry.shown ?? entry.registered;
      if (output !== undefined) moments.output = output;
      if ("message" in entry && entry.message !== undefined) moments.message = entry.message;
      return;
    }
    case "undo-intended": {
      const moments = tasks.get(hostTaskKey(entry.of));
      if (moments) moments.undone = { began: moments.undone?.began ?? at, ended: undefined };
      return;
    }
    case "undo-settled": {
      const moments = tasks.get(hostTaskKey(entry.of));
      // What is superseded was never intended.
      if (moments) moments.undone = { began: moments.undone?.began ?? at, ended: at };
      return;
    }
    case "run-started":
    case "planned":
    case "goal-seen":
    case "health-seen":
    case "decision":
    case "window-set":
    case "locked":
    case "lane-begun":
    case "looped":
    case "unbegun":
    case "host-lost":
    case "host-back":
    case "rollback-begun":
    case "rollback-way":
    case "host-rolled-back":
    case "run-stopped":
    case "run-resumed":
    case "dns-watch-begun":
    case "dns-silences":
    case "dns-watched":
    case "run-finished":
      return;
  }
}
