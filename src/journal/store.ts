/** The state folder: one journal per run, and the key that all of them are readable with. */
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Clock } from "../model/clock.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { RunId } from "../model/ids.ts";
import { runId } from "../model/ids.ts";
import type { JournalLine } from "../model/journal-entry.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import { FIRST_HASH } from "./codec.ts";
import { JournalFile, syncFolder } from "./file.ts";
import type { HandOver } from "./hand-over.ts";
import type { Each, ReadEnd, ReadJournal, SealCheck } from "./read.ts";
import { readJournal } from "./read.ts";
import type { RunKey } from "./seal.ts";
import { newKey, seal, unseal } from "./seal.ts";
import { createIn } from "./shared-folder.ts";
import type { Claimed } from "./writer-lock.ts";
import { claimWriter, isClaimed } from "./writer-lock.ts";

const SUFFIX = ".journal.jsonl";

/** `--state-dir`, else `$RUNBOOK_STATE_DIR`, else `$XDG_STATE_HOME/runbook`, else `~/.local/state/runbook`. */
export function stateFolder(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const given = option ?? env["RUNBOOK_STATE_DIR"];
  if (given) return given;
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "runbook");
}

/** In the order in which text sorts, without the letters that are read as digits. */
const LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

/**
 * Sorts by time, can be typed, and no two are the same: 20261122-171530-k3f9h2. The first two letters are the part of the
 * second (to a 961st), so that runs which follow each other within a second sort too; the others are random.
 */
export function newRunId(clock: Clock): RunId {
  const now = clock.now();
  const [date = "", time = ""] = new Date(now).toISOString().split("T");
  const part = Math.floor(((now % 1000) * LETTERS.length ** 2) / 1000);
  const letters = [Math.floor(part / LETTERS.length), part, ...randomBytes(4)]
    .map((value) => LETTERS[value % LETTERS.length])
    .join("");
  return runId(`${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${letters}`);
}

export class JournalStore {
  readonly folder: string;
  readonly #keyFile: string;

  constructor(folder: string, keyFile?: string) {
    this.folder = folder;
    this.#keyFile = keyFile ?? join(folder, "key");
  }

  path(run: RunId): string {
    return join(this.folder, `${run}${SUFFIX}`);
  }

  /** Oldest first. A folder that does not exist holds none. */
  async runs(): Promise<readonly RunId[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .toSorted()
      .map((name) => runId(name.slice(0, -SUFFIX.length)));
  }

  /** The key that keys are wrapped with; made where there is none and `missing` says so. */
  async stateKey(missing: "make" | "find"): Promise<RunKey | undefined> {
    if (missing === "make") await makeFolder(this.folder);
    return this.#stateKey(missing);
  }

  /** Under this process's claim until it is closed. Rejects only with JournalFailure. */
  async create(run: RunId, clock: Clock): Promise<JournalFile> {
    try {
      await makeFolder(this.folder);
      const stateKey = await this.#stateKey("make");
      if (!stateKey) throw new Error(`${this.#keyFile} cannot be read`);
      const key = newKey();
      const wrappedKey = seal(stateKey, key.toString("base64"), "run key");
      const claim = await this.claim(run);
      if (claim.kind === "held") throw new Error(`run ${run} is being written by ${claim.by}`);
      return await JournalFile.create(this.path(run), {
        clock,
        key,
        wrappedKey,
        firstHash: FIRST_HASH,
        release: () => claim.release(),
      });
    } catch (error) {
      throw new JournalFailure({
        code: "journal/no-state-folder",
        severity: "error",
        summary: `no journal can be kept in ${this.folder}: ${errorText(error)}`,
        hint: "Nothing was done. --state-dir names another folder.",
      });
    }
  }

  /** Only to look. Undefined: there is no such run. */
  async read(run: RunId): Promise<ReadJournal | undefined> {
    const lines: JournalLine[] = [];
    const read = await this.readEach(run, (line) => void lines.push(line));
    return read && { lines, ...read };
  }

