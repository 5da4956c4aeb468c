/** The state folder: one journal per run, and the key that all of them are readable with. */
import { mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Clock } from "../model/clock.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { RunId } from "../model/ids.ts";
import { runId } from "../model/ids.ts";
import { JournalFailure } from "../model/journal-entry.ts";
import { checkLines } from "./check.ts";
import { FIRST_HASH } from "./codec.ts";
import { JournalFile, syncFolder } from "./file.ts";
import type { ReadJournal } from "./read.ts";
import { readJournal } from "./read.ts";
import type { RunKey } from "./seal.ts";
import { newKey, seal, unseal } from "./seal.ts";
import { upgraded } from "./upgrade.ts";
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
    const path = this.path(run);
    if (!(await exists(path))) return undefined;
    const stateKey = await this.#stateKey("find");
    const journal = await readJournal(path, (wrapped) => {
      const plain = stateKey && unseal(stateKey, wrapped, "run key");
      return plain === undefined ? undefined : Buffer.from(plain, "base64");
    });
    if (journal.problems.length > 0) return journal;
    const lines = upgraded(journal.lines);
    return { ...journal, lines, problems: checkLines(lines, path) };
  }

  /** To go on writing; the journal must have been read without problems, under this process's claim. */
  reopen(
    run: RunId,
    clock: Clock,
    journal: ReadJournal & { readonly key: RunKey },
  ): Promise<JournalFile> {
    return JournalFile.reopen(this.path(run), { clock, key: journal.key, end: journal.end });
  }

  /** Under this process's claim. */
  async remove(run: RunId): Promise<void> {
    await rm(this.path(run), { force: true });
    await syncFolder(this.folder);
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
    const file = await open(this.#keyFile, "wx", 0o600).catch(() => undefined);
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

export function noSuchRun(run: string): Diagnostic {
  return {
    code: "journal/no-such-run",
    severity: "error",
    summary: `there is no run ${run}`,
    hint: "`runbook runs` lists them; --state-dir says where else to look.",
  };
}
