/** Reads a journal, line by line. Cut at any byte it opens, losing at most the torn last line (R4). */
import { createReadStream } from "node:fs";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import type { Decoded } from "./codec.ts";
import { decodeLine, FIRST_HASH } from "./codec.ts";
import type { JournalEnd } from "./file.ts";
import type { RunKey } from "./seal.ts";

/** What is known of a journal when all of it was read. */
export interface ReadEnd {
  readonly end: JournalEnd;
  readonly key: RunKey | undefined;
  /** A last line without its newline, or one that was never finished, was left out. */
  readonly torn: boolean;
  /** What keeps it from being used: altered in the middle, another key, unreadable. Empty: it can be trusted. */
  readonly problems: readonly Diagnostic[];
}

export interface ReadJournal extends ReadEnd {
  readonly lines: readonly JournalLine[];
}

type Unwrap = (wrapped: string) => RunKey | undefined;

/** Never more than a piece of the file is held: what is kept of the lines is for `each` to say. */
export async function readJournal(
  path: string,
  unwrap: Unwrap,
  each: (line: JournalLine) => void,
): Promise<ReadEnd> {
  const reader = new JournalReader(path, unwrap, each);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 18 }))
    if (!reader.feed(piece as Buffer)) break;
  return reader.end();
}

export function readJournalBytes(bytes: Buffer, path: string, unwrap: Unwrap): ReadJournal {
  const lines: JournalLine[] = [];
  const reader = new JournalReader(path, unwrap, (line) => void lines.push(line));
  reader.feed(bytes);
  return { lines, ...reader.end() };
}

class JournalReader {
  readonly #path: string;
  readonly #unwrap: Unwrap;
  readonly #each: (line: JournalLine) => void;
  #end: JournalEnd = { seq: 0, hash: FIRST_HASH, bytes: 0 };
  #key: RunKey | undefined;
  /** Pieces of a line that has no newline yet. */
  #pieces: Buffer[] = [];
  /** A line that is none: at the end of a file a power cut explains it, anywhere else nothing does. */
  #strange: { readonly decoded: Decoded; readonly isTorn: boolean } | undefined;
  #problem: Diagnostic | undefined;

  constructor(path: string, unwrap: Unwrap, each: (line: JournalLine) => void) {
    this.#path = path;
    this.#unwrap = unwrap;
    this.#each = each;
  }

  /** False: nothing behind this counts. */
  feed(piece: Buffer): boolean {
    for (let from = 0; from < piece.length && this.#problem === undefined;) {
      if (this.#strange) return this.#fail(this.#strange.decoded);
      const newline = piece.indexOf(10, from);
      const part = piece.subarray(from, newline < 0 ? piece.length : newline);
      if (newline < 0) {
        this.#pieces.push(part);
        return true;
      }
      const line = this.#pieces.length > 0 ? Buffer.concat([...this.#pieces, part]) : part;
      this.#pieces = [];
      this.#line(line.toString("utf8"), line.length + 1);
      from = newline + 1;
    }
    return this.#problem === undefined;
  }

  end(): ReadEnd {
    if (this.#strange && !this.#strange.isTorn) this.#fail(this.#strange.decoded);
    const problems = this.#problem ? [this.#problem] : [];
    const torn = problems.length === 0 && (this.#pieces.length > 0 || this.#strange !== undefined);
    return { end: this.#end, key: this.#key, torn, problems };
  }

  #line(text: string, bytes: number): void {
    const decoded = this.#decode(text);
    if (decoded.kind === "line" && decoded.line.seq === this.#end.seq + 1) {
      const { line, hash } = decoded;
      this.#end = { seq: line.seq, hash, bytes: this.#end.bytes + bytes };
      this.#each(line);
      return;
    }
    if (decoded.kind !== "garbage") {
      this.#fail(decoded);
      return;
    }
    // A power cut may leave the last block of a file as zeros or rubbish, with a newline in it by chance. But a whole line
    // with more behind it was on disk once: its newline was changed.
    const whole = /^.*?,"hash":"[0-9a-f]{64}"\}(?=.)/.exec(text)?.[0];
    const isTorn = whole === undefined || this.#decode(whole).kind !== "line";
    this.#strange = { decoded, isTorn };
  }

  #decode(text: string): Decoded {
    return decodeLine(text, this.#end.hash, (wrapped) => {
      if (wrapped !== undefined) this.#key = this.#unwrap(wrapped);
      return this.#key;
    });
  }

  #fail(decoded: Decoded): false {
    this.#problem = damaged(this.#path, this.#end.seq + 1, decoded);
    return false;
  }
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
