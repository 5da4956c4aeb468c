import { Timestamp } from "../model/value.ts";

const FORM =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/;

/** What PyYAML takes for a date without being told: without a time of day, month and day need two digits. */
const PLAIN_DAY = /^\d{4}-\d\d-\d\d$/;

export type FoundTimestamp =
  | { readonly kind: "date"; readonly value: Timestamp }
  | { readonly kind: "none" }
  /** It has the form of a date, but no calendar or clock has it. */
  | { readonly kind: "impossible" };

/** Reads `2024-01-02`, `2024-01-02 03:04:05.25 +1` and the like; with a tag, `2024-1-2` is a date, too. */
export function timestamp(text: string, how: "plain" | "tagged"): FoundTimestamp {
  const found = FORM.exec(text);
  if (found === null) return { kind: "none" };
  const [, year = "", month = "", day = "", hour, minute = "", second = "", fraction = ""] = found;
  if (hour === undefined && how === "plain" && !PLAIN_DAY.test(text)) return { kind: "none" };
  const date = [year, pad(month), pad(day)].join("-");
  if (!isDay(Number(year), Number(month), Number(day))) return { kind: "impossible" };
  if (hour === undefined) return { kind: "date", value: new Timestamp(date) };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return { kind: "impossible" };
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  const clock = `${pad(hour)}:${minute}:${second}${micros === "000000" ? "" : `.${micros}`}`;
  const zone = zoneOf(found);
  if (zone === undefined) return { kind: "impossible" };
  return { kind: "date", value: new Timestamp(`${date}T${clock}${zone}`) };
}

/** `+01:00` as ISO has it, nothing where no zone is written; undefined for one of a day or more. */
function zoneOf(found: RegExpExecArray): string | undefined {
  const [zone, sign = "", hours = "", minutes = "0"] = found.slice(8);
  if (zone === undefined) return "";
  if (zone === "Z") return "+00:00";
  const total = Number(hours) * 60 + Number(minutes);
  if (total >= 24 * 60) return undefined;
  const text = `${pad(String(Math.floor(total / 60)))}:${pad(String(total % 60))}`;
  return total === 0 ? "+00:00" : sign + text;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1;
}

function pad(digits: string): string {
  return digits.padStart(2, "0");
}
