/** A place to run the program from: its own journals, its own home, the lab's inventory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "../../../src/model/journal-entry.ts";
import { LAB } from "./lab.ts";
import type { Ended, Spawned } from "./spawned.ts";
import { spawnProgram } from "./spawned.ts";

const ROOT = join(import.meta.dirname, "../../..");
const CLI = process.env["RUNBOOK_CLI"] ?? join(ROOT, "dist/cli/main.js");
const VAULT_PASSWORD = join(LAB, "inventory/.vault_pass");

export const UPGRADE = join(ROOT, "playbooks/schema-upgrade.yaml");
export const SCHEMA_ROLLBACK = join(ROOT, "playbooks/schema-rollback.yaml");
export const INITIAL_PREFIX = join(ROOT, "playbooks/initial-prefix.yaml");
export const HOSTS_INI = join(LAB, "inventory/hosts.ini");
export const HOSTS_PW_INI = join(LAB, "inventory/hosts-pw.ini");

/** An entry as `show --entries` prints it: without what the journal seals. */
export interface SeenEntry {
  readonly seq: number;
  readonly at: number;
  readonly type: JournalEntry["type"];
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly of?: {
    readonly task: string;
    readonly item?: number;
    readonly host: string;
    readonly on: string;
  };
  readonly step?: string;
  readonly outcome?: string;
  readonly reached?: boolean;
  readonly way?: string;
  readonly why?: string;
  readonly text?: string;
  readonly question?: string;
  readonly answer?: unknown;
  readonly diagnostic?: { readonly code: string; readonly summary: string; readonly hint?: string };
}

export interface Site extends AsyncDisposable {
  /** Goes when the site does. */
  readonly folder: string;
  readonly stateDir: string;
  /** Inventory, vault password and journals of this site: for `apply`, `plan`, `resume`, `rollback`. */
  readonly common: readonly string[];
  /** Starts the program, words as given. Ends with the site. */
  start(...words: readonly string[]): Spawned;
  /** The same, to its end. */
  run(...words: readonly string[]): Promise<Ended>;
  /** `apply schema-upgrade.yaml` to 5.1 with both consents. */
  upgrade(...more: readonly string[]): Promise<Ended>;
  /** `rollback` of the newest run, consented to. */
  rollback(...more: readonly string[]): Promise<Ended>;
  /** What the journal of a run says; the newest without a name. */
  entries(run?: string): Promise<readonly SeenEntry[]>;
}

export interface SiteSettings {
  /** Default: the one whose user needs no sudo password. */
  readonly inventory?: string;
  readonly vaultPasswordFile?: string;
}

/** The flags that make an upgrade run without questions, for `start`. */
export const UPGRADE_WORDS: readonly string[] = [
  "apply",
  UPGRADE,
  "-e",
  "target_version=5.1.*",
  "--yes",
  "--accept-irreversible",
];

export function createSite(settings: SiteSettings = {}): Site {
  const folder = mkdtempSync(join(tmpdir(), "runbook-scenario-"));
  const stateDir = join(folder, "journals");
  const running = new Set<Spawned>();
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    RUNBOOK_STATE_DIR: stateDir,
  };
  const common = [
    "-i",
    settings.inventory ?? HOSTS_INI,
    "--vault-password-file",
    settings.vaultPasswordFile ?? VAULT_PASSWORD,
  ];
  const start = (...words: readonly string[]): Spawned => {
    const spawned = spawnProgram(process.execPath, [CLI, ...words], { env, cwd: folder });
    running.add(spawned);
    void spawned.ended.finally(() => running.delete(spawned));
    return spawned;
  };
  const run = (...words: readonly string[]): Promise<Ended> => start(...words).ended;
  return {
    folder,
    stateDir,
    common,
    start,
    run,
    upgrade: (...more) => run(...UPGRADE_WORDS, ...common, ...more),
    rollback: (...more) => run("rollback", "--yes", ...common, ...more),
    entries: async (name) => {
      const shown = await run("show", ...(name === undefined ? [] : [name]), "--entries");
      if (shown.code !== 0)
        throw new Error(`show --entries ended with ${shown.code}: ${shown.text}`);
      return shown.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as SeenEntry);
    },
    [Symbol.asyncDispose]: async () => {
      for (const { process: child, ended } of running) {
        child.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
