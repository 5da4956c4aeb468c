import { flagOr, textOr, wantNumber } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import type { Datum } from "../values/datum.ts";
import { truncated } from "../values/number.ts";
import { fixedDigits } from "../values/exact-digits.ts";
import { print } from "../values/print.ts";
import { toFloat } from "./numbers.ts";

const RANKS = ["Y", "Z", "E", "P", "T", "G", "M", "K"];

/** Filters of sizes in bytes and bits. */
export const SIZE_FILTERS: Plugins = {
  human_readable: plugin(["isbits?", "unit?"], (input, [isBits, unit]) => {
    const size = wantNumber(input, "the size");
    const bits = flagOr(isBits, false);
    const base = bits ? "bits" : "Bytes";
    const wanted = unit === undefined || unit === null ? undefined : print(unit);
    const rank = RANKS.findIndex((letter, index) => {
      const limit = 1024 ** (RANKS.length - index);
      return wanted === undefined ? size >= limit : letter === wanted.toUpperCase();
    });
    const letter = RANKS[rank];
    if (letter === undefined) return `${fixedDigits(size, 2)} ${base}`;
    const scaled = size / 1024 ** (RANKS.length - rank);
    return `${fixedDigits(scaled, 2)} ${letter}${bits ? "b" : "B"}`;
  }),
  human_to_bytes: plugin(["default_unit?", "isbits?"], (input, [defaultUnit, isBits]) =>
    toBytes(input, textOr(defaultUnit, ""), flagOr(isBits, false)),
  ),
  filesizeformat: plugin(["binary?"], (input, [binary]) => {
    const size = wantNumber(toFloat(input) ?? input, "the size");
    const isBinary = flagOr(binary, false);
    const base = isBinary ? 1024 : 1000;
    if (size === 1) return "1 Byte";
    if (size < base) return `${Math.trunc(size)} Bytes`;
    const units = isBinary
      ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
      : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    const power = Math.min(Math.floor(Math.log(size) / Math.log(base)), units.length);
    const exact = base ** (power + 1) <= size && power < units.length ? power + 1 : power;
    return `${fixedDigits(size / base ** exact, 1)} ${units[exact - 1] ?? ""}`;
  }),
};

function toBytes(input: Datum, defaultUnit: string, bits: boolean): Datum {
  const text = print(input);
  const match = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?$/.exec(text);
  const fail = (why: string) =>
    failed(
      `human_to_bytes() can't interpret the input: ${text}: ${why}`,
      "Write for example `10 MB`",
    );
  if (match === null || match[1] === undefined || match[1] === "") throw fail("no number");
  const size = Number(match[1]);
  const unit = match[2] ?? defaultUnit;
  if (unit === "") return truncated(Math.round(size));
  const letter = unit[0]?.toUpperCase() ?? "";
  const rank = RANKS.indexOf(letter);
  if (rank < 0 && letter !== "B") throw fail(`unknown unit ${unit}`);
  const names = unitNames(rank, letter, bits);
  if (unit.length > 1 && !names.includes(unit) && !names.includes(unit.toLowerCase()))
    throw fail(`unknown unit ${unit}, it may be ${names.join(" or ")}`);
  const limit = rank < 0 ? 1 : 1024 ** (RANKS.length - rank);
  return truncated(Math.round(size * limit));
}

const PREFIXES = ["yotta", "zetta", "exa", "peta", "tera", "giga", "mega", "kilo"];

function unitNames(rank: number, letter: string, bits: boolean): string[] {
  const base = bits ? "bit" : "byte";
  return rank < 0
    ? [letter, base]
    : [letter + (bits ? "b" : "B"), `${PREFIXES[rank] ?? ""}${base}`];
}
