/**
 * A plan is applied once. Which run took it stands in the state folder under the plan's nonce, on disk before that run
 * connects anywhere; what became of the run is read from its journal. A run that was refused gives the plan free again.
 */
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createIn } from "../../journal/shared-folder.ts";
import { errorCode, errorText } from "../../lib/error-words.ts";
import type { JournalStore } from "../../journal/store.ts";
import { claimWriter } from "../../journal/writer-lock.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { RunId } from "../../model/ids.ts";
import { runId } from "../../model/ids.ts";
import { foldRun } from "../fold-run.ts";

/** Beside the journals: where a team shares the folder, for all of the team. */
const placeOf = (store: JournalStore, nonce: string): string =>
  join(store.folder, `${nonce}.taken`);

/** Why it cannot be applied any more; undefined: it can. Only looks. */
export async function takenBy(store: JournalStore, nonce: string): Promise<Diagnostic | undefined> {
  let text: string;
  try {
    text = await readFile(placeOf(store, nonce), "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    return unreadable(placeOf(store, nonce), errorText(error));
  }
  const run = runId(text.trim());
  const state = (await foldRun(store, run))?.state;
  if (!state) return taken(run, "whose journal is no longer here", AGAIN);
  if (state.finished?.outcome === "refused") return undefined;
  if (state.finished) return taken(run, `which is finished (${state.finished.outcome})`, AGAIN);
  if (await store.isBeingWritten(run))
    return taken(run, "which is at work", `\`runbook show --follow ${run}\` shows it.`);
  return taken(run, "which is not finished", `\`runbook resume ${run}\` goes on with it.`);
}

const AGAIN = "`runbook plan --out` makes another one.";

function taken(run: RunId, how: string, hint: string): Diagnostic {
  return {
    code: "cli/plan-applied",
    severity: "error",
    summary: `this plan was applied already, by run ${run}, ${how}`,
    hint: `A plan is applied once. ${hint}`,
  };
}

/** Undefined: it is this run's now. */
export async function takePlan(
  store: JournalStore,
  nonce: string,
  run: RunId,
): Promise<Diagnostic | undefined> {
  const path = placeOf(store, nonce);
  const claim = await claimWriter(`${path}.writer`);
  if (claim.kind === "held") return taken(run, "which begins at this moment", AGAIN);
  try {
    const other = await takenBy(store, nonce);
    if (other) return other;
    await rm(path, { force: true });
    const file = await createIn(store.folder, path);
    try {
      await file.writeFile(`${run}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    const holder = await open(store.folder, "r");
    try {
      await holder.sync();
    } finally {
      await holder.close();
    }
    return undefined;
  } finally {
    await claim.release();
  }
}

/** When nothing was changed with it. */
export async function givePlanBack(store: JournalStore, nonce: string): Promise<void> {
  await rm(placeOf(store, nonce), { force: true });
}

function unreadable(path: string, reason: string): Diagnostic {
  return {
    code: "cli/plan-applied",
    severity: "error",
    summary: `whether this plan was applied already cannot be read from ${path}: ${reason}`,
    hint: AGAIN,
  };
}
