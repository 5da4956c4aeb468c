import { resolvesToText } from "./resolve.ts";

export interface ScalarPlace {
  readonly simpleKey: boolean;
  readonly inFlow: boolean;
  readonly unicode: boolean;
  readonly width: number;
  readonly column: number;
  readonly indent: number;
}

/** A scalar in the plainest style that reads back as the same text. `plain` scalars are not text and stay bare. */
export function writeScalar(
  scalar: { readonly text: string; readonly plain: boolean },
  place: ScalarPlace,
): string {
  const { text } = scalar;
  if (scalar.plain) return text;
  const shape = analyze(text, place.unicode);
  const bare = place.inFlow ? shape.plainInFlow : shape.plainInBlock;
  const fits = !(place.simpleKey && (shape.empty || shape.multiline)) && !shape.empty;
  if (bare && fits && !shape.multiline && resolvesToText(text)) return folded(text, place, "", "");
  if (shape.singleQuoted && !(place.simpleKey && shape.multiline)) return singleQuoted(text, place);
  return doubleQuoted(text, place);
}

interface Shape {
  readonly empty: boolean;
  readonly multiline: boolean;
  readonly plainInFlow: boolean;
  readonly plainInBlock: boolean;
  readonly singleQuoted: boolean;
}

const BREAK = /[\n\x85\u2028\u2029]/;

function analyze(text: string, unicode: boolean): Shape {
  const multiline = BREAK.test(text);
  const special = hasSpecial(text, unicode);
  // Quotes of one kind cannot keep spaces around a line end.
  const spaceBreak = / [\n\x85\u2028\u2029]|[\n\x85\u2028\u2029] /.test(text);
  const leading = /^[ \n\x85\u2028\u2029]/.test(text);
  const trailing = /[ \n\x85\u2028\u2029]$/.test(text);
  const blockStart = /^(?:[#,[\]{}&*!|>'"%@`]|[?:](?=\s|$)|-(?=\s|$)|---|\.\.\.)/.test(text);
  const flowStart = /^[?:-]/.test(text) && /^[?:-](?:\s|$)/.test(text);
  const blockInside = /:(?=\s|$)|(?<=\s)#/.test(text);
  const flowInside = /[,[\]{}]|:|\?/.test(text.slice(1)) || /^[?:]/.test(text);
  const plain = text !== "" && !leading && !trailing && !special && !multiline && !blockStart;
  return {
    empty: text === "",
    multiline,
    plainInBlock: plain && !blockInside,
    plainInFlow: plain && !blockInside && !flowInside && !flowStart,
    singleQuoted: !special && !spaceBreak,
  };
}

/** Characters that only escapes can carry: controls, and everything beyond the first plane. */
function hasSpecial(text: string, unicode: boolean): boolean {
  if (/[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd]|\ufeff/.test(text)) return true;
  if (text.includes("\x85") || /[\u2028\u2029]/.test(text)) return true;
  return !unicode && /[^\n\x20-\x7e]/.test(text);
}

/** Breaks a line at a single space once it is longer than the width. */
function folded(text: string, place: ScalarPlace, open: string, close: string): string {
  const mayBreak = !place.simpleKey;
  let out = open;
  let column = place.column + open.length;
  let start = 0;
  const letters = [...text];
  for (let at = 0; at < letters.length; at++) {
    const char = letters[at];
    const single = char === " " && letters[at - 1] !== " " && letters[at + 1] !== " ";
    const inside = at > 0 && at < letters.length - 1;
    if (mayBreak && single && inside && column > place.width && at > start) {
      out += `\n${" ".repeat(place.indent)}`;
      column = place.indent;
      start = at + 1;
      continue;
    }
    out += char ?? "";
    column += 1;
  }
  return out + close;
}

function singleQuoted(text: string, place: ScalarPlace): string {
  const paragraphs = text.split(/(\n+)/);
  let out = "'";
  let column = place.column + 1;
  for (const [index, piece] of paragraphs.entries()) {
    if (index % 2 === 1) {
      // One line end is written as two, since a single one would fold into a space.
      out += `\n${piece}${" ".repeat(place.indent)}`;
      column = place.indent;
      continue;
    }
    const first = index === 0;
    const last = index === paragraphs.length - 1;
    const line = foldWithin(piece.replaceAll("'", "''"), { ...place, column }, { first, last });
    out += line;
    const newline = line.lastIndexOf("\n");
    column = newline < 0 ? column + line.length : line.length - newline - 1;
  }
  return `${out}'`;
}

function foldWithin(
  text: string,
  place: ScalarPlace,
  edge: { first: boolean; last: boolean },
): string {
  if (place.simpleKey) return text;
  let out = "";
  let { column } = place;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const single = char === " " && text[at - 1] !== " " && text[at + 1] !== " ";
    const inside = (at > 0 || !edge.first) && (at < text.length - 1 || !edge.last);
    if (single && inside && column > place.width) {
      out += `\n${" ".repeat(place.indent)}`;
      column = place.indent;
    } else {
      out += char;
      column += 1;
    }
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\u0007": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\u000b": "v",
  "\f": "f",
  "\r": "r",
  "\u001b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u2028": "L",
  "\u2029": "P",
};

function doubleQuoted(text: string, place: ScalarPlace): string {
  let out = '"';
  let column = place.column + 1;
  const letters = [...text];
  for (const [at, char] of letters.entries()) {
    const inside = at > 0 && at < letters.length - 1;
    if (char === " " && inside && column > place.width && !place.simpleKey) {
      out += `\n${" ".repeat(place.indent)}`;
      column = place.indent;
      if (letters[at + 1] === " ") {
        out += "\\";
        column += 1;
      } else continue;
    }
    const escape = escaped(char, place.unicode);
    out += escape;
    column += escape.length;
  }
  return `${out}"`;
}

function escaped(char: string, unicode: boolean): string {
  if (Object.hasOwn(ESCAPES, char)) return `\\${ESCAPES[char] ?? ""}`;
  const code = char.codePointAt(0) ?? 0;
  const printable = code >= 0x20 && code <= 0x7e;
  const wide = unicode && /[\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(char) && code <= 0xffff;
  if (printable || wide) return char;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
