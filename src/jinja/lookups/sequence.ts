import { wantText } from "../coerce.ts";
import { formatPercent } from "../format-percent.ts";
import { failed } from "../problem.ts";
import type { Datum } from "../values/datum.ts";
import { numeric } from "../values/number.ts";
import { print } from "../values/print.ts";
import type { Lookup } from "./lookup.ts";

/** `start=1 end=5 stride=2 format=h%02d`, or the short form `1-5/2:h%02d`. */
export const sequence: Lookup = (terms, options, machine) => {
  const all = terms.length === 0 ? [""] : terms.map((term) => wantText(term, "a sequence"));
  return all.flatMap((term) => {
    const made = count(fieldsOf(term, options));
    machine.spend(made.length);
    return made;
  });
};

interface Fields {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly count: number | undefined;
  readonly stride: number | undefined;
  readonly format: string;
}

function fieldsOf(term: string, options: ReadonlyMap<string, Datum>): Fields {
  const given = new Map([...options].map(([key, value]) => [key, print(value)]));
  const short = /^(?:(\d+)-)?(\d+)(?:\/(-?\d+))?(?::(.+))?$/i.exec(term.trim());
  if (short !== null) {
    const [, start, end, stride, format] = short;
    for (const [name, value] of [
      ["start", start],
      ["end", end],
      ["stride", stride],
      ["format", format],
    ] as const)
      if (value !== undefined) given.set(name, value);
  } else
    for (const pair of term
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "")) {
      const [name = "", value] = pair.split(/=(.*)/s, 2);
      if (value === undefined || !["start", "end", "count", "stride", "format"].includes(name))
        throw failed(`cannot read "${pair}" in a sequence`, "Write for example start=1 end=5");
      given.set(name, value);
    }
  const number = (name: string): number | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isInteger(value) || !/^[+-]?\d+$/.test(text))
      throw failed(`${name} of a sequence must be an integer, not ${text}`);
    return value;
  };
  return {
    start: number("start"),
    end: number("end"),
    count: number("count"),
    stride: number("stride"),
    format: given.get("format") ?? "%d",
  };
}

function count(fields: Fields): string[] {
  const stride = fields.stride ?? 1;
  const start = fields.start ?? 1;
  if ((fields.end === undefined) === (fields.count === undefined))
    throw failed("a sequence needs either end or count");
  if (fields.count === 0) return [];
  const end = fields.end ?? start + ((fields.count ?? 1) - 1) * stride;
  if (stride === 0) return [];
  if (stride > 0 && end < start) throw failed("to count backwards make stride negative");
  if (stride < 0 && end > start) throw failed("to count forward don't make stride negative");
  const length = Math.floor((end - start) / stride) + 1;
  if (length > 100_000) throw failed(`a sequence of ${length} elements is too long`);
  return Array.from({ length }, (_, index) => {
    const value: Datum = start + index * stride;
    if (numeric(value) === undefined) throw failed("a sequence counts numbers");
    return formatPercent(fields.format, value);
  });
}
