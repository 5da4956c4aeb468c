// One of the doors to temporal-polyfill: whether the wall-clock times of a window exist in its zone.
import { Temporal } from "temporal-polyfill";
import type { WindowSpan } from "../model/playbook.ts";
import { isValueMap } from "../model/value.ts";
import { say, valueAt, type Source, type YamlPath } from "./source.ts";
import { didYouMean } from "../lib/did-you-mean.ts";

const FORM = 'Write date and time in quotes, for example "2026-12-01 22:00".';

/** Says what is wrong with zone and times; times stay text, because an instant is a matter of the zone's rules at run time. */
export function readWindowSpan(source: Source, path: YamlPath): WindowSpan | undefined {
  const value = valueAt(source, path);
  if (!isValueMap(value)) return undefined;
  const timezone = readZone(source, [...path, "timezone"]);
  const { start, end } = value;
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
  const close = value["on_close"];
  return {
    timezone,
    start,
    end,
    onClose: close === "finish_task" || close === "rollback" ? close : "finish_host",
    at: source.at(path),
  };
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
