/**
 * What is sealed in a journal that was read stays on disk and sealed until somebody asks for it: most lines are read to
 * know what happened, and only a way back or a template needs what they hold. A seal authenticates itself, so what is
 * opened later is what was written, or it is refused.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { errorText } from "../lib/error-words.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Kept, OpenEntry, SealedFields } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import { sealedCheck } from "./check.ts";
import { openSeal } from "./codec.ts";
import type { RunKey } from "./seal.ts";

/** Neighbours are often opened together, forwards and backwards. */
const AROUND = 1 << 15;

/** The file that seals are read from, with the piece of it that was read last. */
export class SealedFile {
  readonly path: string;
  key: RunKey | undefined;
  #piece: Buffer = Buffer.alloc(0);
  /** Where in the file the piece begins. */
  #from = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** What the file has from this byte on. */
  has(piece: Buffer, from: number): void {
    this.#piece = piece;
    this.#from = from;
  }

  text(at: number, bytes: number): string {
    const isHere = at >= this.#from && at + bytes <= this.#from + this.#piece.length;
    if (!isHere) this.#read(Math.max(0, at - AROUND), at + bytes + AROUND);
    return this.#piece.toString("latin1", at - this.#from, at - this.#from + bytes);
  }

  #read(from: number, to: number): void {
    // A buffer of its own: who reads the file may still be filling the one that was seen before.
    const piece = Buffer.alloc(to - from);
    const file = openSync(this.path, "r");
    try {
      this.has(piece.subarray(0, readSync(file, piece, 0, piece.length, from)), from);
    } finally {
      closeSync(file);
    }
  }
}

/** Where it is. */
export interface SealPlace {
  readonly seq: number;
  readonly at: number;
  readonly bytes: number;
}

export class SealedPart implements Kept {
  readonly #file: SealedFile;
  readonly #type: OpenEntry["type"];
  readonly #place: SealPlace;
  #fields: SealedFields | undefined;

  constructor(file: SealedFile, type: OpenEntry["type"], place: SealPlace) {
    this.#file = file;
    this.#type = type;
    this.#place = place;
  }

  get fields(): SealedFields {
    if (this.#fields === undefined) {
      const opened = this.open();
      if ("problem" in opened) throw new JournalFailure(opened.problem);
      const at = { file: this.#file.path, line: this.#place.seq, column: 1 };
      const wrong = sealedCheck(this.#type, opened.fields, at);
      if (wrong) throw new JournalFailure(wrong);
      this.#fields = opened.fields;
    }
    return this.#fields;
  }

  /** Authentic, and not looked at any further. Every time anew: nothing that was opened is kept. */
  open(): { readonly fields: SealedFields } | { readonly problem: Diagnostic } {
    const { seq, at, bytes } = this.#place;
    const { key, path } = this.#file;
    try {
      const fields = key && openSeal(key, this.#file.text(at, bytes), seq);
      return fields ? { fields } : { problem: notOpened(path, seq) };
    } catch (error) {
      return { problem: unread(path, seq, errorText(error)) };
    }
  }
}

/** The first seal of a journal is opened when it is read: a key that opens that one is the run's. */
function notOpened(file: string, line: number): Diagnostic {
  return {
    code: "journal/altered",
    severity: "error",
    summary: "what is sealed in this line of the journal is not what was written",
    hint: "The line was altered, or the file was exchanged while it was read. Nothing is done from it.",
    at: { file, line, column: 1 },
  };
}

function unread(file: string, line: number, why: string): Diagnostic {
  return {
    code: "journal/unreadable",
    severity: "error",
    summary: `the journal cannot be read any more: ${why}`,
    hint: "It was there when this began. Nothing is done from what cannot be read.",
    at: { file, line, column: 1 },
  };
}
