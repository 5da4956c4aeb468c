/** How long a task may take and how long it is asked again, rendered for one host. */
import { asText } from "../lib/as-text.ts";
import { parseDuration } from "../lib/duration.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Task } from "../model/playbook.ts";
import type { Scope, Value } from "../model/value.ts";
import type { Running } from "./running.ts";
import { problem } from "./running.ts";

export type Durations =
  | { readonly kind: "durations"; readonly waitMs: number | undefined; readonly timeoutMs: number }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

export const HALF_AN_HOUR = 30 * 60_000;

/** Deadline: the greater of 30 minutes and `wait` + 1 minute; `timeout` wins. */
export function renderDurations(running: Running, task: Task, scope: Scope): Durations {
  const wait = renderDuration(running, task.wait, scope, task);
  if (typeof wait === "object") return { kind: "problem", diagnostic: wait };
  const timeout = renderDuration(running, task.timeout, scope, task);
  if (typeof timeout === "object") return { kind: "problem", diagnostic: timeout };
  return {
    kind: "durations",
    waitMs: wait,
    timeoutMs: timeout ?? Math.max(HALF_AN_HOUR, (wait ?? 0) + 60_000),
  };
}

/** Milliseconds; a plain number in a playbook means seconds. */
export function renderDuration(
  running: Running,
  value: Value | undefined,
  scope: Scope,
  task: Task,
): number | undefined | Diagnostic {
  if (value === undefined) return undefined;
  const rendered = running.renderer.value(value, scope, task.at);
  if (rendered.kind === "omitted") return undefined;
  if (rendered.kind === "problem") return rendered.diagnostic;
  const text = rendered.kind === "rendered" ? rendered.value : null;
  const ms = typeof text === "number" ? text * 1000 : parseDuration(asText(text));
  if (ms !== undefined) return ms;
  return {
    ...problem(
      "engine/bad-duration",
      `${JSON.stringify(text)} is not a duration`,
      'Write seconds, or "90s", "5m", "2h".',
    ),
    at: task.at,
  };
}
