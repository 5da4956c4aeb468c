/** `plan --out FILE`: what was planned, to be applied as it is or not at all. */
import { randomBytes } from "node:crypto";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Running } from "../../engine/running.ts";
import { JournalFailure } from "../../model/journal-entry.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { errorText } from "../../lib/error-words.ts";
import type { Plan } from "../../model/plan.ts";
import { cannotBeTakenBack } from "../consent.ts";
import type { NewRun } from "../new-run.ts";
import { openStore } from "../new-run.ts";
import type { PlanOptions } from "../options.ts";
import { systemClock } from "../system-clock.ts";
import { VERSION } from "../version.ts";
import { writeWhole } from "../write-report.ts";
import type { PlanFile, PlanHeader } from "./contents.ts";
import { sealPlan } from "./sealed.ts";
import { readSources } from "./sources.ts";

export interface Planned {
  readonly made: NewRun;
  readonly running: Running;
  readonly plan: Plan;
}

/** Undefined: it is there, readable by its owner only. */
export async function savePlan(
  path: string,
  { made, running, plan }: Planned,
  options: PlanOptions,
): Promise<Diagnostic | undefined> {
  await readSources(running, plan);
  const store = openStore(options);
  const key = await store.stateKey("make").catch((error: unknown) => {
    throw new JournalFailure({
      code: "journal/no-state-folder",
      severity: "error",
      summary: `the key of plan files cannot be kept in ${store.folder}: ${errorText(error)}`,
      hint: "No plan file was written. --state-dir names another folder.",
    });
  });
  if (!key) return noKey(store.folder);
  const { spec, masked, seen } = made;
  const { stateDir: _s, stateKeyFile: _k, log: _l, out: _o, diff: _d, ...said } = options;
  const { detailedExitcode: _c, ...kept } = said;
  const file: PlanFile = {
    header: headerOf(made, plan),
    contents: {
      spec,
      plan,
      options: kept,
      folder: process.cwd(),
      stateFolder: await realpath(store.folder).catch(() => resolve(store.folder)),
      files: seen?.all() ?? {},
      masked,
    },
  };
  return writeWhole(path, sealPlan(file, key), { what: "plan file", mode: 0o600 });
}

function headerOf({ spec, playbook }: NewRun, plan: Plan): PlanHeader {
  const all = [...plan.hosts.flatMap(({ items }) => items), ...plan.fleet];
  return {
    "runbook-plan": 1,
    version: VERSION,
    nonce: randomBytes(16).toString("hex"),
    made: new Date(systemClock.now()).toISOString(),
    who: spec.who,
    playbook: { name: playbook.name, file: resolve(spec.source.file), sha256: spec.source.sha256 },
    hosts: spec.hosts,
    changes: all.filter(({ answer }) => answer.kind === "would-change").length,
    irreversible: plan.hosts.flatMap(({ host, items }) =>
      items.filter(cannotBeTakenBack).map(({ name }) => ({ host, task: name })),
    ),
  };
}

function noKey(folder: string): Diagnostic {
  return {
    code: "journal/no-key",
    severity: "error",
    summary: `the state key in ${folder} cannot be read; no plan file was written`,
  };
}
