import { failed } from "../problem.ts";
import { momentOf } from "./calendar.ts";
import { Moment } from "./datum.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const PATTERNS: Readonly<Record<string, string>> = {
  Y: "(?<Y>\\d{4})",
  y: "(?<y>\\d{2})",
  m: "(?<m>\\d{1,2})",
  d: "(?<d>\\d{1,2})",
  H: "(?<H>\\d{1,2})",
  I: "(?<I>\\d{1,2})",
  M: "(?<M>\\d{1,2})",
  S: "(?<S>\\d{1,2})",
  f: "(?<f>\\d{1,6})",
  j: "(?<j>\\d{1,3})",
  p: "(?<p>am|pm)",
  b: "(?<b>[a-z]{3})",
  B: "(?<B>[a-z]+)",
  a: "[a-z]{3}",
  A: "[a-z]+",
  z: "(?<z>z|[+-]\\d{2}:?\\d{2})",
  Z: "(?:utc|gmt)",
  "%": "%",
};

const SHORTHANDS: Readonly<Record<string, string>> = { F: "%Y-%m-%d", T: "%H:%M:%S", R: "%H:%M" };

/** Reads a time of a stated form; the parts that the form leaves out are those of 1900-01-01 00:00. */
export function parseTime(text: string, format: string): Moment {
  const expanded = format.replace(/%([FTR])/g, (_, letter: string) => SHORTHANDS[letter] ?? "");
  let pattern = "";
  for (const piece of expanded.match(/%.|\s+|[^%\s]/gs) ?? []) {
    const letter = piece.startsWith("%") ? piece.slice(1) : "";
    if (letter !== "") {
      const directive = Object.hasOwn(PATTERNS, letter) ? PATTERNS[letter] : undefined;
      if (directive === undefined)
        throw failed(`'${letter}' is a bad directive in format '${format}'`);
      pattern += directive;
    } else pattern += /^\s/.test(piece) ? "\\s+" : piece.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  const fields = new RegExp(`^${pattern}$`, "i").exec(text)?.groups;
  const matched = fields ?? (new RegExp(`^${pattern}$`, "i").test(text) ? {} : undefined);
  const moment = matched === undefined ? undefined : assemble(matched);
  if (moment === undefined)
    throw failed(
      `time data '${text}' does not match format '${format}'`,
      "Give the format: to_datetime('%Y-%m-%d')",
    );
  return moment;
}

function assemble(fields: Readonly<Record<string, string | undefined>>): Moment | undefined {
  const number = (name: string, fallback: number) => {
    const given = fields[name];
    return given === undefined ? fallback : Number(given);
  };
  const short = number("y", -1);
  const year =
    fields["Y"] === undefined && short >= 0
      ? short + (short < 69 ? 2000 : 1900)
      : number("Y", 1900);
  const named = (fields["b"] ?? fields["B"])?.toLowerCase().slice(0, 3);
  const month = named === undefined ? number("m", 1) : MONTHS.indexOf(named) + 1;
  const half = fields["p"]?.toLowerCase();
  const hour12 = number("I", 0) % 12;
  const hour = fields["I"] === undefined ? number("H", 0) : hour12 + (half === "pm" ? 12 : 0);
  const clock = {
    hour,
    minute: number("M", 0),
    second: number("S", 0),
    micro: Number((fields["f"] ?? "").padEnd(6, "0") || "0"),
  };
  const dayOfYear = number("j", 0);
  const start = momentOf({
    year,
    month: dayOfYear > 0 ? 1 : month,
    day: dayOfYear > 0 ? 1 : number("d", 1),
    ...clock,
  });
  if (start === undefined) return undefined;
  const micros = dayOfYear > 0 ? start + BigInt(dayOfYear - 1) * 86_400_000_000n : start;
  return new Moment(micros, zoneOf(fields["z"]));
}

function zoneOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (/^z$/i.test(zone)) return 0;
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith("-") ? -size : size;
}
