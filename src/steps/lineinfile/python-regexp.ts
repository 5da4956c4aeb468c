/**
 * A regular expression as Python reads it on bytes, for text in which every character is one byte. Throws SyntaxError for
 * what is wrong or does not exist here.
 */
export function pythonRegExp(pattern: string): RegExp {
  const leading = /^\(\?([aimsu]+)\)/.exec(pattern);
  const flags = leading?.[1] ?? "";
  const multiline = flags.includes("m");
  let inClass = false;
  const body = pattern
    .slice(leading?.[0].length ?? 0)
    .replace(
      /\\[\s\S]|\(\?P<|\(\?P=(\w+)\)|\[\^?\]?|[\]$.]/g,
      (found, name: string | undefined) => {
        if (found.startsWith("[")) {
          if (inClass) return found.replaceAll("[", "\\[");
          inClass = true;
          // A bracket that comes first in a set is one of the set.
          return found.replace("]", "\\]");
        }
        if (found === "]") {
          inClass = false;
          return found;
        }
        if (found === "\\s") return inClass ? " \\t-\\r" : "[ \\t-\\r]";
        if (inClass) return found;
        if (found === "(?P<") return "(?<";
        if (name !== undefined) return `\\k<${name}>`;
        // A line is matched together with its end, and `$` stands before it.
        if (found === "$") return multiline ? found : "(?=\\n?(?![\\s\\S]))";
        if (found === ".") return flags.includes("s") ? "[\\s\\S]" : "[^\\n]";
        if (found === "\\A") return "(?<![\\s\\S])";
        if (found === "\\Z") return "(?![\\s\\S])";
        if (found === "\\S") return "[^ \\t-\\r]";
        return found;
      },
    );
  return new RegExp(body, `${flags.includes("i") ? "i" : ""}${multiline ? "m" : ""}`);
}

/** What Python's `match.expand` makes of a text with `\1` and `\g<name>` in it. */
export function expanded(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|([1-9]\d?)|([\s\S]))/g,
    (found, named: string | undefined, number: string | undefined, letter: string | undefined) => {
      const group = named ?? number;
      if (group !== undefined) {
        return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? "";
      }
      return ESCAPES[letter ?? ""] ?? found;
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  n: "\n",
  r: "\r",
  t: "\t",
};
