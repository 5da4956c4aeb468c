/** How long lanes are expected to take: `expect:` on tasks, else what earlier runs of the same playbook took. */
import type { JournalStore } from "../journal/store.ts";
import { asText } from "../lib/as-text.ts";
import { parseDuration } from "../lib/duration.ts";
import { hasErrors, type Diagnostic } from "../model/diagnostic.ts";
import type { HostId, TaskId } from "../model/ids.ts";
import type { Playbook, Task } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { Scope } from "../model/value.ts";
import { foldRun } from "./fold-run.ts";

/** Enough to be usual, few enough to be read. */
const RUNS_LOOKED_AT = 10;

/** Of each task, the median over the hosts of earlier runs on which it was applied. */
export async function earlierDurations(
  store: JournalStore,
  sha256: string,
): Promise<ReadonlyMap<TaskId, number>> {
  const taken = new Map<TaskId, number[]>();
  for (const run of (await store.runs()).slice(-RUNS_LOOKED_AT)) {
    const journal = await foldRun(store, run);
    const state = journal && !hasErrors(journal.problems) ? journal.state : undefined;
    if (state?.spec.source.sha256 !== sha256) continue;
    for (const lane of state.lanes.values()) {
      const own = new Map<TaskId, number>();
      for (const { of, standing, durationMs } of lane.tasks.values())
        if (standing === "applied" || standing === "satisfied")
          own.set(of.task, (own.get(of.task) ?? 0) + durationMs);
      for (const [task, ms] of own) taken.set(task, [...(taken.get(task) ?? []), ms]);
    }
  }
  return new Map([...taken].map(([task, all]) => [task, median(all)]));
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export interface Expected {
  readonly expectedMs: { readonly [host: string]: number };
  readonly problems: readonly Diagnostic[];
}

/** Hosts of whose tasks nothing is known are left out: nothing keeps them from beginning while the window is open. */
export function expectedTimes(
  playbook: Playbook,
  of: {
    readonly hosts: readonly HostId[];
    readonly scopes: { readonly [host: string]: Scope };
    readonly renderer: Renderer;
    readonly earlier: ReadonlyMap<TaskId, number>;
  },
): Expected {
  const tasks = [
    ...playbook.beforeHost,
    ...playbook.phases.flatMap((phase) => (phase.scope === "host" ? phase.tasks : [])),
    ...playbook.afterHost,
  ];
  const expectedMs: Record<string, number> = {};
  const problems: Diagnostic[] = [];
  for (const host of of.hosts) {
    const known = tasks.flatMap((task) => {
      const said = expectOf(task, of.scopes[host] ?? [], of.renderer);
      if (typeof said === "object") problems.push(said);
      const ms = typeof said === "number" ? said : of.earlier.get(task.id);
      return ms === undefined ? [] : [ms];
    });
    if (known.length > 0) expectedMs[host] = known.reduce((sum, ms) => sum + ms, 0);
  }
  return { expectedMs, problems: onceEach(problems) };
}

function expectOf(task: Task, scope: Scope, renderer: Renderer): number | undefined | Diagnostic {
  if (task.expect === undefined) return undefined;
  const rendered = renderer.value(task.expect, scope, task.at);
  if (rendered.kind === "problem") return rendered.diagnostic;
  if (rendered.kind !== "rendered") return undefined;
  const { value } = rendered;
  const ms = typeof value === "number" ? value * 1000 : parseDuration(asText(value));
  return (
    ms ?? {
      code: "cli/expect",
      severity: "error",
      summary: `${JSON.stringify(value)} is not a duration`,
      hint: '`expect:` takes seconds, or "90s", "5m", "2h".',
      at: task.at,
    }
  );
}

function onceEach(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(problems.map((one) => [`${one.at?.line} ${one.summary}`, one]));
  return [...seen.values()];
}
