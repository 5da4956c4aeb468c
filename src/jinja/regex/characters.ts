import type { Accepts } from "./tree.ts";

/** The classes of Python: by Unicode, or with (?a) by ASCII. */
const SPACES = /[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function isWord(code: number, ascii: boolean): boolean {
  if (code < 0x80)
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f
    );
  return !ascii && /[\p{L}\p{N}]/u.test(String.fromCodePoint(code));
}

function isDigit(code: number, ascii: boolean): boolean {
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return !ascii && /\p{Nd}/u.test(String.fromCodePoint(code));
}

function isSpace(code: number, ascii: boolean): boolean {
  if (ascii) return code === 0x20 || (code >= 9 && code <= 13);
  return code <= 0xffff && SPACES.test(String.fromCharCode(code));
}

/** `\d`, `\W` and so on; undefined for any other letter. */
export function classNamed(letter: string, ascii: boolean): Accepts | undefined {
  switch (letter) {
    case "d":
      return (code) => isDigit(code, ascii);
    case "D":
      return (code) => !isDigit(code, ascii);
    case "w":
      return (code) => isWord(code, ascii);
    case "W":
      return (code) => !isWord(code, ascii);
    case "s":
      return (code) => isSpace(code, ascii);
    case "S":
      return (code) => !isSpace(code, ascii);
    default:
      return undefined;
  }
}

/** Characters that differ in case only have one fold. */
export function folded(code: number, ascii: boolean): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 32 : code;
  if (ascii) return code;
  const letter = String.fromCodePoint(code);
  const upper = letter.toUpperCase();
  const lower = (upper.length === letter.length ? upper : letter).toLowerCase();
  return lower.length === letter.length ? (lower.codePointAt(0) ?? code) : code;
}

/** The same set for text whose case does not matter. */
export function eitherCase(accepts: Accepts, ascii: boolean): Accepts {
  return (code) => {
    if (accepts(code)) return true;
    const lower = folded(code, ascii);
    if (lower !== code && accepts(lower)) return true;
    if (ascii && code >= 0x80) return false;
    const upper = String.fromCodePoint(lower).toUpperCase();
    const other = upper.codePointAt(0) ?? code;
    return String.fromCodePoint(other).length === upper.length && accepts(other);
  };
}
