import { failed } from "../problem.ts";

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

/** A replacement as Python reads it: `\1`, `\g<1>` and `\g<name>` are groups, unmatched ones empty. */
export function expandTemplate(
  template: string,
  match: {
    readonly groups: readonly (string | undefined)[];
    readonly named: Readonly<Record<string, string | undefined>>;
  },
): string {
  if (!template.includes("\\")) return template;
  const group = (name: string): string => {
    if (/^\d+$/.test(name)) {
      if (Number(name) >= match.groups.length) throw failed(`invalid group reference ${name}`);
      return match.groups[Number(name)] ?? "";
    }
    if (!Object.hasOwn(match.named, name)) throw failed(`unknown group name '${name}'`);
    return match.named[name] ?? "";
  };
  return template.replace(
    /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|([1-9]\d?)|([\s\S])|$)/g,
    (whole, named?: string, octal?: string, digits?: string, char?: string) => {
      if (named !== undefined) return group(named);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (digits !== undefined) return group(digits);
      if (char === undefined) throw failed("the replacement ends with a backslash");
      if (Object.hasOwn(ESCAPES, char)) return ESCAPES[char] ?? "";
      if (/[A-Za-z]/.test(char)) throw failed(`bad escape \\${char} in the replacement`);
      return whole;
    },
  );
}
