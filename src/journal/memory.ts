/** A journal that lives as long as its process: for plans and tests. */
import type { Clock } from "../model/clock.ts";
import type { Journal, JournalEntry, JournalLine } from "../model/journal-entry.ts";

export class MemoryJournal implements Journal {
  readonly lines: JournalLine[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  append(entry: JournalEntry): Promise<JournalLine> {
    const line: JournalLine = { seq: this.lines.length + 1, at: this.#clock.now(), entry };
    this.lines.push(line);
    return Promise.resolve(line);
  }
}
