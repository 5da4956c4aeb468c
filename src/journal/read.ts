/** Reads a journal. Cut at any byte it opens, losing at most the torn last line (R4). */
import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { Decoded } from "./codec.ts";
import { decodeLine, FIRST_HASH } from "./codec.ts";
import type { JournalEnd } from "./file.ts";
import type { RunKey } from "./seal.ts";

export interface ReadJournal {
  readonly lines: readonly JournalLine[];
  readonly end: JournalEnd;
  readonly key: RunKey | undefined;
  /** A last line without its newline, or one that was never finished, was left out. */
  readonly torn: boolean;
  /** What keeps it from being used: altered in the middle, another key, unreadable. Empty: it can be trusted. */
  readonly problems: readonly Diagnostic[];
}

export async function readJournal(
  path: string,
  unwrap: (wrapped: string) => RunKey | undefined,
): Promise<ReadJournal> {
  const bytes = await readFile(path);
  return readJournalBytes(bytes, path, unwrap);
}

export function readJournalBytes(
  bytes: Buffer,
  path: string,
  unwrap: (wrapped: string) => RunKey | undefined,
): ReadJournal {
  const lines: JournalLine[] = [];
  let end: JournalEnd = { seq: 0, hash: FIRST_HASH, bytes: 0 };
  let key: RunKey | undefined;
  const keyOf = (wrapped: string | undefined): RunKey | undefined => {
    if (wrapped !== undefined) key = unwrap(wrapped);
    return key;
  };
  const stop = (torn: boolean, problems: readonly Diagnostic[]): ReadJournal => ({
    lines,
    end,
    key,
    torn,
    problems,
  });
  while (end.bytes < bytes.length) {
    const newline = bytes.indexOf(10, end.bytes);
    if (newline < 0) return stop(true, []);
    const text = bytes.toString("utf8", end.bytes, newline);
    const decoded = decodeLine(text, end.hash, keyOf);
    if (decoded.kind === "line" && decoded.line.seq === end.seq + 1) {
      lines.push(decoded.line);
      end = { seq: decoded.line.seq, hash: decoded.hash, bytes: newline + 1 };
      continue;
    }
    const last = newline + 1 >= bytes.length;
    // A power cut may leave the last block of a file as zeros or rubbish, with a newline in it by chance.
    if (decoded.kind === "garbage" && last) {
      // A whole line with more behind it was on disk once: its newline was changed.
      const whole = /^.*?,"hash":"[0-9a-f]{64}"\}(?=.)/.exec(text)?.[0];
      if (whole === undefined || decodeLine(whole, end.hash, keyOf).kind !== "line")
        return stop(true, []);
    }
    return stop(false, [damaged(path, lines.length + 1, decoded)]);
  }
  return stop(false, []);
}

function damaged(file: string, line: number, decoded: Decoded): Diagnostic {
  const at = { file, line, column: 1 };
  switch (decoded.kind) {
    case "locked":
      return {
        code: "journal/other-key",
        severity: "error",
        summary: "the journal was written with another key",
        hint: "Give the key that it was written with: --state-key-file.",
        at,
      };
    case "altered":
    case "garbage":
    case "line":
      return {
        code: "journal/altered",
        severity: "error",
        summary: "the journal was changed after it was written",
        hint: "Its lines before this one are as written. Nothing will be done from a journal that cannot be trusted.",
        at,
      };
  }
}
