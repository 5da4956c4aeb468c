import { wantText } from "../coerce.ts";
import { failed } from "../problem.ts";
import type { Datum } from "../values/datum.ts";

/** Shapes of text that methods and filters share. */
export function capitalized(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Every letter that follows something else than a letter is capital. */
export function titled(text: string): string {
  return text.replace(/\p{L}+/gu, capitalized);
}

export function swapCase(text: string): string {
  return [...text]
    .map((char) => (/\p{Lu}/u.test(char) ? char.toLowerCase() : char.toUpperCase()))
    .join("");
}

export function expandTabs(text: string, size: number): string {
  let column = 0;
  return text.replace(/\t|\r|\n|[^\t\r\n]+/g, (piece) => {
    if (piece !== "\t") {
      column = piece === "\n" || piece === "\r" ? 0 : column + [...piece].length;
      return piece;
    }
    const gap = size > 0 ? size - (column % size) : 0;
    column += gap;
    return " ".repeat(gap);
  });
}

export function stripped(
  text: string,
  chars: Datum | undefined,
  side: "left" | "right" | "both",
): string {
  const letters = [...text];
  const dropped =
    chars === undefined || chars === null ? undefined : new Set(wantText(chars, "the characters"));
  const drops = (char: string | undefined) =>
    char !== undefined && (dropped === undefined ? /\s/.test(char) : dropped.has(char));
  let from = 0;
  let to = letters.length;
  if (side !== "right") while (from < to && drops(letters[from])) from += 1;
  if (side !== "left") while (to > from && drops(letters[to - 1])) to -= 1;
  return letters.slice(from, to).join("");
}

/** Python's split: without a separator, at runs of white space, ignoring those at the ends. */
export function splitText(
  text: string,
  separator: Datum | undefined,
  limit: number,
  from: "left" | "right",
): string[] {
  if (separator === undefined || separator === null) return splitSpace(text, limit, from);
  const between = wantText(separator, "the separator");
  if (between === "") throw failed("empty separator");
  const parts = text.split(between);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return from === "left"
    ? [...parts.slice(0, limit), parts.slice(limit).join(between)]
    : [parts.slice(0, parts.length - limit).join(between), ...parts.slice(parts.length - limit)];
}

function splitSpace(text: string, limit: number, from: "left" | "right"): string[] {
  const words = text.match(/\S+/g) ?? [];
  if (limit < 0 || words.length <= limit) return words;
  const pattern =
    from === "left"
      ? new RegExp(`^\\s*((?:\\S+\\s+){${limit}})(.*?)$`, "s")
      : new RegExp(`^(.*?)((?:\\s+\\S+){${limit}})\\s*$`, "s");
  const match = pattern.exec(text);
  if (match === null) return words;
  const [, first = "", second = ""] = match;
  const pieces = from === "left" ? (first.match(/\S+/g) ?? []) : (second.match(/\S+/g) ?? []);
  const rest = from === "left" ? second : first.trimEnd().replace(/^\s+/, "");
  if (rest === "") return pieces;
  return from === "left" ? [...pieces, rest] : [rest, ...pieces];
}

const LINE = /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g;
const LINE_END = /(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/;

/** Python's `splitlines()`: a line end at the very end starts no further line. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines = (text.match(LINE) ?? []).filter((line) => line !== "");
  return keepEnds ? lines : lines.map((line) => line.replace(LINE_END, ""));
}
