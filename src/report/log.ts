/** The only door to pino: a structured log of everything that happens, masked by value before it is written. */
import { pino } from "pino";
import type { RunEvent, Reporter } from "../model/event.ts";
import type { JournalEntry, JournalLine } from "../model/journal-entry.ts";

export interface LogOptions {
  /** Appended to; created 0600. */
  readonly file: string;
  readonly run: string;
  readonly mask: (text: string) => string;
}

/** Writes what can be read without a key: records, registered values and variables stay in the journal. */
export function createLogReporter(options: LogOptions): Reporter {
  const target = pino.destination({
    dest: options.file,
    append: true,
    mkdir: true,
    mode: 0o600,
    sync: true,
  });
  const log = pino(
    {
      base: { run: options.run },
      hooks: { streamWrite: options.mask },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    target,
  );
  return {
    entry(line: JournalLine) {
      const { level, open } = readable(line.entry);
      log[level]({ seq: line.seq, ...open }, line.entry.type);
    },
    event(event: RunEvent) {
      log.debug(event, event.type);
    },
    close() {
      target.flushSync();
      target.end();
    },
  };
}

function readable(entry: JournalEntry): { level: "info" | "warn" | "error"; open: object } {
  switch (entry.type) {
    case "run-started":
      return {
        level: "info",
        open: { playbook: entry.playbook, who: entry.who, hosts: entry.hosts },
      };
    case "settled": {
      const { of, step, outcome, durationMs } = entry;
      const level = outcome === "failed" ? "warn" : outcome === "in-doubt" ? "error" : "info";
      const diagnostic = "diagnostic" in entry ? { diagnostic: entry.diagnostic } : {};
      return { level, open: { of, step, outcome, durationMs, ...diagnostic } };
    }
    case "intended":
      return { level: "info", open: { of: entry.of, step: entry.step, attempt: entry.attempt } };
    case "undo-settled":
      return {
        level: entry.outcome === "done" || entry.outcome === "already" ? "info" : "warn",
        open: { of: entry.of, outcome: entry.outcome, diagnostic: entry.diagnostic },
      };
    case "looped":
      return {
        level: "info",
        open: { task: entry.task, host: entry.host, items: entry.items.length },
      };
    case "planned":
      return { level: "info", open: { pins: entry.pins } };
    case "host-lost":
      return { level: "warn", open: entry };
    case "goal-seen":
    case "health-seen":
    case "decision":
    case "window-set":
    case "dns-watch-begun":
    case "dns-silences":
    case "dns-watched":
    case "locked":
    case "lane-begun":
    case "unbegun":
    case "host-back":
    case "rollback-begun":
    case "rollback-way":
    case "undo-intended":
    case "host-rolled-back":
    case "run-stopped":
    case "run-resumed":
    case "run-finished":
      return { level: "info", open: entry };
  }
}
