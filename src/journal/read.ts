/** Reads a journal, line by line. Cut at any byte it opens, losing at most the torn last line (R4). */
import { open } from "node:fs/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import type {
  JournalEntry,
  JournalLine,
  Kept,
  OpenEntry,
  SealedFields,
} from "../model/journal-entry.ts";
import { lineCheck } from "./check.ts";
import type { Decoded } from "./codec.ts";
import { decodeLine, FIRST_HASH } from "./codec.ts";
import type { JournalEnd } from "./file.ts";
import type { RunKey } from "./seal.ts";
import { SealedFile, SealedPart } from "./sealed-part.ts";
import { upgrader } from "./upgrade.ts";

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

/**
 * `later`: to look. Of what is sealed only the first is opened, which tells whether the key is the run's; the others are
 * checked when somebody asks for them. `now`: to act. All are opened, and what they hold is let go again.
 */
export type SealCheck = "later" | "now";

type Unwrap = (wrapped: string) => RunKey | undefined;

/** Told of every line as it was written, in today's format, and from where on they cannot be used, with the reason. */
export type Each = (line: JournalLine, problem: Diagnostic | undefined) => void;

const PIECE = 1 << 20;

/** Never more than a piece of the file is held: what is kept of the lines is for `each` to say. */
export async function readJournal(
  path: string,
  unwrap: Unwrap,
  seals: SealCheck,
  each: Each,
): Promise<ReadEnd> {
  const reader = new JournalReader(path, unwrap, seals, each);
  const file = await open(path, "r");
  try {
    let [piece, begun, from] = [Buffer.allocUnsafe(await pieceFor(file)), 0, 0];
    for (;;) {
      const { bytesRead } = await file.read(piece, begun, piece.length - begun, from + begun);
      if (bytesRead === 0) return reader.end(begun);
      const filled = begun + bytesRead;
      const used = reader.feed(piece.subarray(0, filled), from);
      if (used === undefined) return reader.end(0);
      // What the line that is not whole yet has so far goes to the front.
      begun = filled - used;
      from += used;
      const next = begun === piece.length ? Buffer.allocUnsafe(2 * piece.length) : piece;
      piece.copy(next, 0, used, filled);
      piece = next;
    }
  } finally {
    await file.close();
  }
}

/** One byte more than a small file has: its end is seen with it. */
async function pieceFor(file: { stat(): Promise<{ size: number }> }): Promise<number> {
  return Math.min((await file.stat()).size + 1, PIECE);
}

/** All that is sealed is checked. */
export function readJournalBytes(bytes: Buffer, path: string, unwrap: Unwrap): ReadJournal {
  const lines: JournalLine[] = [];
  const reader = new JournalReader(path, unwrap, "now", (line) => void lines.push(line));
  const used = reader.feed(bytes, 0) ?? bytes.length;
  return { lines, ...reader.end(bytes.length - used) };
}

/**
 * A line whose sealed part is opened when somebody asks for the whole entry. `entry` is a property of its own, so that a copy
 * of the line is whole: copying asks.
 */
class ReadLine {
  readonly seq: number;
  readonly at: number;
  declare readonly entry: JournalEntry;
  readonly #open: OpenEntry;
  readonly #kept: Kept | undefined;
  #entry: JournalEntry | undefined;

  constructor(seq: number, at: number, open: OpenEntry, kept: Kept | undefined) {
    this.seq = seq;
    this.at = at;
    this.#open = open;
    this.#kept = kept;
    Object.defineProperty(this, "entry", WHOLE);
  }

  get open(): OpenEntry {
    return this.#open;
  }

  get kept(): Kept | undefined {
    return this.#kept;
  }

  whole(): JournalEntry {
    // Together they are what was appended, as the chain and the seal say.
    this.#entry ??= { ...this.#open, ...this.#kept?.fields } as JournalEntry;
    return this.#entry;
  }
}

const WHOLE = {
  enumerable: true,
  get(this: ReadLine): JournalEntry {
    return this.whole();
  },
};

