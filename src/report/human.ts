/** What happens, line by line, for people and for logs: one permanent line per settled host-task. */
import { assertNever } from "../lib/assert-never.ts";
import { showDuration } from "../lib/duration.ts";
import { printable } from "../lib/printable.ts";
import type { RunEvent, Reporter } from "../model/event.ts";
import type { HostId, HostTask } from "../model/ids.ts";
import { FLEET, hostTaskKey } from "../model/ids.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";
import type { Playbook } from "../model/playbook.ts";
import type { RunState } from "../model/run-state.ts";
import { changeText } from "./change-text.ts";
import { clockTime } from "../lib/clock-time.ts";
import { doneBefore } from "./failure-text.ts";
import { outlineOf } from "./outline.ts";
import type { Paint } from "./paint.ts";
import type { SourceLine } from "./problem-text.ts";
import { problemText } from "./problem-text.ts";

export interface HumanOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly playbook: Playbook;
  readonly sourceLine: SourceLine;
  /** Show what changed, not only that it did. */
  readonly diff: boolean;
  /** Say what is waited for, in lines that stay; not where a live view shows it. */
  readonly waits: boolean;
}

export function createHumanReporter(options: HumanOptions): Reporter {
  const { paint, write } = options;
  const outline = outlineOf(options.playbook);
  const phases = new Map<HostId, string>();
  const waits = new Map<HostId, string>();
  const width = { host: 4 };
  const line = (host: HostId, word: string, text: string): void => {
    const name = host === FLEET ? "fleet" : host;
    width.host = Math.max(width.host, name.length);
    write(`${name.padEnd(width.host)}  ${word} ${text}\n`);
  };
  const nameOf = (of: HostTask): string => {
    const name = outline.task(of.task)?.name ?? of.task;
    return of.item === undefined ? name : `${name} [${of.item}]`;
  };
  const enter = (of: HostTask): void => {
    const phase = outline.task(of.task)?.phase;
    if (phase === undefined || phases.get(of.host) === phase) return;
    phases.set(of.host, phase);
    line(of.host, paint.bold("──"), paint.bold(phase));
  };
  const entry = (one: JournalEntry, after: RunState): void => {
    switch (one.type) {
      case "run-started":
        write(`${paint.bold(options.playbook.name)}: run ${one.run}, ${one.hosts.length} hosts\n`);
        return;
      case "goal-seen":
        if (one.reached) line(one.host, paint.good("ok      "), "at its goal, not entered");
        return;
      case "settled":
        waits.delete(one.of.host);
        enter(one.of);
        return settled(one, after);
      case "unbegun":
        return line(one.of.host, paint.dim("again   "), `${nameOf(one.of)}: ${one.why}`);
      case "host-lost":
        write(`${problemText(one.diagnostic, paint)}\n`);
        return line(one.host, paint.bad("LOST    "), printable(one.diagnostic.summary));
      case "rollback-begun":
        write(`\n${paint.bold("Going back")}: ${one.why}. Hosts: ${one.hosts.join(", ")}\n`);
        return;
      case "rollback-way": {
        const way =
          one.way === "undo" ? "undoes its tasks in reverse" : "takes the playbook's way back";
        return line(one.host, paint.bold("──"), paint.bold(`${way} (${printable(one.why)})`));
      }
      case "undo-settled":
        return undone(one);
      case "host-rolled-back":
        if (one.host === FLEET) return;
        return line(
          one.host,
          one.outcome === "back" ? paint.good("back    ") : paint.bad("STUCK   "),
          one.outcome === "back" ? "is back" : one.outcome,
        );
      case "run-resumed":
        write(`${paint.bold(options.playbook.name)}: going on\n`);
        return;
      case "window-set":
        write(`window: ${one.window === null ? "none" : one.window.text} (${one.who})\n`);
        return;
      case "decision":
        write(`decision: ${one.question}: ${JSON.stringify(one.answer)} (${one.who})\n`);
        return;
      case "health-seen":
        if (one.healthy.length < after.spec.fleet.length)
          write(`healthy: ${one.healthy.length} of ${after.spec.fleet.length} hosts\n`);
        return;
      case "dns-watch-begun":
      case "dns-silences":
      case "dns-watched":
      case "planned":
      case "locked":
      case "lane-begun":
      case "looped":
      case "intended":
      case "host-back":
      case "undo-intended":
      case "run-stopped":
      case "run-finished":
        return;
    }
    assertNever(one);
  };
  const settled = (one: Extract<JournalEntry, { type: "settled" }>, after: RunState): void => {
    const time = one.durationMs >= 100 ? paint.dim(` ${showDuration(one.durationMs)}`) : "";
    switch (one.outcome) {
      case "applied":
        line(one.of.host, paint.changed("changed "), nameOf(one.of) + time);
        return;
      case "satisfied":
        line(one.of.host, paint.good("ok      "), nameOf(one.of) + time);
        if (one.message !== undefined) write(`${indent(printable(one.message))}\n`);
        return;
      case "skipped":
        line(one.of.host, paint.skipped("skipped "), nameOf(one.of));
        return;
      case "failed":
      case "in-doubt": {
        const ignored = one.outcome === "failed" && one.ignored === true;
        const word = one.outcome === "in-doubt" ? "IN DOUBT" : ignored ? "ignored " : "FAILED  ";
        line(one.of.host, (ignored ? paint.warn : paint.bad)(word), nameOf(one.of) + time);
        if (ignored) return;
        write(`${problemText(one.diagnostic, paint, options.sourceLine)}\n`);
        const lane = after.lanes.get(one.of.host);
        for (const text of lane ? doneBefore(lane, one.of, outline) : []) write(`  ${text}\n`);
        return;
      }
    }
  };
  const undone = (one: Extract<JournalEntry, { type: "undo-settled" }>): void => {
    switch (one.outcome) {
      case "done":
        line(one.of.host, paint.changed("undone  "), nameOf(one.of));
        if (one.changes)
          write(`  ${paint.bad("overwritten")}, as decided: what somebody changed since\n`);
        for (const change of one.changes ?? [])
          write(`${changeText(change, paint).map(indent).join("\n")}\n`);
        return;
      case "already":
        return line(one.of.host, paint.good("ok      "), `${nameOf(one.of)}: nothing to undo`);
      case "superseded":
        return;
      case "drifted":
      case "failed":
      case "in-doubt":
        line(one.of.host, paint.bad(one.outcome.toUpperCase().padEnd(8)), nameOf(one.of));
        if (one.diagnostic) write(`${problemText(one.diagnostic, paint, options.sourceLine)}\n`);
        for (const change of one.changes ?? [])
          write(`${changeText(change, paint).map(indent).join("\n")}\n`);
    }
  };
  return {
    entry(journalLine: JournalLine, after: RunState) {
      entry(journalLine.entry, after);
      if (!options.diff || journalLine.entry.type !== "settled") return;
      const { of, outcome } = journalLine.entry;
      if (outcome !== "applied") return;
      const record = after.lanes.get(of.host)?.tasks.get(hostTaskKey(of));
      for (const change of record?.changes ?? [])
        write(`${changeText(change, paint).map(indent).join("\n")}\n`);
    },
    event(event: RunEvent) {
      switch (event.type) {
        case "waiting": {
          const text = `waiting for it: ${printable(event.for)}`;
          if (!options.waits || waits.get(event.host) === text) return;
          waits.set(event.host, text);
          const until = paint.dim(` (at most until ${clockTime(event.untilMs, "seconds")})`);
          return line(event.host, paint.dim("…       "), text + until);
        }
        case "said": {
          const text = printable(event.text);
          // Said again at every look of a wait.
          if (waits.get(event.host) === text) return;
          waits.set(event.host, text);
          return line(event.host, paint.dim("…       "), text);
        }
        case "stopping":
          write(`${stoppingText(event.level)}\n`);
          return;
        case "connecting":
        case "looking":
        case "task-begun":
          return;
      }
      assertNever(event);
    },
  };
}

function stoppingText(level: 1 | 2 | 3): string {
  switch (level) {
    case 1:
      return "Stopping at the next rest point of every host; interrupt again to stop after the running tasks.";
    case 2:
      return "Stopping after the running tasks; interrupt again to leave at once (jobs on hosts go on).";
    case 3:
      return "Leaving. Jobs on hosts go on; `runbook resume` finds them.";
  }
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `          ${line}`)
    .join("\n");
}
