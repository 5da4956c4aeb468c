import { bounded, flagOr, integerOr, wantText } from "../coerce.ts";
import { formatBraces } from "../format-braces.ts";
import { failed } from "../problem.ts";
import { mapKey } from "../values/compare.ts";
import { Bytes, Dict, List, Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { codePoints, elements, units } from "../values/iterate.ts";
import { numeric, wantInteger } from "../values/number.ts";
import { print } from "../values/print.ts";
import { typeName } from "../values/type-name.ts";
import { TEXT_CLASSES } from "./text-classes.ts";
import {
  capitalized,
  splitLines,
  splitText,
  stripped,
  swapCase,
  titled,
  expandTabs,
} from "./text-shapes.ts";
import { method, openMethod } from "./method.ts";
import type { Methods } from "./method.ts";

/** Methods of `str`. */
export const TEXT_METHODS: Methods<string> = {
  ...TEXT_CLASSES,
  capitalize: method([], (self) => capitalized(self)),
  casefold: method([], (self) => self.toLowerCase().replaceAll("ß", "ss")),
  center: method(["width", "fillchar?"], (self, [width, fill]) =>
    padded(self, width, fill, "both"),
  ),
  count: method(["sub", "start?", "end?"], (self, [sub, start, end]) =>
    occurrences(part(self, start, end), wantText(sub, "what to count")),
  ),
  encode: method(["encoding?", "errors?"], (self) => new Bytes(Buffer.from(self, "utf8"))),
  endswith: method(["suffix", "start?", "end?"], (self, [suffix, start, end]) =>
    oneOf(suffix, (one) => part(self, start, end).endsWith(one)),
  ),
  expandtabs: method(["tabsize?"], (self, [size]) =>
    expandTabs(self, bounded(integerOr(size, 8, "tabsize"), "a tab size")),
  ),
  find: method(["sub", "start?", "end?"], (self, args) => position(self, args, "first")),
  format: openMethod((self, _, given) => formatBraces(self, given)),
  format_map: method(["mapping"], (self, [mapping]) => {
    if (!(mapping instanceof Dict)) throw failed("format_map needs a dict");
    const named = new Map(mapping.pairs().map(([key, value]) => [print(key), value]));
    return formatBraces(self, { positional: [], named });
  }),
  index: method(["sub", "start?", "end?"], (self, args) => found(position(self, args, "first"))),
  join: method(["iterable"], (self, [items]) =>
    elements(items ?? null)
      .map((item, index) => {
        if (typeof item !== "string")
          throw failed(
            `sequence item ${index}: expected str instance, ${typeName(item)} found`,
            "Use the filter instead: list | join(…)",
          );
        return item;
      })
      .join(self),
  ),
  ljust: method(["width", "fillchar?"], (self, [width, fill]) =>
    padded(self, width, fill, "after"),
  ),
  lower: method([], (self) => self.toLowerCase()),
  lstrip: method(["chars?"], (self, [chars]) => stripped(self, chars, "left")),
  partition: method(["sep"], (self, [separator]) => {
    const text = wantText(separator, "the separator");
    return parted(self, text, self.indexOf(text), [self, "", ""]);
  }),
  removeprefix: method(["prefix"], (self, [prefix]) => {
    const text = wantText(prefix, "the prefix");
    return self.startsWith(text) ? self.slice(text.length) : self;
  }),
  removesuffix: method(["suffix"], (self, [suffix]) => {
    const text = wantText(suffix, "the suffix");
    return text !== "" && self.endsWith(text) ? self.slice(0, -text.length) : self;
  }),
  replace: method(["old", "new", "count?"], (self, [old, fresh, count]) =>
    replaceText(
      self,
      wantText(old, "what to replace"),
      wantText(fresh, "the replacement"),
      integerOr(count, -1, "count"),
    ),
  ),
  rfind: method(["sub", "start?", "end?"], (self, args) => position(self, args, "last")),
  rindex: method(["sub", "start?", "end?"], (self, args) => found(position(self, args, "last"))),
  rjust: method(["width", "fillchar?"], (self, [width, fill]) =>
    padded(self, width, fill, "before"),
  ),
  rpartition: method(["sep"], (self, [separator]) => {
    const text = wantText(separator, "the separator");
    return parted(self, text, self.lastIndexOf(text), ["", "", self]);
  }),
  rsplit: method(
    ["sep?", "maxsplit?"],
    (self, [separator, limit]) =>
      new List(splitText(self, separator, integerOr(limit, -1, "maxsplit"), "right")),
  ),
  rstrip: method(["chars?"], (self, [chars]) => stripped(self, chars, "right")),
  split: method(
    ["sep?", "maxsplit?"],
    (self, [separator, limit]) =>
      new List(splitText(self, separator, integerOr(limit, -1, "maxsplit"), "left")),
  ),
  splitlines: method(["keepends?"], (self, [keep]) => {
    return new List(splitLines(self, flagOr(keep, false)));
  }),
  startswith: method(["prefix", "start?", "end?"], (self, [prefix, start, end]) =>
    oneOf(prefix, (one) => part(self, start, end).startsWith(one)),
  ),
  strip: method(["chars?"], (self, [chars]) => stripped(self, chars, "both")),
  swapcase: method([], (self) => swapCase(self)),
  title: method([], (self) => titled(self)),
  translate: method(["table"], (self, [table]) => translated(self, table)),
  upper: method([], (self) => self.toUpperCase()),
  zfill: method(["width"], (self, [width]) => {
    const sign = /^[+-]/.exec(self)?.[0] ?? "";
    const missing = bounded(wantInteger(width ?? null, "width"), "a width") - codePoints(self);
    return sign + "0".repeat(Math.max(0, missing)) + self.slice(sign.length);
  }),
};

export function replaceText(text: string, old: string, fresh: string, count: number): string {
  if (count < 0) return text.replaceAll(old, () => fresh);
  let out = "";
  let rest = text;
  for (let done = 0; done < count; done++) {
    const at = rest.indexOf(old);
    if (at < 0) break;
    out += rest.slice(0, at) + fresh;
    rest = rest.slice(at + old.length);
  }
  return out + rest;
}

function occurrences(text: string, sub: string): number {
  return sub === "" ? codePoints(text) + 1 : text.split(sub).length - 1;
}

function part(self: string, start: Datum | undefined, end: Datum | undefined): string {
  if (start === undefined) return self;
  const letters = units(self);
  const to = end === undefined || end === null ? letters.length : wantInteger(end, "end");
  const cut = letters.slice(integerOr(start, 0, "start"), to);
  return typeof cut === "string" ? cut : cut.join("");
}

/** Where a part of the text stands, counted in characters; -1 when it is not there. */
function position(
  self: string,
  [sub, start, end]: readonly (Datum | undefined)[],
  which: "first" | "last",
): number {
  const text = wantText(sub, "what to find");
  const inside = part(self, start, end);
  const at = which === "first" ? inside.indexOf(text) : inside.lastIndexOf(text);
  if (at < 0) return -1;
  const from = integerOr(start, 0, "start");
  const skipped = from < 0 ? Math.max(0, codePoints(self) + from) : from;
  return skipped + codePoints(inside.slice(0, at));
}

function found(at: number): number {
  if (at < 0) throw failed("substring not found", "find() answers -1 instead");
  return at;
}

function oneOf(candidates: Datum | undefined, matches: (one: string) => boolean): boolean {
  if (candidates instanceof Tuple)
    return candidates.all().some((one) => matches(wantText(one, "each of the tuple")));
  return matches(wantText(candidates, "the argument"));
}

function parted(self: string, separator: string, at: number, otherwise: string[]): Tuple {
  if (separator === "") throw failed("empty separator");
  if (at < 0) return new Tuple(otherwise);
  return new Tuple([self.slice(0, at), separator, self.slice(at + separator.length)]);
}

function padded(
  self: string,
  width: Datum | undefined,
  fill: Datum | undefined,
  side: "before" | "after" | "both",
): string {
  const missing = bounded(wantInteger(width ?? null, "width"), "a width") - codePoints(self);
  if (missing <= 0) return self;
  const char = fill === undefined ? " " : wantText(fill, "the fill character");
  if (side === "before") return char.repeat(missing) + self;
  if (side === "after") return self + char.repeat(missing);
  // Python puts the odd one on the left when both the width and the rest are odd.
  const left = Math.floor(missing / 2) + (missing & (missing + codePoints(self)) & 1);
  return char.repeat(left) + self + char.repeat(missing - left);
}

function translated(self: string, table: Datum | undefined): string {
  if (!(table instanceof Dict)) throw failed("translate needs a dict of code points");
  return [...self]
    .map((char) => {
      const to = table.get(mapKey(char.codePointAt(0) ?? 0));
      if (to === undefined) return char;
      if (to === null) return "";
      const code = numeric(to);
      return code === undefined
        ? wantText(to, "each translation")
        : String.fromCodePoint(Number(code.value));
    })
    .join("");
}
