/** Where a moment stands to the span of time that a run may work in. The instants were computed outside of the engine. */
import { showDuration } from "../lib/duration.ts";
import type { HostId } from "../model/ids.ts";
import type { OpenSpan } from "../model/run-spec.ts";

export interface SpanStanding {
  /** Nothing begins at a rest point. */
  readonly drains: boolean;
  /** The next lane does not fit: none begins, and those that have begun go on. */
  readonly late?: true;
  /** No host-task starts at all. */
  readonly halts: boolean;
  readonly text: string;
}

const OPEN: SpanStanding = { drains: false, halts: false, text: "" };

/** `next`: the lane that would begin next; it begins only when its expected time fits. */
export function spanStanding(
  span: OpenSpan | undefined,
  nowMs: number,
  expectedMs: { readonly [host: string]: number } = {},
  next?: HostId,
): SpanStanding {
  if (!span) return OPEN;
  if (nowMs < span.opensAt)
    return { drains: true, halts: true, text: `the window is not open yet: ${span.text}` };
  if (nowMs >= span.closesAt) {
    return {
      drains: true,
      halts: span.onClose !== "finish_host",
      text: `the window has closed: ${span.text}`,
    };
  }
  const needs = next === undefined ? undefined : expectedMs[next];
  if (next === undefined || needs === undefined || nowMs + needs <= span.closesAt) return OPEN;
  const text = `${next} needs ${showDuration(needs)}, and the window closes in ${showDuration(span.closesAt - nowMs)}: ${span.text}`;
  return { drains: false, late: true, halts: false, text };
}
