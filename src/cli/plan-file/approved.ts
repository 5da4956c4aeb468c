/**
 * `apply PLANFILE`: the plan as it was made, held against what is there now. Everything that can be known without a
 * connection is known before the first one.
 */
import { readFile, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { errorCode } from "../../lib/error-words.ts";
import type { JournalStore } from "../../journal/store.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { EXIT } from "../exit-codes.ts";
import type { NewRun } from "../new-run.ts";
import { openStore, readNewRun } from "../new-run.ts";
import type { ApplyOptions, RunOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { takenBy } from "./consumed.ts";
import type { PlanFile } from "./contents.ts";
import { movedInputs } from "./moved-inputs.ts";
import { isPlanText, openPlan } from "./sealed.ts";

export interface ApprovedRun {
  readonly made: NewRun;
  readonly approved: PlanFile;
  readonly store: JournalStore;
}

/** Undefined: it is no plan file, and is read as a playbook. */
export async function planTextOf(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text !== undefined && isPlanText(text) ? text : undefined;
}

/** A number is the exit code of what was said. */
export async function openApproved(
  file: string,
  text: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<ApprovedRun | number> {
  const given = PLANNED.find(([name]) => isGiven(options[name]));
  if (given) {
    terminal.problems([notBeside(file, given[1])]);
    return EXIT.usage;
  }
  const store = openStore({
    ...options,
    stateDir: resolve(openStore(options).folder),
    ...(options.stateKeyFile !== undefined && { stateKeyFile: resolve(options.stateKeyFile) }),
  });
  const opened = openPlan(file, text, await store.stateKey("find"));
  if (opened.value === undefined) {
    terminal.problems(opened.problems);
    return EXIT.invalid;
  }
  const { header, contents } = opened.value;
  const refused = (problem: Diagnostic): number => {
    terminal.problems([problem]);
    return EXIT.refused;
  };
  const folder = await realpath(store.folder).catch(() => store.folder);
  if (folder !== contents.stateFolder) return refused(otherState(contents.stateFolder, folder));
  const taken = await takenBy(store, header.nonce);
  if (taken) return refused(taken);
  const own = absolute(options);
  try {
    // Names of files that it was made with, and `ansible.cfg`, mean what they meant there.
    process.chdir(contents.folder);
  } catch (error) {
    return refused(noFolder(contents.folder, errorCode(error) ?? "it cannot be entered"));
  }
  const made = await readNewRun(header.playbook.file, merged(contents.options, own), terminal, {
    file: contents.spec.source.file,
  });
  if (typeof made === "number") return made;
  for (const hidden of contents.masked) made.redactor.add(hidden);
  const moved = await movedInputs(contents, made.spec);
  if (moved.length > 0) {
    terminal.problems(moved);
    terminal.err(REFUSED);
    return EXIT.refused;
  }
  const { window: _, expectedMs: _e, ...now } = made.spec;
  const { window, expectedMs } = contents.spec;
  // A span of time is what was approved, not what the same words would mean today.
  const spec = { ...now, ...(window && { window }), ...(expectedMs && { expectedMs }) };
  return { made: { ...made, spec }, approved: opened.value, store };
}

export const REFUSED =
  "This plan is not what would happen now, and is not applied; nothing was changed. `runbook plan --out` makes it anew.\n";

/** What a plan file says, and nobody says a second time. */
const PLANNED = [
  ["inventory", "-i"],
  ["limit", "-l"],
  ["extraVars", "-e"],
  ["mode", "--mode"],
  ["window", "--window"],
  ["forks", "-f"],
  ["onFailure", "--on-failure"],
  ["lenient", "--lenient"],
  ["user", "-u"],
  ["privateKey", "--private-key"],
  ["connection", "-c"],
  ["sshCommonArgs", "--ssh-common-args"],
  ["sshExtraArgs", "--ssh-extra-args"],
  ["become", "-b"],
  ["becomeUser", "--become-user"],
] as const satisfies readonly (readonly [keyof RunOptions, string])[];

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** Options of this call that name files, before the folder changes. */
function absolute(options: ApplyOptions): ApplyOptions {
  const path = (name: "becomePasswordFile" | "connectionPasswordFile" | "log") =>
    options[name] === undefined ? {} : { [name]: resolve(options[name]) };
  return {
    ...options,
    ...path("becomePasswordFile"),
    ...path("connectionPasswordFile"),
    ...path("log"),
    vaultPasswordFile: options.vaultPasswordFile.map((one) => resolve(one)),
  };
}

/** What the plan was made with, and over it how passwords are given now. */
function merged(planned: RunOptions, own: ApplyOptions): RunOptions {
  const { vaultPasswordFile, vaultId, ...rest } = own;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => isGiven(value)));
  return {
    ...planned,
    ...said,
    vaultPasswordFile: [...planned.vaultPasswordFile, ...vaultPasswordFile],
    vaultId: [...planned.vaultId, ...vaultId],
  };
}

function notBeside(file: string, option: string): Diagnostic {
  return {
    code: "cli/plan-file",
    severity: "error",
    summary: `${option} does not go with the plan file ${file}: it says this already`,
    hint: "Leave it out, or make another plan with it: `runbook plan --out`.",
  };
}

function otherState(was: string, now: string): Diagnostic {
  return {
    code: "cli/plan-file",
    severity: "error",
    summary: `this plan was made with the state folder ${was}, and this is ${now}`,
    hint: `A plan is applied once, and its state folder knows whether it was: --state-dir ${was}`,
  };
}

function noFolder(folder: string, why: string): Diagnostic {
  return {
    code: "cli/plan-moved",
    severity: "error",
    summary: `since the plan was made: the folder that it was made in, ${folder}, cannot be entered: ${why}`,
  };
}
