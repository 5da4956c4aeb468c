import type { Timestamp } from "../../model/value.ts";
import { momentOf } from "./calendar.ts";
import { Day, Moment } from "./datum.ts";
import { repr } from "./print.ts";

const MICROS_PER_DAY = 86_400_000_000n;
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?(?:([-+])(\d\d):(\d\d))?)?$/;

/** A date of a file as templates calculate with it. */
export function momentOfTimestamp({ iso }: Timestamp): Day | Moment {
  const found = ISO.exec(iso);
  const part = (index: number): number => Number(found?.[index] ?? 0);
  const micros = momentOf({
    year: part(1),
    month: part(2),
    day: part(3),
    hour: part(4),
    minute: part(5),
    second: part(6),
    micro: part(7),
  });
  if (found === null || micros === undefined) throw new TypeError(`${iso} is no date`);
  if (found[4] === undefined) return new Day(Number(micros / MICROS_PER_DAY));
  if (found[8] === undefined) return new Moment(micros);
  const offset = part(9) * 60 + part(10);
  return new Moment(micros, found[8] === "-" ? -offset : offset);
}

/** A date as Python's source code would write it. */
export function timestampRepr(timestamp: Timestamp): string {
  return repr(momentOfTimestamp(timestamp));
}
