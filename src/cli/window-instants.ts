/**
 * One of the doors to temporal-polyfill: wall-clock times of a window in its zone, as instants. Times that a change of
 * clocks skips or repeats are taken as RFC 5545 does: later, and first. A night that is skipped altogether has no window.
 */
import { Temporal } from "temporal-polyfill";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import type { Weekday, WindowSpan } from "../model/playbook.ts";
import type { OpenSpan } from "../model/run-spec.ts";

/** Weekdays from Monday, as ISO 8601 counts them. */
const DAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** Far enough for one weekday that falls into a gap once. */
const DAYS_AHEAD = 15;

/** The span that a moment is in, else the next one; a window of one date has no other. */
export function spanAt(window: WindowSpan, nowMs: number): OpenSpan {
  if (!isRecurring(window))
    return spanBetween(window, dateAndTime(window.start), dateAndTime(window.end));
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(window.timezone)
    .toPlainDate();
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead++) {
    const span = spanOfDay(window, today.add({ days: ahead }));
    if (span !== undefined && span.closesAt > nowMs) return span;
  }
  throw new Error(
    `no day of the next ${DAYS_AHEAD} has a window: ${window.start} to ${window.end}`,
  );
}

export function isRecurring({ start }: WindowSpan): boolean {
  return /^\d{2}:\d{2}$/.test(start);
}

/** Undefined: not on this weekday, or the clocks skip all of it. */
function spanOfDay(window: WindowSpan, day: Temporal.PlainDate): OpenSpan | undefined {
  const weekday = DAYS[day.dayOfWeek - 1];
  if (window.days !== undefined && (!weekday || !window.days.includes(weekday))) return undefined;
  const [start, end] = [Temporal.PlainTime.from(window.start), Temporal.PlainTime.from(window.end)];
  const overMidnight = Temporal.PlainTime.compare(end, start) <= 0;
  const last = overMidnight ? day.add({ days: 1 }) : day;
  const span = spanBetween(window, day.toPlainDateTime(start), last.toPlainDateTime(end));
  return span.closesAt > span.opensAt ? span : undefined;
}

function dateAndTime(text: string): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from(text.replace(" ", "T"));
}

function spanBetween(
  { timezone, onClose }: Pick<WindowSpan, "timezone" | "onClose">,
  start: Temporal.PlainDateTime,
  end: Temporal.PlainDateTime,
): OpenSpan {
  const opens = start.toZonedDateTime(timezone, { disambiguation: "compatible" });
  const closes = end.toZonedDateTime(timezone, { disambiguation: "compatible" });
  return {
    opensAt: opens.epochMilliseconds,
    closesAt: closes.epochMilliseconds,
    onClose,
    text: `from ${both(opens)} to ${both(closes)}`,
  };
}

function both(time: Temporal.ZonedDateTime): string {
  const wall = time.toPlainDateTime().toString({ smallestUnit: "minute" }).replace("T", " ");
  return `${wall} ${time.timeZoneId} (${time.toInstant().toString({ smallestUnit: "minute" })})`;
}

/**
 * `--window START/END`: "2026-12-01 22:00/2026-12-02 04:00", "22:00/04:00" (the next ones), "now/04:00"; "none" lifts it.
 * In the zone of the playbook's window, else in that of this machine.
 */
export function givenSpan(
  text: string,
  window: WindowSpan | undefined,
  nowMs: number,
): Outcome<OpenSpan | "none"> {
  if (text === "none") return { value: "none", problems: [] };
  const timezone = window?.timezone ?? Temporal.Now.timeZoneId();
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timezone)
    .toPlainDateTime();
  const [first = "", second = "", ...more] = text.split("/").map((part) => part.trim());
  const start = first === "now" ? now : momentOf(first, now.subtract({ seconds: 1 }));
  const end = start && momentOf(second, start);
  if (!start || !end || more.length > 0 || Temporal.PlainDateTime.compare(end, start) <= 0) {
    const problem: Diagnostic = {
      code: "cli/window",
      severity: "error",
      summary: `--window ${text} is not a span of time`,
      hint: 'Write START/END, for example "2026-12-01 22:00/2026-12-02 04:00", "22:00/04:00" or "now/04:00"; "none" lifts the window.',
    };
    return { problems: [problem] };
  }
  const onClose = window?.onClose ?? "finish_host";
  return { value: spanBetween({ timezone, onClose }, start, end), problems: [] };
}

/** A date and time, or the first such time of day after a moment. */
function momentOf(text: string, after: Temporal.PlainDateTime): Temporal.PlainDateTime | undefined {
  if (/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/.test(text)) return parsed(() => dateAndTime(text));
  if (!/^\d{2}:\d{2}$/.test(text)) return undefined;
  const time = parsed(() => Temporal.PlainTime.from(text));
  if (!time) return undefined;
  const today = after.toPlainDate().toPlainDateTime(time);
  return Temporal.PlainDateTime.compare(today, after) > 0 ? today : today.add({ days: 1 });
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
