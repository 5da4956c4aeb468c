import { flagOr, integerOr, textOr, wantText } from "../coerce.ts";
import { openPlugin, plugin } from "../plugin.ts";
import type { Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { expandTemplate } from "../regex/expand-template.ts";
import { regexOf } from "../regex/translate.ts";
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
      let done = 0;
      const out = print(input).replace(regex, (...match) => {
        const whole = String(match[0]);
        if (limit > 0 && done >= limit) return whole;
        done += 1;
        return expandTemplate(template, matchOf(match));
      });
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
    const match = regex.exec(print(input));
    for (const group of groups) checkGroup(print(group));
    if (match === null) return null;
    if (groups.length === 0) return match[0];
    return new List(groups.map((group) => groupValue(match, print(group))));
  }),
  regex_findall: plugin(
    ["regex", "multiline?", "ignorecase?"],
    (input, [pattern, multiline, ignore]) => {
      const regex = regexOf(wantText(pattern, "the pattern"), {
        ignoreCase: flagOr(ignore, false),
        multiline: flagOr(multiline, false),
      });
      return new List(
        [...print(input).matchAll(regex)].map((match) => {
          const [whole, ...groups] = match;
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

/** The arguments of a replace callback: whole match, groups, offset, subject, and named groups if there are any. */
function matchOf(match: readonly unknown[]): {
  groups: (string | undefined)[];
  named: Readonly<Record<string, string | undefined>>;
} {
  const last = match.at(-1);
  const named = isRecord(last) ? last : {};
  const groups: (string | undefined)[] = [];
  for (const one of match) {
    if (typeof one === "number") break;
    groups.push(typeof one === "string" ? one : undefined);
  }
  return { groups, named };
}

function isRecord(value: unknown): value is Readonly<Record<string, string | undefined>> {
  return typeof value === "object" && value !== null;
}

function checkGroup(group: string): void {
  if (!/^\\(?:g<\w+>|\d+)$/.test(group))
    throw failed(`Unknown argument '${group}'`, "Groups are named '\\\\1' or '\\\\g<name>'");
}

function groupValue(match: RegExpExecArray, group: string): Datum {
  const name = /^\\g<(\w+)>$/.exec(group)?.[1] ?? group.slice(1);
  if (/^\d+$/.test(name)) {
    if (Number(name) >= match.length) throw failed("no such group");
    return match[Number(name)] ?? null;
  }
  if (match.groups === undefined || !Object.hasOwn(match.groups, name))
    throw failed("no such group");
  return match.groups[name] ?? null;
}
