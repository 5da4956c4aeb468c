/**
 * The one writer of a journal file. Entries that are appended while a write is under way travel together in the next one
 * (group commit); `append` resolves only when its own line is on disk. After the first failure nothing more is accepted:
 * a journal that cannot promise durability must not pretend to.
 */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../model/clock.ts";
import type { Journal, JournalEntry, JournalLine } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import { errorText } from "../lib/error-words.ts";
import { encodeLine } from "./codec.ts";
import type { RunKey } from "./seal.ts";
import { createIn } from "./shared-folder.ts";

interface Waiting {
  readonly line: JournalLine;
  readonly text: string;
  readonly resolve: (line: JournalLine) => void;
  readonly reject: (failure: JournalFailure) => void;
}

/** Where a journal ends: what the next line continues. */
export interface JournalEnd {
  readonly seq: number;
  readonly hash: string;
  /** Length in bytes of the part that counts; what comes after is a torn line. */
  readonly bytes: number;
}

export class JournalFile implements Journal, AsyncDisposable {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  readonly #key: RunKey;
  #wrappedKey: string | undefined;
  #seq: number;
  #hash: string;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: JournalFailure | undefined;
  #release: (() => Promise<void>) | undefined;

  private constructor(
    file: FileHandle,
    clock: Clock,
    key: RunKey,
    end: JournalEnd,
    wrappedKey: string | undefined,
  ) {
    this.#file = file;
    this.#clock = clock;
    this.#key = key;
    this.#seq = end.seq;
    this.#hash = end.hash;
    this.#wrappedKey = wrappedKey;
  }

  /** A new file, 0600; it must not exist. The folder's entry is on disk too when this resolves. */
  static async create(
    path: string,
    options: {
      clock: Clock;
      key: RunKey;
      wrappedKey: string;
      firstHash: string;
      /** Gives up the claim that the file is written under; called when it is closed. */
      release?: () => Promise<void>;
    },
  ): Promise<JournalFile> {
    const file = await createIn(dirname(path), path);
    await syncFolder(dirname(path));
    const end = { seq: 0, hash: options.firstHash, bytes: 0 };
    const journal = new JournalFile(file, options.clock, options.key, end, options.wrappedKey);
    journal.#release = options.release;
    return journal;
  }

  /** Goes on where a journal ends; a torn last line is cut off first. */
  static async reopen(
    path: string,
    options: { clock: Clock; key: RunKey; end: JournalEnd },
  ): Promise<JournalFile> {
    const file = await open(path, "r+");
    await file.truncate(options.end.bytes);
    await file.datasync();
    await file.close();
    const appending = await open(path, "a");
    return new JournalFile(appending, options.clock, options.key, options.end, undefined);
  }

  append(entry: JournalEntry): Promise<JournalLine> {
    if (this.#failure) return Promise.reject(this.#failure);
    const line: JournalLine = { seq: this.#seq + 1, at: this.#clock.now(), entry };
    const encoded = encodeLine(line, this.#hash, this.#key, this.#wrappedKey);
    this.#wrappedKey = undefined;
    this.#seq = line.seq;
    this.#hash = encoded.hash;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, text: encoded.text, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure) throw this.#failure;
        await this.#file.appendFile(group.map((one) => one.text).join(""));
        await this.#file.datasync();
      } catch (error) {
        this.#failure ??= failureOf(error);
        for (const one of group) one.reject(this.#failure);
        continue;
      }
      for (const one of group) one.resolve(one.line);
    }
    this.#writing = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
    await this.#release?.();
  }
}

function failureOf(error: unknown): JournalFailure {
  const reason = errorText(error);
  return new JournalFailure({
    code: "journal/not-durable",
    severity: "error",
    summary: `the journal cannot be written: ${reason}`,
    hint: "Nothing more was begun. Make room on the disk that holds the state folder, then `runbook resume`.",
  });
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
