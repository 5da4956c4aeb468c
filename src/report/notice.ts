/** When somebody is to be told, and what: the document that webhooks and commands get (schemas/notification.schema.json). */
import type { JsonObject } from "../model/json.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { NoticeMoment } from "../model/playbook.ts";
import type { RunState } from "../model/run-state.ts";
import { iso } from "./moments.ts";
import type { Outline } from "./outline.ts";
import type { StandingOf } from "./totals.ts";
import { totalsOf } from "./totals.ts";

export interface Telling {
  readonly moment: NoticeMoment;
  /** One for each; the same when it is sent again. */
  readonly id: string;
  readonly document: JsonObject;
}

export interface TellingParts {
  readonly playbook: string;
  readonly outline: Pick<Outline, "task">;
  readonly mask: (text: string) => string;
  readonly standingOf: StandingOf;
}

/** More hosts than this that fail are in the totals of the end, and not told one by one. */
const MOST_FAILURES = 20;

export interface Tellings {
  entry(line: JournalLine, after: RunState): Telling | undefined;
  /** Somebody is asked, and the run waits. */
  question(text: string, at: number, after: RunState): Telling;
}

export function createTellings(parts: TellingParts): Tellings {
  const told = { begun: false, questions: 0, failed: new Set<string>() };
  const telling = (
    after: RunState,
    at: number,
    id: string,
    moment: NoticeMoment,
    more: { readonly text: string; readonly [field: string]: string },
  ): Telling => {
    const { spec } = after;
    const texts = Object.entries(more).map(([name, text]) => [name, parts.mask(text)]);
    return {
      moment,
      id: `${spec.run}-${id}`,
      document: {
        format: 1,
        id: `${spec.run}-${id}`,
        moment,
        at: iso(at),
        run: spec.run,
        playbook: parts.playbook,
        who: spec.who,
        ...Object.fromEntries(texts),
        totals: totalsOf(after, parts.standingOf) as unknown as JsonObject,
      },
    };
  };
  return {
    question: (text, at, after) =>
      telling(after, at, `question-${++told.questions}`, "pause", { text }),
    entry({ seq, at, entry }, after) {
      const say = (
        moment: NoticeMoment,
        more: { readonly text: string; readonly [field: string]: string },
      ): Telling => telling(after, at, String(seq), moment, more);
      const failure = (host: string, text: string, task?: string): Telling | undefined => {
        if (told.failed.has(host) || told.failed.size >= MOST_FAILURES) return undefined;
        told.failed.add(host);
        return say("failure", { host, ...(task !== undefined && { task }), text });
      };
      if (entry.type === "decision" && entry.question === "go") {
        told.begun = true;
        const { hosts } = after.spec;
        return say("start", { text: `begins on ${hosts.length} hosts` });
      }
      if (entry.type === "run-resumed") {
        told.begun = true;
        return say("start", { text: `gone on with by ${entry.who}` });
      }
      // What is refused before it begins is nobody's news but the operator's.
      if (!told.begun) return undefined;
      switch (entry.type) {
        case "settled": {
          if (entry.outcome !== "failed" && entry.outcome !== "in-doubt") return undefined;
          if (entry.outcome === "failed" && entry.ignored === true) return undefined;
          const name = parts.outline.task(entry.of.task)?.name ?? entry.of.task;
          return failure(entry.of.host, entry.diagnostic.summary, name);
        }
        case "host-lost":
          return failure(entry.host, entry.diagnostic.summary);
        case "undo-settled": {
          const bad = ["failed", "drifted", "in-doubt"].includes(entry.outcome);
          const name = parts.outline.task(entry.of.task)?.name ?? entry.of.task;
          const text = entry.diagnostic?.summary ?? entry.outcome;
          return bad ? failure(entry.of.host, text, `undo ${name}`) : undefined;
        }
        case "run-stopped": {
          const { why, text } = entry;
          const waits = why === "interrupted" || why === "window" || why === "hosts-to-do";
          return say(waits ? "pause" : "end", { outcome: "stopped", why, text });
        }
        case "run-finished":
          return say("end", { outcome: entry.outcome, text: entry.text });
        case "run-started":
        case "planned":
        case "goal-seen":
        case "health-seen":
        case "decision":
        case "locked":
        case "window-set":
        case "dns-watch-begun":
        case "dns-silences":
        case "dns-watched":
        case "lane-begun":
        case "looped":
        case "intended":
        case "unbegun":
        case "host-back":
        case "rollback-begun":
        case "rollback-way":
        case "undo-intended":
        case "host-rolled-back":
          return undefined;
      }
    },
  };
}
