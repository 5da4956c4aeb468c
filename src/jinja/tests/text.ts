import { flagOr, textOr } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed } from "../problem.ts";
import { regexOf } from "../regex/regex.ts";
import type { Datum } from "../values/datum.ts";
import { elements } from "../values/iterate.ts";
import { print } from "../values/print.ts";
import { truthy } from "../values/truth.ts";
import { compareVersions, VERSION_OPERATORS } from "../versions/compare-versions.ts";

type MatchKind = "search" | "match" | "fullmatch";

function matches(
  input: Datum,
  pattern: Datum | undefined,
  kind: MatchKind,
  flags: readonly (Datum | undefined)[],
): boolean {
  const [ignoreCase, multiline] = flags;
  const regex = regexOf(textOr(pattern, ""), {
    ignoreCase: flagOr(ignoreCase, false),
    multiline: flagOr(multiline, false),
  });
  return regex.match(print(input), kind) !== undefined;
}

function regexTest(kind: MatchKind): Plugin {
  return plugin(["pattern?", "ignorecase?", "multiline?"], (input, [pattern, ...flags]) =>
    matches(input, pattern, kind, flags),
  );
}

const version = plugin(
  ["version", "operator?", "strict?", "version_type?"],
  (input, [other, operator, strict, type]) => {
    const sign = textOr(operator, "eq");
    const answers = VERSION_OPERATORS.get(sign);
    if (answers === undefined)
      throw failed(
        `invalid operator (${sign}) for the version test`,
        `One of ${[...VERSION_OPERATORS.keys()].join(", ")}`,
      );
    const kind = flagOr(strict, false) ? "strict" : textOr(type, "loose");
    const [left, right] = [print(input), print(other ?? null)];
    if (left === "" || right === "") throw failed("a version cannot be empty");
    return answers(compareVersions(kind, left, right));
  },
);

/** Tests of text. */
export const TEXT_TESTS: Plugins = {
  match: regexTest("match"),
  search: regexTest("search"),
  regex: plugin(
    ["pattern?", "ignorecase?", "multiline?", "match_type?"],
    (input, [pattern, ignore, multi, type]) => {
      const kind = textOr(type, "search");
      if (kind !== "search" && kind !== "match" && kind !== "fullmatch")
        throw failed("match_type is search, match or fullmatch");
      return matches(input, pattern, kind, [ignore, multi]);
    },
  ),
  version,
  version_compare: version,
  url: plugin(["schemes?"], (input, [schemes]) => {
    return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.test(print(input)) && schemeAllowed(input, schemes);
  }),
  // Any text is an address in the eyes of Python, unless its scheme is asked for.
  uri: plugin(["schemes?"], (input, [schemes]) => {
    return (typeof input === "string" || !truthy(input)) && schemeAllowed(input, schemes);
  }),
  urn: plugin([], (input) => /^urn:./i.test(print(input))),
};

function schemeAllowed(input: Datum, schemes: Datum | undefined): boolean {
  if (schemes === undefined || schemes === null) return true;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(print(input))?.[1]?.toLowerCase() ?? "";
  return elements(schemes).some((one) => print(one) === scheme);
}
