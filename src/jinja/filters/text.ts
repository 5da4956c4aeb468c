import { bounded, flagOr, integerOr, textOr, wantText } from "../coerce.ts";
import { replaceText } from "../methods/text.ts";
import { capitalized, splitLines, splitText } from "../methods/text-shapes.ts";
import { formatPercent } from "../format-percent.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { Dict, List, Tuple } from "../values/datum.ts";
import { codePoints } from "../values/iterate.ts";
import { print, repr } from "../values/print.ts";

const escapeHtml = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&#39;")
    .replaceAll('"', "&#34;");

const escaping = plugin([], (input) => escapeHtml(print(input)));

const ADDRESS =
  /(?<![\w@/.])(?:https?:\/\/|www\.)(?:[\w%-]+\.)+[a-z]{2,63}(?::\d{1,5})?(?:[/?#][^\s<>"']*[^\s<>"'.,)])?(?=$|[\s.,)<>"'&])/gi;

/** Filters of text into text. */
export const TEXT_FILTERS: Plugins = {
  upper: plugin([], (input) => print(input).toUpperCase()),
  lower: plugin([], (input) => print(input).toLowerCase()),
  capitalize: plugin([], (input) => capitalized(print(input))),
  title: plugin([], (input) => print(input).replace(/[^-\s({[<]+/g, (word) => capitalized(word))),
  trim: plugin(["chars?"], (input, [chars]) => {
    const text = print(input);
    if (chars === undefined || chars === null) return text.trim();
    const drop = new Set(print(chars));
    const letters = [...text];
    while (letters.length > 0 && drop.has(letters[0] ?? "")) letters.shift();
    while (letters.length > 0 && drop.has(letters.at(-1) ?? "")) letters.pop();
    return letters.join("");
  }),
  string: plugin([], (input) => print(input)),
  replace: plugin(["old", "new", "count?"], (input, [old, fresh, count]) =>
    replaceText(
      print(input),
      textOr(old, "None"),
      textOr(fresh, "None"),
      integerOr(count, -1, "count"),
    ),
  ),
  center: plugin(["width?"], (input, [width]) => {
    const text = print(input);
    const missing = Math.max(
      0,
      bounded(integerOr(width, 80, "width"), "a width") - codePoints(text),
    );
    const left = Math.floor(missing / 2) + (missing & (missing + codePoints(text)) & 1);
    return " ".repeat(left) + text + " ".repeat(missing - left);
  }),
  indent: plugin(["width?", "first?", "blank?"], (input, [width, first, blank]) => {
    const pad =
      typeof width === "string"
        ? width
        : " ".repeat(bounded(integerOr(width, 4, "width"), "a width"));
    const text = wantText(input, "what is indented");
    const lines = text.split(/\r\n|[\n\r\v\f\x85\u2028\u2029]/);
    const all = flagOr(blank, false);
    return lines
      .map((line, index) => {
        if (index === 0) return flagOr(first, false) ? pad + line : line;
        return line === "" && !all ? line : pad + line;
      })
      .join("\n");
  }),
  truncate: plugin(["length?", "killwords?", "end?", "leeway?"], (input, args) => {
    const [length, killwords, end, leeway] = args;
    const size = integerOr(length, 255, "length");
    if (input instanceof List && input.length <= size) return input;
    const tail = textOr(end, "...");
    if (integerOr(leeway, 5, "leeway") < 0) throw failed("expected leeway >= 0");
    if (size < tail.length) throw failed(`expected length >= ${tail.length}, got ${size}`);
    const text = wantText(input, "what is truncated");
    const letters = [...text];
    if (letters.length <= size + integerOr(leeway, 5, "leeway")) return text;
    const cut = letters.slice(0, size - tail.length).join("");
    if (flagOr(killwords, false)) return cut + tail;
    return cut.replace(/ [^ ]*$/, "") + tail;
  }),
  wordcount: plugin([], (input) => print(input).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  wordwrap: plugin(
    ["width?", "break_long_words?", "wrapstring?", "break_on_hyphens?"],
    (input, [width, long, separator, hyphens]) => {
      const options = {
        width: integerOr(width, 79, "width"),
        breakLong: flagOr(long, true),
        hyphens: flagOr(hyphens, true),
      };
      const between = textOr(separator, "\n");
      return splitLines(wantText(input, "what is wrapped"), false)
        .map((line) => wrap(line, options).join(between))
        .join(between);
    },
  ),
  striptags: plugin([], (input) =>
    print(input)
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, "")
      .split(/\s+/)
      .filter((word) => word !== "")
      .join(" "),
  ),
  e: escaping,
  escape: escaping,
  forceescape: escaping,
  format: openPlugin((input, _, { given }) => {
    if (given.named.size > 0 && given.positional.length > 0)
      throw failed("format takes positional or named arguments, not both");
    const values = given.named.size > 0 ? new Dict(given.named) : new Tuple([...given.positional]);
    return formatPercent(print(input), values);
  }),
  pprint: plugin([], (input) => repr(input)),
  split: plugin(
    ["sep?", "maxsplit?"],
    (input, [separator, limit]) =>
      new List(
        splitText(
          wantText(input, "what is split"),
          separator,
          integerOr(limit, -1, "maxsplit"),
          "left",
        ),
      ),
  ),
  xmlattr: plugin(["autospace?"], (input, [autospace]) => {
    if (!(input instanceof Dict)) throw failed("xmlattr needs a dict");
    const pairs = input
      .pairs()
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${escapeHtml(print(key))}="${escapeHtml(print(value))}"`);
    const text = pairs.join(" ");
    return text !== "" && flagOr(autospace, true) ? ` ${text}` : text;
  }),
  urlize: plugin(
    ["trim_url_limit?", "nofollow?", "target?", "rel?"],
    (input, [limit, nofollow, target, rel]) => {
      const words = new Set(["noopener", ...textOr(rel, "").split(/\s+/)]);
      if (flagOr(nofollow, false)) words.add("nofollow");
      const rels = [...words].filter((word) => word !== "").toSorted();
      const window = textOr(target, "");
      const more = window === "" ? "" : ` target="${escapeHtml(window)}"`;
      const most =
        limit === undefined || limit === null
          ? Number.POSITIVE_INFINITY
          : integerOr(limit, 0, "trim_url_limit");
      return escapeHtml(print(input)).replace(ADDRESS, (url) => {
        const href = url.startsWith("www.") ? `https://${url}` : url;
        const shown = url.length > most ? `${url.slice(0, most)}...` : url;
        return `<a href="${href}" rel="${rels.join(" ")}"${more}>${shown}</a>`;
      });
    },
  ),
};

interface Wrapping {
  readonly width: number;
  readonly breakLong: boolean;
  readonly hyphens: boolean;
}

/** Fills lines word by word; words longer than a line are cut only when that is asked for. */
function wrap(line: string, { width, breakLong, hyphens }: Wrapping): string[] {
  if (width < 1) throw failed("wordwrap needs a width of at least 1");
  const pattern = hyphens
    ? /\s+|[^\s-]*[^\s\d\W]-+(?=[^\s\d\W])|\S+?(?=\s|$|(?<=[^\W\d]-)(?=[^\W\d]))/g
    : /\s+|\S+/g;
  const chunks = line.match(pattern) ?? [];
  const lines: string[] = [];
  let current = "";
  const flush = () => {
    if (current.trim() !== "") lines.push(current.trimEnd());
    current = "";
  };
  for (const chunk of chunks) {
    let rest = chunk;
    if (current.length + rest.length > width) {
      if (rest.trim() === "") {
        flush();
        continue;
      }
      if (current.trim() !== "" && !(breakLong && rest.length > width)) flush();
      while (breakLong && rest.length > width) {
        const space = current.length >= width ? 0 : width - current.length;
        const hyphen = hyphens && space > 0 ? rest.lastIndexOf("-", space - 1) : -1;
        const room = hyphen > 0 && /[^-]/.test(rest.slice(0, hyphen)) ? hyphen + 1 : space;
        current += rest.slice(0, room);
        rest = rest.slice(room);
        // A line that was full keeps its blank, as the piece of the word that follows it is empty.
        if (room === 0) lines.push(current);
        else flush();
        current = "";
      }
    }
    if (current === "" && rest.trim() === "" && lines.length > 0) continue;
    current += rest;
  }
  flush();
  return lines;
}
