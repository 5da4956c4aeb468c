import { method } from "./method.ts";
import type { Methods } from "./method.ts";

/** The questions that `str` answers about its characters. */
export const TEXT_CLASSES: Methods<string> = {
  isalnum: method([], (self) => /^[\p{L}\p{N}]+$/u.test(self)),
  isalpha: method([], (self) => /^\p{L}+$/u.test(self)),
  isascii: method([], (self) => /^[\0-\x7f]*$/.test(self)),
  isdecimal: method([], (self) => /^\p{Nd}+$/u.test(self)),
  isdigit: method([], (self) =>
    /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]+$/u.test(self),
  ),
  isidentifier: method([], (self) =>
    /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u.test(self),
  ),
  islower: method([], (self) => /\p{Ll}/u.test(self) && !/[\p{Lu}\p{Lt}]/u.test(self)),
  isnumeric: method([], (self) => /^\p{N}+$/u.test(self)),
  isprintable: method([], (self) => !/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u.test(self)),
  isspace: method([], (self) => /^\s+$/.test(self)),
  istitle: method([], (self) => isTitle(self)),
  isupper: method([], (self) => /\p{Lu}/u.test(self) && !/[\p{Ll}\p{Lt}]/u.test(self)),
};

/** Capitals only where a word begins, small letters only inside one. */
function isTitle(text: string): boolean {
  let inWord = false;
  let cased = false;
  for (const char of text) {
    const upper = /[\p{Lu}\p{Lt}]/u.test(char);
    const lower = /\p{Ll}/u.test(char);
    if ((upper && inWord) || (lower && !inWord)) return false;
    inWord = upper || lower;
    cased ||= inWord;
  }
  return cased;
}
