/** Texts of an entry that people will read, with secrets masked by value before they are kept: `show` knows no secrets. */
import type { JournalEntry } from "../model/journal-entry.ts";

const READ_BY_PEOPLE: ReadonlySet<string> = new Set([
  ...["diagnostic", "message", "changes", "why", "text"],
]);

export function maskedEntry(entry: JournalEntry, mask: (text: string) => string): JournalEntry {
  const masked = (value: unknown): unknown => {
    if (typeof value === "string") return mask(value);
    if (Array.isArray(value)) return value.map(masked);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one)]));
  };
  const fields = Object.entries(entry).map(([name, value]): [string, unknown] => [
    name,
    READ_BY_PEOPLE.has(name) ? masked(value) : value,
  ]);
  // Texts stay texts: the shape is the one that came in.
  return Object.fromEntries(fields) as unknown as JournalEntry;
}
