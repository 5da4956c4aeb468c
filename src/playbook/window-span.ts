// One of the doors to temporal-polyfill: whether the wall-clock times of a window exist in its zone.
import { Temporal } from "temporal-polyfill";
import type { Weekday, WindowSpan } from "../model/playbook.ts";
import { isValueMap, type Value, type ValueMap } from "../model/value.ts";
import { isValueList, say, valueAt, type Source, type YamlPath } from "./source.ts";
import { didYouMean } from "../lib/did-you-mean.ts";

const FORM = 'Write date and time in quotes, for example "2026-12-01 22:00".';

/** Says what is wrong with zone and times; times stay text, because an instant is a matter of the zone's rules at run time. */
export function readWindowSpan(source: Source, path: YamlPath): WindowSpan | undefined {
  const value = valueAt(source, path);
  if (!isValueMap(value)) return undefined;
  const timezone = readZone(source, [...path, "timezone"]);
  const { start, end } = value;
  const days = daysOf(value["days"]);
  if (isTimeOfDay(start) && isTimeOfDay(end)) {
    if (timezone === undefined) return undefined;
    return {
      timezone,
      start,
      end,
      ...(days && { days }),
      onClose: onCloseOf(value),
      at: source.at(path),
    };
  }
  if ((isTimeOfDay(start) && hasDate(end)) || (hasDate(start) && isTimeOfDay(end))) {
    say(source, source.at(path), {
      code: "playbook/window-mixed",
      summary: "one end of the window has a date, and the other has none",
      hint: 'With dates on both ends it opens once; with times on both, "22:00" and "04:00", it recurs.',
    });
    return undefined;
  }
  if (days !== undefined) {
    say(source, source.at([...path, "days"], "key"), {
      code: "playbook/not-here",
      summary: '"days" is about windows that recur, and this one has dates',
      hint: 'Write times alone, "22:00", for a window that opens again and again.',
    });
  }
  const zone = timezone ?? "UTC";
  const opens = instant(source, [...path, "start"], zone);
  const closes = instant(source, [...path, "end"], zone);
  if (timezone === undefined || typeof start !== "string" || typeof end !== "string") {
    return undefined;
  }
  if (opens !== undefined && closes !== undefined && closes <= opens) {
    say(source, source.at([...path, "end"]), {
      code: "playbook/window-order",
      summary: "the window ends before it starts",
      hint: `It starts at ${start}; a window over midnight ends on the next day.`,
    });
  }
  return {
    timezone,
    start,
    end,
    onClose: onCloseOf(value),
    at: source.at(path),
  };
}

function onCloseOf(window: ValueMap): WindowSpan["onClose"] {
  const close = window["on_close"];
  return close === "finish_task" || close === "rollback" ? close : "finish_host";
}

function isTimeOfDay(value: Value | undefined): value is string {
  return typeof value === "string" && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value);
}

function hasDate(value: Value | undefined): boolean {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value);
}

const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function daysOf(value: Value | undefined): readonly Weekday[] | undefined {
  if (!isValueList(value)) return undefined;
  return WEEKDAYS.filter((day) => value.includes(day));
}

function readZone(source: Source, path: YamlPath): string | undefined {
  const name = valueAt(source, path);
  if (typeof name !== "string") return undefined;
  if (isZone(name)) return name;
  const meant = didYouMean(name, Intl.supportedValuesOf("timeZone"));
  say(source, source.at(path), {
    code: "playbook/time-zone",
    summary: `unknown time zone "${name}"`,
    hint:
      meant === undefined
        ? "Write a zone such as Europe/Amsterdam or UTC."
        : `Did you mean "${meant}"?`,
  });
  return undefined;
}

function isZone(name: string): boolean {
  try {
    Temporal.PlainDate.from("2026-01-01").toZonedDateTime(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

/** Milliseconds since 1970; absent when there is no such time, or when the clocks show it twice. */
function instant(source: Source, path: YamlPath, zone: string): number | undefined {
  const text = valueAt(source, path);
  if (typeof text !== "string") return undefined;
  const at = source.at(path);
  const wall = wallClock(text);
  if (wall === undefined) {
    const midnight = /[ T]24:00/.test(text);
    say(source, at, {
      code: "playbook/wall-clock",
      summary: `"${text}" is not a wall-clock time`,
      hint: midnight ? "Midnight is 00:00 of the next day." : FORM,
    });
    return undefined;
  }
  const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = wall.toZonedDateTime(zone, { disambiguation: "later" });
  if (earlier.epochMilliseconds !== later.epochMilliseconds) {
    const skipped = !earlier.toPlainDateTime().equals(wall);
    say(source, at, {
      code: "playbook/wall-clock",
      summary: skipped
        ? `the clocks of ${zone} skip ${text}`
        : `the clocks of ${zone} show ${text} twice`,
      hint: "Choose a time on the other side of the change of clocks.",
    });
    return undefined;
  }
  return earlier.epochMilliseconds;
}

function wallClock(text: string): Temporal.PlainDateTime | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?$/.test(text)) return undefined;
  try {
    return Temporal.PlainDateTime.from(text, { overflow: "reject" });
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
