/** Texts of an entry that people will read, with secrets masked by value before they are kept: `show` knows no secrets. */
import { masked } from "../lib/masked.ts";
import type { JournalEntry } from "../model/journal-entry.ts";

const READ_BY_PEOPLE: ReadonlySet<string> = new Set([
  ...["diagnostic", "message", "changes", "why", "text"],
]);

export function maskedEntry(entry: JournalEntry, mask: (text: string) => string): JournalEntry {
  const fields = Object.entries(entry).map(([name, value]): [string, unknown] => [
    name,
    READ_BY_PEOPLE.has(name) ? masked(value, mask) : value,
  ]);
  // Texts stay texts: the shape is the one that came in.
  const kept = Object.fromEntries(fields) as unknown as JournalEntry;
  if (kept.type !== "settled" || kept.registered === undefined) return kept;
  // A resume needs what was registered as it was; reports show this instead.
  const shown = masked(kept.registered, mask);
  return JSON.stringify(shown) === JSON.stringify(kept.registered) ? kept : { ...kept, shown };
}