class JournalReader {
  readonly #file: SealedFile;
  readonly #unwrap: Unwrap;
  readonly #seals: SealCheck;
  readonly #each: Each;
  #end: JournalEnd = { seq: 0, hash: FIRST_HASH, bytes: 0 };
  #isOpened = false;
  /** A line that is none: at the end of a file a power cut explains it, anywhere else nothing does. */
  #strange: { readonly isTorn: boolean } | undefined;
  /** The file is not as it was written, or cannot be opened. */
  #problem: Diagnostic | undefined;
  /** It is as it was written, by a release that knows more. */
  #notUnderstood: Diagnostic | undefined;
  readonly #check: ReturnType<typeof lineCheck>;
  readonly #upgrade = upgrader();

  constructor(path: string, unwrap: Unwrap, seals: SealCheck, each: Each) {
    this.#file = new SealedFile(path);
    this.#check = lineCheck(path);
    this.#unwrap = unwrap;
    this.#seals = seals;
    this.#each = each;
  }

  /** How many bytes of what the file has from a byte on were whole lines. Undefined: nothing behind this counts. */
  feed(piece: Buffer, at: number): number | undefined {
    this.#file.has(piece, at);
    let from = 0;
    for (let newline = piece.indexOf(10); newline >= 0; newline = piece.indexOf(10, from)) {
      if (this.#strange) this.#problem = altered(this.#place());
      else this.#line(piece.toString("utf8", from, newline), at + newline, newline - from + 1);
      if (this.#problem) return undefined;
      from = newline + 1;
    }
    return from;
  }

  /** `rest`: so many bytes are behind the last newline. */
  end(rest: number): ReadEnd {
    if (this.#strange && (!this.#strange.isTorn || rest > 0))
      this.#problem ??= altered(this.#place());
    const torn = this.#problem === undefined && (rest > 0 || this.#strange !== undefined);
    const problem = this.#problem ?? this.#notUnderstood;
    const problems = problem ? [problem] : [];
    return { end: this.#end, key: this.#file.key, torn, problems };
  }

  /** `newline`: where in the file it ends. */
  #line(text: string, newline: number, bytes: number): void {
    const decoded = decodeLine(text, this.#end.hash);
    if (decoded.kind === "line" && decoded.seq === this.#end.seq + 1) {
      this.#take(decoded, newline, bytes);
      return;
    }
    if (decoded.kind !== "garbage") {
      this.#problem = altered(this.#place());
      return;
    }
    // A power cut may leave the last block of a file as zeros or rubbish, with a newline in it by chance. But a whole line
    // with more behind it was on disk once: its newline was changed.
    const whole = /^.*?,"hash":"[0-9a-f]{64}"\}(?=.)/.exec(text)?.[0];
    const isTorn = whole === undefined || decodeLine(whole, this.#end.hash).kind !== "line";
    this.#strange = { isTorn };
  }

  #take(decoded: Extract<Decoded, { kind: "line" }>, newline: number, bytes: number): void {
    const { seq, at, hash, sealed, wrappedKey } = decoded;
    if (wrappedKey !== undefined) this.#file.key = this.#unwrap(wrappedKey);
    // What it is, the check says.
    const open = this.#upgrade(decoded.open) as unknown as OpenEntry;
    const place = sealed && { seq, at: newline - sealed.fromEnd, bytes: sealed.bytes };
    const kept = place && new SealedPart(this.#file, open?.type, place);
    let opened: SealedFields | undefined;
    if (kept && (this.#seals === "now" || !this.#isOpened)) {
      const tried = kept.open();
      if ("problem" in tried) {
        this.#problem = this.#isOpened ? tried.problem : otherKey(this.#place());
        return;
      }
      this.#isOpened = true;
      opened = tried.fields;
    }
    this.#end = { seq, hash, bytes: this.#end.bytes + bytes };
    const line = new ReadLine(seq, at, open, kept);
    this.#notUnderstood ??= this.#check(line, opened);
    this.#each(line, this.#notUnderstood);
  }

  #place(): Place {
    return { file: this.#file.path, line: this.#end.seq + 1, column: 1 };
  }
}

type Place = NonNullable<Diagnostic["at"]>;

function otherKey(at: Place): Diagnostic {
  return {
    code: "journal/other-key",
    severity: "error",
    summary: "the journal was written with another key",
    hint: "Give the key that it was written with: --state-key-file.",
    at,
  };
}

function altered(at: Place): Diagnostic {
  return {
    code: "journal/altered",
    severity: "error",
    summary: "the journal was changed after it was written",
    hint: "Its lines before this one are as written. Nothing will be done from a journal that cannot be trusted.",
    at,
  };
}
