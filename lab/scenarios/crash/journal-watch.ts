/** Watches the one journal of a site while it is being written, fast enough to act between two tasks. */
import { closeSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SeenEntry } from "../support/site.ts";
import type { Spawned } from "../support/spawned.ts";

const EVERY_MS = 2;

/**
 * Resolves with the first entry from now on for which it holds; `act` is called in the same tick. Rejects when the
 * program ends before that, with all that it said.
 */
export async function atEntry(
  stateDir: string,
  program: Spawned,
  what: string,
  holds: (entry: SeenEntry) => boolean,
  act: (entry: SeenEntry) => void = () => undefined,
): Promise<SeenEntry> {
  const tail = tailOf(stateDir);
  try {
    return await new Promise<SeenEntry>((resolve, reject) => {
      const timer = setInterval(() => {
        for (const entry of tail.more()) {
          if (!holds(entry)) continue;
          clearInterval(timer);
          act(entry);
          resolve(entry);
          return;
        }
      }, EVERY_MS);
      void program.ended.then(({ text }) => {
        clearInterval(timer);
        reject(new Error(`the program ended before ${what}:\n${text}`));
      });
    });
  } finally {
    tail.close();
  }
}

interface Tail {
  /** Entries of the lines that were finished since the last call. */
  more(): readonly SeenEntry[];
  close(): void;
}

/** From where the journal ends now; a journal that is not there yet is read from its beginning. */
function tailOf(stateDir: string): Tail {
  const chunk = Buffer.alloc(1 << 20);
  let file = openJournal(stateDir);
  let rest = "";
  const read = (): string => {
    file ??= openJournal(stateDir);
    if (file === undefined) return "";
    const length = readSync(file, chunk, 0, chunk.length, null);
    return chunk.toString("latin1", 0, length);
  };
  while (read() !== "");
  return {
    more: () => {
      const [last = "", ...finished] = (rest + read()).split("\n").toReversed();
      rest = last;
      return finished
        .toReversed()
        .map((line) => (JSON.parse(line) as { readonly entry: SeenEntry }).entry);
    },
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}

function openJournal(stateDir: string): number | undefined {
  const name = namesIn(stateDir).find((one) => one.endsWith(".journal.jsonl"));
  return name === undefined ? undefined : openSync(join(stateDir, name), "r");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** `settled packages@ns1`, `undo-settled prefix@ns2`. */
export function entryOf(type: SeenEntry["type"], task: string, host: string) {
  return (entry: SeenEntry): boolean =>
    entry.type === type && entry.of?.task === task && entry.of.host === host;
}
