import { pad, wallClock, zoneText } from "./calendar.ts";
import type { WallClock } from "./calendar.ts";
import type { Moment } from "./datum.ts";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `strftime` in the C locale; `%-d` drops the leading zero. Unknown directives stay as they are. */
export function formatTime(moment: Moment, format: string, zoneName = "UTC"): string {
  const at = wallClock(moment.micros);
  return format.replace(/%([-_^#0]?)([a-zA-Z%])/g, (whole, flag: string, letter: string) => {
    const text =
      letter === "Z" && moment.zone !== undefined ? zoneName : directive(letter, at, moment);
    if (text === undefined) return whole;
    if (flag === "-") return text.replace(/^0+(?=\d)/, "");
    if (flag === "_") return text.replace(/^0+(?=\d)/, (zeros) => " ".repeat(zeros.length));
    return flag === "^" ? text.toUpperCase() : text;
  });
}

function directive(letter: string, at: WallClock, moment: Moment): string | undefined {
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12;
  const day = DAYS[at.weekday] ?? "";
  const month = MONTHS[at.month - 1] ?? "";
  switch (letter) {
    case "%":
      return "%";
    case "Y":
      return String(at.year);
    case "C":
      return pad(Math.floor(at.year / 100));
    case "y":
      return pad(at.year % 100);
    case "m":
      return pad(at.month);
    case "d":
      return pad(at.day);
    case "e":
      return String(at.day).padStart(2);
    case "H":
      return pad(at.hour);
    case "k":
      return String(at.hour).padStart(2);
    case "I":
      return pad(hour12);
    case "l":
      return String(hour12).padStart(2);
    case "M":
      return pad(at.minute);
    case "S":
      return pad(at.second);
    case "f":
      return pad(at.micro, 6);
    case "p":
      return at.hour < 12 ? "AM" : "PM";
    case "P":
      return at.hour < 12 ? "am" : "pm";
    case "a":
      return day.slice(0, 3);
    case "A":
      return day;
    case "b":
    case "h":
      return month.slice(0, 3);
    case "B":
      return month;
    case "j":
      return pad(at.dayOfYear, 3);
    case "u":
      return String(at.weekday + 1);
    case "w":
      return String((at.weekday + 1) % 7);
    case "U":
      return pad(Math.floor((at.dayOfYear + 6 - ((at.weekday + 1) % 7)) / 7));
    case "W":
      return pad(Math.floor((at.dayOfYear + 6 - at.weekday) / 7));
    case "V":
      return pad(isoWeek(at).week);
    case "G":
      return String(isoWeek(at).year);
    case "s":
      return String(moment.micros / 1_000_000n - BigInt((moment.zone ?? 0) * 60));
    case "z":
      return zoneText(moment.zone, "");
    case "Z":
      return "";
    case "F":
      return `${at.year}-${pad(at.month)}-${pad(at.day)}`;
    case "T":
    case "X":
      return `${pad(at.hour)}:${pad(at.minute)}:${pad(at.second)}`;
    case "R":
      return `${pad(at.hour)}:${pad(at.minute)}`;
    case "D":
    case "x":
      return `${pad(at.month)}/${pad(at.day)}/${pad(at.year % 100)}`;
    case "c":
      return `${day.slice(0, 3)} ${month.slice(0, 3)} ${String(at.day).padStart(2)} ${pad(at.hour)}:${pad(at.minute)}:${pad(at.second)} ${at.year}`;
    case "n":
      return "\n";
    case "t":
      return "\t";
    default:
      return undefined;
  }
}

function isoWeek(at: WallClock): { year: number; week: number } {
  const week = Math.floor((at.dayOfYear - 1 - at.weekday + 10) / 7);
  if (week < 1) return { year: at.year - 1, week: weeksIn(at.year - 1) };
  if (week > weeksIn(at.year)) return { year: at.year + 1, week: 1 };
  return { year: at.year, week };
}

function weeksIn(year: number): number {
  const firstDay = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return firstDay === 4 || (leap && firstDay === 3) ? 53 : 52;
}
