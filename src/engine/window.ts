/** Where a moment stands to the span of `rollout.window`. The instants were computed when the run was planned. */
import type { OpenSpan } from "../model/run-spec.ts";

export interface SpanStanding {
  /** Nothing begins at a rest point. */
  readonly drains: boolean;
  /** No host-task starts at all. */
  readonly halts: boolean;
  readonly text: string;
}

const OPEN: SpanStanding = { drains: false, halts: false, text: "" };

export function spanStanding(span: OpenSpan | undefined, nowMs: number): SpanStanding {
  if (!span) return OPEN;
  if (nowMs < span.opensAt)
    return { drains: true, halts: true, text: `the window is not open yet: ${span.text}` };
  if (nowMs < span.closesAt) return OPEN;
  return {
    drains: true,
    halts: span.onClose !== "finish_host",
    text: `the window has closed: ${span.text}`,
  };
}
