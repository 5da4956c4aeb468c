/** The host-tasks of a lane as a report tells them. */
import { assertNever } from "../lib/assert-never.ts";
import { masked } from "../lib/masked.ts";
import type { HostTaskRecord, Lane } from "../model/run-state.ts";
import type { Outline } from "./outline.ts";
import type { Moments, Span, TaskMoments } from "./moments.ts";
import { iso } from "./moments.ts";
import type { TaskOutcome, TaskReport, UndoReport } from "./run-report.ts";

type Mask = (text: string) => string;

/** In the order in which they were begun. */
export function taskReports(
  lane: Lane,
  outline: Outline,
  moments: Moments,
  mask: Mask,
): readonly TaskReport[] {
  return [...lane.tasks]
    .flatMap(([key, record]) => {
      const when = moments.tasks.get(key);
      return when ? [{ began: when.began, report: taskReport(record, outline, when, mask) }] : [];
    })
    .toSorted((a, b) => a.began - b.began)
    .map(({ report }) => report);
}

function taskReport(
  record: HostTaskRecord,
  outline: Outline,
  when: TaskMoments,
  mask: Mask,
): TaskReport {
  const { of, undo } = record;
  const task = outline.task(of.task);
  const hidden = task?.hidden === true;
  return {
    task: of.task,
    ...(of.item !== undefined && { item: of.item }),
    name: task?.name ?? of.task,
    phase: task?.phase ?? "",
    step: record.step,
    ...(of.on !== of.host && { on: of.on }),
    outcome: outcomeOfTask(record),
    attempts: record.attempt,
    ...spanOf(when),
    durationMs: record.durationMs,
    changes: hidden ? [] : masked(record.changes ?? [], mask),
    ...(hidden
      ? { hidden: true as const }
      : when.output !== undefined && { output: masked(when.output, mask) }),
    ...(!hidden && when.message !== undefined && { message: mask(when.message) }),
    ...(record.diagnostic && { diagnostic: masked(record.diagnostic, mask) }),
    ...(record.irreversible !== undefined && { irreversible: mask(record.irreversible) }),
    ...(undo?.kind === "no-inverse" && { noInverse: true as const }),
    ...(record.back &&
      when.undone && { undone: undoReport(record.back, when.undone, hidden, mask) }),
  };
}

function spanOf({ began, ended }: Span): { beganAt: string; endedAt?: string } {
  return { beganAt: iso(began), ...(ended !== undefined && { endedAt: iso(ended) }) };
}

function undoReport(
  back: NonNullable<HostTaskRecord["back"]>,
  span: Span,
  hidden: boolean,
  mask: Mask,
): UndoReport {
  return {
    outcome: back.standing,
    ...spanOf(span),
    ...(back.changes && !hidden && { changes: masked(back.changes, mask) }),
    ...(back.diagnostic && { diagnostic: masked(back.diagnostic, mask) }),
  };
}

function outcomeOfTask({ standing }: HostTaskRecord): TaskOutcome {
  switch (standing) {
    case "applied":
      return "changed";
    case "satisfied":
      return "ok";
    case "intended":
    case "in-doubt":
      return "in-doubt";
    case "retry":
      return "again";
    case "skipped":
    case "failed":
    case "ignored":
      return standing;
  }
  return assertNever(standing);
}
