import { flagOr, textOr, wantText } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { zoneText } from "../values/calendar.ts";
import { Moment } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { numeric } from "../values/number.ts";
import { print } from "../values/print.ts";
import { formatTime } from "../values/strftime.ts";
import { parseTime } from "../values/strptime.ts";
import { toFloat } from "./numbers.ts";

/** Filters of dates and times. */
export const TIME_FILTERS: Plugins = {
  to_datetime: plugin(["format?"], (input, [format]) =>
    parseTime(wantText(input, "the time"), textOr(format, "%Y-%m-%d %H:%M:%S")),
  ),
  strftime: plugin(["second?", "utc?"], (input, [second, utc], { machine }) => {
    const inUtc = flagOr(utc, false);
    const seconds = second === undefined || second === null ? undefined : epoch(second);
    const now = machine.settings.now ?? (() => new Date());
    const millis = seconds === undefined ? now().getTime() : seconds * 1000;
    const offset = inUtc ? 0 : -new Date(millis).getTimezoneOffset();
    const micros = BigInt(Math.floor(millis)) * 1000n + BigInt(offset) * 60_000_000n;
    // C knows no microseconds, and calls the zone of gmtime GMT.
    const format = wantText(input, "the format").replace(/%([%f])/g, (_, letter: string) =>
      letter === "f" ? "%%f" : "%%",
    );
    return formatTime(new Moment(micros, offset), format, inUtc ? "GMT" : zoneName(offset));
  }),
};

function zoneName(offset: number): string {
  return offset === 0 ? "UTC" : zoneText(offset, "");
}

function epoch(second: Datum): number {
  const number = numeric(toFloat(second) ?? second);
  if (number === undefined) throw failed(`Invalid value for epoch value (${print(second)})`);
  return Number(number.value);
}
