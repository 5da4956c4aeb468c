import { failed } from "../problem.ts";
import { groupNumber } from "./regex.ts";
import type { Match, Regex } from "./regex.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\u000b",
  "\\": "\\",
};

/**
 * A replacement as Python reads it: `\1`, `\g<1>` and `\g<name>` are groups, unmatched ones empty. What is wrong with it is
 * wrong also where nothing matches.
 */
export function replacementOf(template: string, regex: Regex): (match: Match) => string {
  if (!template.includes("\\")) return () => template;
  const parts: (string | number)[] = [];
  let at = 0;
  for (const found of template.matchAll(
    /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-7][0-7]{2})|([1-9]\d?)|([\s\S])|$)/g,
  )) {
    parts.push(template.slice(at, found.index), meaning(found, regex));
    at = found.index + found[0].length;
  }
  parts.push(template.slice(at));
  return (match) =>
    parts.map((part) => (typeof part === "string" ? part : (match.groups[part] ?? ""))).join("");
}

function meaning(found: RegExpExecArray, regex: Regex): string | number {
  const [whole, named, octal, digits, char] = found;
  if (named !== undefined) return groupNumber(named, regex);
  if (octal !== undefined) {
    const code = Number.parseInt(octal, 8);
    if (code > 0o377) throw failed(`octal escape value \\${octal} outside of range 0-0o377`);
    return String.fromCharCode(code);
  }
  if (digits !== undefined) return groupNumber(digits, regex);
  if (char === undefined) throw failed("the replacement ends with a backslash");
  if (Object.hasOwn(ESCAPES, char)) return ESCAPES[char] ?? "";
  if (/[A-Za-z]/.test(char)) throw failed(`bad escape \\${char} in the replacement`);
  return whole;
}
