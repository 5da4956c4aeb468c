/** What `no_log` keeps from people: everything that a task shows, says or is refused for. Whether it failed is no secret. */
import type { Diagnostic } from "../model/diagnostic.ts";
import type { JournalEntry } from "../model/journal-entry.ts";
import type { Task } from "../model/playbook.ts";
import type { Program } from "./program.ts";

export function hushed(task: Task | undefined, diagnostic: Diagnostic): Diagnostic {
  if (task?.noLog !== true) return diagnostic;
  const { code, severity, hint, at } = diagnostic;
  return {
    code,
    severity,
    summary: "what it says is hidden, because the task says no_log",
    ...(hint !== undefined && { hint }),
    ...(at && { at }),
  };
}

/** An entry as it may be journaled and shown. What a resume and a rollback need stays: it is sealed. */
export function hushedEntry(program: Program, entry: JournalEntry): JournalEntry {
  if (entry.type !== "settled" && entry.type !== "undo-settled") return entry;
  const task = program.tasks.get(entry.of.task);
  if (task?.noLog !== true) return entry;
  if (entry.type === "undo-settled") {
    const { changes: _, diagnostic, ...rest } = entry;
    return { ...rest, ...(diagnostic && { diagnostic: hushed(task, diagnostic) }) };
  }
  if (entry.outcome === "failed" || entry.outcome === "in-doubt") {
    return { ...entry, diagnostic: hushed(task, entry.diagnostic) };
  }
  const { message: _, ...rest } = entry;
  return rest;
}
