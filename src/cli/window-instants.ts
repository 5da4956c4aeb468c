/** One of the doors to temporal-polyfill: wall-clock times of a window in its zone, as instants. */
import { Temporal } from "temporal-polyfill";
import type { WindowSpan } from "../model/playbook.ts";
import type { OpenSpan } from "../model/run-spec.ts";

/** Times that a change of clocks skips or repeats are taken as RFC 5545 does: later, and first. */
export function openSpan(window: WindowSpan): OpenSpan {
  const instant = (text: string): Temporal.ZonedDateTime =>
    Temporal.PlainDateTime.from(text.replace(" ", "T")).toZonedDateTime(window.timezone, {
      disambiguation: "compatible",
    });
  const opens = instant(window.start);
  const closes = instant(window.end);
  const both = (time: Temporal.ZonedDateTime, wall: string): string =>
    `${wall} ${window.timezone} (${time.toInstant().toString({ smallestUnit: "minute" })})`;
  return {
    opensAt: opens.epochMilliseconds,
    closesAt: closes.epochMilliseconds,
    onClose: window.onClose,
    text: `from ${both(opens, window.start)} to ${both(closes, window.end)}`,
  };
}
