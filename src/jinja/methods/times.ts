import { integerOr, wantText } from "../coerce.ts";
import { failed } from "../problem.ts";
import { momentOf, momentText, spanParts, wallClock } from "../values/calendar.ts";
import { Day, Moment, Span, Tuple } from "../values/datum.ts";
import type { Bytes, Datum } from "../values/datum.ts";
import { float } from "../values/number.ts";
import { formatTime } from "../values/strftime.ts";
import { method } from "./method.ts";
import type { Methods } from "./method.ts";

const MICROS_PER_DAY = 86_400_000_000n;

export const MOMENT_METHODS: Methods<Moment> = {
  date: method([], (self) => new Day(Number((self.micros - modulo(self.micros)) / MICROS_PER_DAY))),
  isoformat: method(["sep?"], (self, [separator]) =>
    momentText(self, separator === undefined ? "T" : wantText(separator, "sep")),
  ),
  isoweekday: method([], (self) => wallClock(self.micros).weekday + 1),
  isocalendar: method([], (self) => isoCalendar(self)),
  ctime: method([], (self) => formatTime(self, "%a %b %e %H:%M:%S %Y")),
  timetuple: method([], (self) => {
    const at = wallClock(self.micros);
    const { year, month, day, hour, minute, second, weekday, dayOfYear } = at;
    return new Tuple([year, month, day, hour, minute, second, weekday, dayOfYear, -1]);
  }),
  replace: method(
    ["year?", "month?", "day?", "hour?", "minute?", "second?", "microsecond?"],
    (self, fields) => {
      const at = wallClock(self.micros);
      const old = [at.year, at.month, at.day, at.hour, at.minute, at.second, at.micro];
      const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0] = old.map(
        (value, index) => integerOr(fields[index], value, "a field of the time"),
      );
      const moment = momentOf({ year, month, day, hour, minute, second, micro });
      if (moment === undefined) throw failed("there is no such time");
      return new Moment(moment, self.zone);
    },
  ),
  strftime: method(["format"], (self, [format]) =>
    formatTime(self, wantText(format, "the format")),
  ),
  timestamp: method([], (self) => {
    const zone = self.zone ?? 0;
    return float(Number(self.micros) / 1e6 - zone * 60);
  }),
  weekday: method([], (self) => wallClock(self.micros).weekday),
};

export const DAY_METHODS: Methods<Day> = {
  isoformat: method([], (self) => momentText(midnight(self), "T").slice(0, 10)),
  isoweekday: method([], (self) => wallClock(midnight(self).micros).weekday + 1),
  isocalendar: method([], (self) => isoCalendar(midnight(self))),
  ctime: method([], (self) => formatTime(midnight(self), "%a %b %e %H:%M:%S %Y")),
  strftime: method(["format"], (self, [format]) =>
    formatTime(midnight(self), wantText(format, "the format")),
  ),
  weekday: method([], (self) => wallClock(midnight(self).micros).weekday),
};

export const SPAN_METHODS: Methods<Span> = {
  total_seconds: method([], (self) => float(Number(self.micros) / 1e6)),
};

export const BYTES_METHODS: Methods<Bytes> = {
  decode: method(["encoding?", "errors?"], (self) => Buffer.from(self.bytes).toString("utf8")),
  hex: method([], (self) => Buffer.from(self.bytes).toString("hex")),
};

function isoCalendar(moment: Moment): Tuple {
  const [year, week, day] = formatTime(moment, "%G %V %u").split(" ").map(Number);
  return new Tuple([year ?? 0, week ?? 0, day ?? 0], ["year", "week", "weekday"]);
}

function midnight(day: Day): Moment {
  return new Moment(BigInt(day.days) * MICROS_PER_DAY);
}

function modulo(micros: bigint): bigint {
  return ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
}

const CLOCK_FIELDS: Readonly<Record<string, (self: Moment) => Datum>> = {
  year: (self) => wallClock(self.micros).year,
  month: (self) => wallClock(self.micros).month,
  day: (self) => wallClock(self.micros).day,
  hour: (self) => wallClock(self.micros).hour,
  minute: (self) => wallClock(self.micros).minute,
  second: (self) => wallClock(self.micros).second,
  microsecond: (self) => wallClock(self.micros).micro,
};

/** Fields of times, such as `now().year` and `(a - b).days`. */
export function timeField(of: Moment | Day | Span, name: string): Datum | undefined {
  if (of instanceof Span) {
    const { days, seconds, micros } = spanParts(of);
    const fields: Readonly<Record<string, number>> = { days, seconds, microseconds: micros };
    return Object.hasOwn(fields, name) ? fields[name] : undefined;
  }
  if (name === "tzinfo" && of instanceof Moment && of.zone === undefined) return null;
  if (!Object.hasOwn(CLOCK_FIELDS, name)) return undefined;
  if (of instanceof Day && !["year", "month", "day"].includes(name)) return undefined;
  return CLOCK_FIELDS[name]?.(of instanceof Day ? midnight(of) : of);
}
