import { integerOr, textOr, wantText } from "../coerce.ts";
import { openPlugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { print } from "../values/print.ts";

interface Style {
  readonly beginning: string;
  readonly decoration: string;
  readonly end: string;
}

const STYLES: Readonly<Record<string, Style>> = {
  plain: { beginning: "", decoration: "# ", end: "" },
  erlang: { beginning: "", decoration: "% ", end: "" },
  c: { beginning: "", decoration: "// ", end: "" },
  cblock: { beginning: "/*", decoration: " * ", end: " */" },
  xml: { beginning: "<!--", decoration: " - ", end: "-->" },
};

/** `comment`: text as a comment of a configuration file. */
export const COMMENT_FILTERS: Plugins = {
  comment: openPlugin((input, _, { given }) => {
    const { named } = given;
    const name = textOr(given.positional[0] ?? named.get("style"), "plain");
    const style = Object.hasOwn(STYLES, name) ? STYLES[name] : undefined;
    if (style === undefined)
      throw failed(`invalid style '${name}'`, `These exist: ${Object.keys(STYLES).join(", ")}`);
    const option = (key: string, fallback: string) => {
      const value = named.get(key);
      return value === undefined ? fallback : print(value);
    };
    const newline = option("newline", "\n");
    const decoration = option("decoration", style.decoration);
    const beginning = option("beginning", style.beginning);
    const end = option("end", style.end);
    const prefix = option("prefix", decoration.trimEnd());
    const postfix = option("postfix", decoration.trimEnd());
    const times = (key: string) => integerOr(named.get(key), 1, key);
    const parts = [
      beginning === "" ? "" : beginning + newline,
      prefix === "" ? "" : (prefix + newline).repeat(times("prefix_count")),
      decorated(wantText(input, "what is commented"), decoration, newline),
      `${newline}${postfix}`.repeat(times("postfix_count")),
      end === "" ? "" : newline + end,
    ];
    return parts.join("");
  }),
};

/** An empty line loses the white space of its decoration, unless it is the last one. */
function decorated(text: string, decoration: string, newline: string): string {
  const lines = decoration + text.replaceAll(newline, newline + decoration);
  return lines.replaceAll(decoration + newline, decoration.trimEnd() + newline);
}