  /** The same line by line, in today's format, without keeping them: for journals of any length. */
  async readEach(run: RunId, each: Each, seals: SealCheck = "later"): Promise<ReadEnd | undefined> {
    const path = this.path(run);
    if (!(await exists(path))) return undefined;
    const stateKey = await this.#stateKey("find");
    const own = await readFile(this.#keyOf(run), "utf8").catch(() => undefined);
    const unwrap = (wrapped: string): RunKey | undefined => {
      const opened = [own?.trim(), wrapped].map(
        (text) => text && stateKey && unseal(stateKey, text, "run key"),
      );
      const plain = opened.find((text) => text);
      return plain ? Buffer.from(plain, "base64") : undefined;
    };
    return readJournal(path, unwrap, seals, each);
  }

  /** To go on writing; the journal must have been read without problems, under this process's claim. */
  reopen(
    run: RunId,
    clock: Clock,
    journal: ReadEnd & { readonly key: RunKey },
  ): Promise<JournalFile> {
    return JournalFile.reopen(this.path(run), { clock, key: journal.key, end: journal.end });
  }

  /** Under this process's claim. */
  async remove(run: RunId): Promise<void> {
    for (const path of [this.path(run), this.#keyOf(run), this.#handedOver(run)])
      await rm(path, { force: true });
    await syncFolder(this.folder);
  }

  /** The journal as it is on disk. */
  bytes(run: RunId): Promise<Buffer> {
    return readFile(this.path(run));
  }

  /**
   * Takes in a run that was handed over, under this process's claim. It must not be here, unless it was handed over from
   * here and what comes back is that journal, or one that went on from there.
   */
  async adopt({ run, key, journal }: HandOver): Promise<"adopted" | "here"> {
    const stateKey = await this.stateKey("make");
    if (!stateKey) throw new Error(`${this.#keyFile} cannot be read`);
    const here = await readFile(this.path(run)).catch(() => undefined);
    const comesBack =
      here && (await this.handedOver(run)) !== undefined && startsWith(journal, here);
    if (here && !comesBack) return "here";
    await this.#put(this.#keyOf(run), `${seal(stateKey, key.toString("base64"), "run key")}\n`);
    await this.#put(this.path(run), journal);
    await rm(this.#handedOver(run), { force: true });
    await syncFolder(this.folder);
    return "adopted";
  }

  /** From now on it is only read here. */
  async handOver(run: RunId, words: string): Promise<void> {
    await this.#put(this.#handedOver(run), `${words}\n`);
    await syncFolder(this.folder);
  }

  /** To whom and when it was handed over, in words. Undefined: it was not. */
  async handedOver(run: RunId): Promise<string | undefined> {
    const text = await readFile(this.#handedOver(run), "utf8").catch(() => undefined);
    return text?.trim();
  }

  #handedOver(run: RunId): string {
    return join(this.folder, `${run}.handed-over`);
  }

  /** The key of a run that came from another state folder. */
  #keyOf(run: RunId): string {
    return join(this.folder, `${run}.key`);
  }

  /** Whole or not at all. */
  async #put(path: string, bytes: Buffer | string): Promise<void> {
    const beside = `${path}.${process.pid}.new`;
    await rm(beside, { force: true });
    const file = await createIn(this.folder, beside);
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await rename(beside, path);
  }

  async claim(run: RunId): Promise<Claimed> {
    await makeFolder(this.folder);
    return claimWriter(join(this.folder, `${run}.writer`));
  }

  /** Whether a process is at work on it. Only looks. */
  isBeingWritten(run: RunId): Promise<boolean> {
    return isClaimed(join(this.folder, `${run}.writer`));
  }

  /** How long it is by now; a reader that follows it asks this before it reads. */
  async length(run: RunId): Promise<number> {
    return stat(this.path(run)).then(
      ({ size }) => size,
      () => 0,
    );
  }

  async #stateKey(missing: "make" | "find"): Promise<RunKey | undefined> {
    const found = await readFile(this.#keyFile, "utf8").catch(() => undefined);
    if (found !== undefined) return Buffer.from(found.trim(), "base64");
    if (missing === "find") return undefined;
    const key = newKey();
    const file = await createIn(dirname(this.#keyFile), this.#keyFile).catch(() => undefined);
    // Somebody else made it at this moment: theirs counts.
    if (!file) return this.#stateKey("find");
    await file.writeFile(`${key.toString("base64")}\n`);
    await file.sync();
    await file.close();
    return key;
  }
}

/** Node's own `recursive` never ends where a file system answers that a folder in an existing one does not exist (autofs, /proc). */
async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { mode: 0o700 }).catch(errorCode);
  if (made === undefined || made === "EEXIST") return;
  const parent = dirname(path);
  if (made === "ENOENT" && parent !== path) await makeFolder(parent);
  await mkdir(path, { mode: 0o700 });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function startsWith(whole: Buffer, part: Buffer): boolean {
  return whole.subarray(0, part.length).equals(part);
}

export function noSuchRun(run: string): Diagnostic {
  return {
    code: "journal/no-such-run",
    severity: "error",
    summary: `there is no run ${run}`,
    hint: "`runbook runs` lists them; --state-dir says where else to look.",
  };
}
