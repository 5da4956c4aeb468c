import { failed } from "../problem.ts";
import { Matcher } from "./match.ts";
import type { Spans } from "./match.ts";
import { parseRegex } from "./parse.ts";
import type { ParsedRegex, RegexFlags } from "./parse.ts";

/** One match. `groups[0]` is all of it; a group that took no part is undefined. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
  readonly names: ReadonlyMap<string, number>;
}

/** A regular expression with the meaning that it has in Python. Positions count code points. */
export class Regex {
  readonly #parsed: ParsedRegex;
  constructor(pattern: string, flags: RegexFlags) {
    this.#parsed = parseRegex(pattern, flags);
  }
  get groupCount(): number {
    return this.#parsed.groups;
  }
  get names(): ReadonlyMap<string, number> {
    return this.#parsed.names;
  }
  /** The first match anywhere, at the start, or of all of the text. */
  match(text: string, where: "search" | "match" | "fullmatch"): Match | undefined {
    const letters = [...text];
    const matcher = this.#matcher(letters);
    if (where === "search") return this.#next(matcher, letters, 0, false);
    const spans = matcher.matchAt(0, where === "fullmatch" ? { end: letters.length } : {});
    return spans && this.#made(spans, letters);
  }
  /** All matches, none of which overlap. An empty one may stand right behind another one. */
  matches(text: string): Match[] {
    const letters = [...text];
    const matcher = this.#matcher(letters);
    const found: Match[] = [];
    let at = 0;
    let wasEmpty = false;
    while (at <= letters.length) {
      const match = this.#next(matcher, letters, at, wasEmpty);
      if (match === undefined) break;
      found.push(match);
      at = match.end;
      wasEmpty = match.end === match.start;
    }
    return found;
  }
  #matcher(letters: readonly string[]): Matcher {
    const codes = letters.map((letter) => letter.codePointAt(0) ?? 0);
    return new Matcher(this.#parsed.root, this.#parsed.groups, codes);
  }
  #next(
    matcher: Matcher,
    letters: readonly string[],
    from: number,
    notEmpty: boolean,
  ): Match | undefined {
    for (let at = from; at <= letters.length; at++) {
      const spans = matcher.matchAt(at, { notEmpty: notEmpty && at === from });
      if (spans !== undefined) return this.#made(spans, letters);
    }
    return undefined;
  }
  #made(spans: Spans, letters: readonly string[]): Match {
    const groups = Array.from({ length: spans.length / 2 }, (_, index) => {
      const [start = -1, end = -1] = spans.slice(index * 2, index * 2 + 2);
      return end < 0 ? undefined : letters.slice(start, end).join("");
    });
    return { start: spans[0] ?? 0, end: spans[1] ?? 0, groups, names: this.#parsed.names };
  }
}

const cache = new Map<string, Regex>();

export function regexOf(pattern: string, flags: RegexFlags = {}): Regex {
  const letters = [flags.ignoreCase && "i", flags.multiline && "m", flags.dotAll && "s"];
  const key = `${letters.filter(Boolean).join("")}/${pattern}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = new Regex(pattern, flags);
    if (cache.size > 1000) cache.clear();
    cache.set(key, found);
  }
  return found;
}

/** The group that a name or number means; a problem when there is none. */
export function groupNumber(name: string, regex: Pick<Regex, "groupCount" | "names">): number {
  if (/^\d+$/.test(name)) {
    if (Number(name) > regex.groupCount) throw failed(`invalid group reference ${name}`);
    return Number(name);
  }
  const index = regex.names.get(name);
  if (index === undefined) throw failed(`unknown group name '${name}'`);
  return index;
}
