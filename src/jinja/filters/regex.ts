import { flagOr, integerOr, textOr, wantText } from "../coerce.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { replacementOf } from "../regex/expand-template.ts";
import { groupNumber, regexOf } from "../regex/regex.ts";
import { List, Tuple } from "../values/datum.ts";
import type { Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";

/** Filters of regular expressions, written as Python's. */
export const REGEX_FILTERS: Plugins = {
  regex_replace: plugin(
    ["pattern?", "replacement?", "ignorecase?", "multiline?", "count?", "mandatory_count?"],
    (input, [pattern, replacement, ignore, multiline, count, mandatory]) => {
      const regex = regexOf(textOr(pattern, ""), {
        ignoreCase: flagOr(ignore, false),
        multiline: flagOr(multiline, false),
      });
      const limit = integerOr(count, 0, "count");
      const template = textOr(replacement, "");
      const text = print(input);
      const letters = [...text];
      const expand = replacementOf(template, regex);
      let out = "";
      let at = 0;
      let done = 0;
      for (const match of regex.matches(text)) {
        if (limit > 0 && done >= limit) break;
        done += 1;
        out += letters.slice(at, match.start).join("") + expand(match);
        at = match.end;
      }
      out += letters.slice(at).join("");
      const expected = integerOr(mandatory, 0, "mandatory_count");
      if (expected > 0 && done !== expected)
        throw failed(
          `'${textOr(pattern, "")}' should match ${expected} times, but matches ${done} times`,
        );
      return out;
    },
  ),
  regex_search: openPlugin((input, _, { given }) => {
    const [pattern, ...groups] = given.positional;
    for (const key of given.named.keys())
      if (key !== "ignorecase" && key !== "multiline")
        throw failed(`regex_search has no argument '${key}'`);
    const regex = regexOf(wantText(pattern, "the pattern"), optionsOf(given.named));
    const match = regex.match(print(input), "search");
    const wanted = groups.map((group) => groupName(print(group)));
    if (match === undefined) return null;
    if (groups.length === 0) return match.groups[0] ?? "";
    return new List(wanted.map((name) => match.groups[groupNumber(name, regex)] ?? null));
  }),
  regex_findall: plugin(
    ["regex", "multiline?", "ignorecase?"],
    (input, [pattern, multiline, ignore]) => {
      const regex = regexOf(wantText(pattern, "the pattern"), {
        ignoreCase: flagOr(ignore, false),
        multiline: flagOr(multiline, false),
      });
      return new List(
        regex.matches(print(input)).map(({ groups: [whole = "", ...groups] }) => {
          const [only] = groups;
          if (groups.length === 0) return whole;
          if (groups.length === 1) return only ?? "";
          return new Tuple(groups.map((group) => group ?? ""));
        }),
      );
    },
  ),
  regex_escape: plugin(["re_type?"], (input, [type]) => {
    const kind = textOr(type, "python");
    if (kind === "python")
      return print(input).replace(/[\t\n\v\f\r #$&()*+\-.?[\\\]^{|}~]/g, "\\$&");
    if (kind === "posix_basic") return print(input).replace(/[\][.^$*\\]/g, "\\$&");
    throw failed(`Invalid regex type (${kind})`, "python or posix_basic");
  }),
};

function optionsOf(named: ReadonlyMap<string, Datum>) {
  return {
    ignoreCase: flagOr(named.get("ignorecase"), false),
    multiline: flagOr(named.get("multiline"), false),
  };
}

function groupName(group: string): string {
  const name = /^\\(?:g<(\w+)>|(\d+))$/.exec(group);
  if (name === null)
    throw failed(`Unknown argument '${group}'`, "Groups are named '\\\\1' or '\\\\g<name>'");
  return name[1] ?? name[2] ?? "";
}
