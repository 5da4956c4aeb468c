import type { Day, Moment, Span } from "./datum.ts";

const MICROS_PER_DAY = 86_400_000_000n;

export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micro: number;
  /** Monday is 0. */
  readonly weekday: number;
  readonly dayOfYear: number;
}

export function wallClock(micros: bigint): WallClock {
  const micro = Number(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n);
  const date = new Date(Number((micros - BigInt(micro)) / 1000n));
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micro,
    weekday: (date.getUTCDay() + 6) % 7,
    dayOfYear: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
  };
}

/** Undefined when the fields name no moment (month 13, 30 February). */
export function momentOf(fields: {
  year: number;
  month: number;
  day: number;
  hour?: number;
  minute?: number;
  second?: number;
  micro?: number;
}): bigint | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, micro = 0 } = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second);
  return BigInt(date.getTime()) * 1000n + BigInt(micro);
}

export function momentText(moment: Moment, separator: string): string {
  const at = wallClock(moment.micros);
  const fraction = at.micro === 0 ? "" : `.${pad(at.micro, 6)}`;
  const clock = `${pad(at.hour)}:${pad(at.minute)}:${pad(at.second)}${fraction}`;
  return `${pad(at.year, 4)}-${pad(at.month)}-${pad(at.day)}${separator}${clock}${zoneText(moment.zone, ":")}`;
}

export function zoneText(zone: number | undefined, separator: string): string {
  if (zone === undefined) return "";
  const size = Math.abs(zone);
  return `${zone < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}${separator}${pad(size % 60)}`;
}

export function momentRepr(moment: Moment): string {
  const at = wallClock(moment.micros);
  const fields = [at.year, at.month, at.day, at.hour, at.minute];
  if (at.second !== 0 || at.micro !== 0) fields.push(at.second);
  if (at.micro !== 0) fields.push(at.micro);
  const zone = moment.zone === undefined ? "" : ", tzinfo=datetime.timezone.utc";
  return `datetime.datetime(${fields.join(", ")}${zone})`;
}

export function dayText(day: Day): string {
  const at = wallClock(BigInt(day.days) * MICROS_PER_DAY);
  return `${pad(at.year, 4)}-${pad(at.month)}-${pad(at.day)}`;
}

export function dayRepr(day: Day): string {
  const at = wallClock(BigInt(day.days) * MICROS_PER_DAY);
  return `datetime.date(${at.year}, ${at.month}, ${at.day})`;
}

/** Python keeps days, which may be negative, apart from seconds and microseconds, which may not. */
export function spanParts(span: Span): { days: number; seconds: number; micros: number } {
  let days = span.micros / MICROS_PER_DAY;
  let rest = span.micros % MICROS_PER_DAY;
  if (rest < 0n) {
    days -= 1n;
    rest += MICROS_PER_DAY;
  }
  return {
    days: Number(days),
    seconds: Number(rest / 1_000_000n),
    micros: Number(rest % 1_000_000n),
  };
}

export function spanText(span: Span): string {
  const { days, seconds, micros } = spanParts(span);
  const front = days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `;
  const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return `${front}${clock}${micros === 0 ? "" : `.${pad(micros, 6)}`}`;
}

export function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}
