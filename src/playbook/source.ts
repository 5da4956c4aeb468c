import { lineMap } from "../lib/line-map.ts";
import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { readYaml, type ScalarStyle, type YamlPath } from "../yaml/read.ts";

export type { YamlPath } from "../yaml/read.ts";

/** A playbook's text while it is read: where everything stands, and what is wrong with it so far. */
export interface Source {
  readonly file: string;
  readonly value: Value;
  readonly problems: Diagnostic[];
  at(path: YamlPath, part?: "key" | "value"): Place;
  /** A scalar without quotes, exactly as written: `22:00` where the value is 1320. */
  written(path: YamlPath): string | undefined;
  /** Where a character of a text stands; where YAML folds or escapes it away, where the text starts. */
  inside(path: YamlPath, offset: number): Place;
}

export interface Saying {
  readonly code: `playbook/${string}`;
  readonly summary: string;
  readonly hint?: string | undefined;
  readonly severity?: "warning";
  readonly detail?: readonly string[];
}

export function openSource(text: string, file: string): Outcome<Source> {
  // Duplicate keys are warnings for the reader and errors here, so that everything else can be judged as well.
  const read = readYaml(text, file, { duplicateKeys: "warning" });
  const problems = read.problems.map((problem): Diagnostic =>
    problem.code === "yaml/duplicate-key"
      ? { ...problem, severity: "error", hint: "Remove one of the two." }
      : problem,
  );
  const document = read.value;
  if (document === undefined) return { problems };
  const lines = lineMap(text);
  const source: Source = {
    file,
    value: document.value,
    problems,
    at: (path, part = "value") => document.placeOf(path, part),
    written(path) {
      if (document.styleOf(path) !== "plain") return undefined;
      const place = document.placeOf(path);
      const start = lines.startOf(place.line) + place.column - 1;
      return /^[^\s,\]}]*/.exec(text.slice(start, start + 60))?.[0];
    },
    inside(path, offset) {
      const start = document.placeOf(path);
      const value = valueAt(source, path);
      if (typeof value !== "string") return start;
      return inText(text, { value, offset, start, style: document.styleOf(path) }) ?? start;
    },
  };
  return { value: source, problems };
}

export function say(source: Source, at: Place, saying: Saying): void {
  source.problems.push({
    code: saying.code,
    severity: saying.severity ?? "error",
    summary: saying.summary,
    ...(saying.hint === undefined ? {} : { hint: saying.hint }),
    ...(saying.detail === undefined ? {} : { detail: saying.detail }),
    at,
  });
}

export function valueAt(source: Source, path: YamlPath): Value | undefined {
  let value: Value | undefined = source.value;
  for (const part of path) {
    if (isValueMap(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
    else if (isValueList(value)) value = value[Number(part)];
    else return undefined;
  }
  return value;
}

export function isValueList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

interface Character {
  readonly value: string;
  readonly offset: number;
  readonly start: Place;
  readonly style: ScalarStyle | undefined;
}

/** Only where the file shows the text as it is; a block's lines are found below its header. */
function inText(text: string, { value, offset, start, style }: Character): Place | undefined {
  const lines = lineMap(text);
  if (style === "literal") {
    const { line, column } = lineMap(value).at(offset);
    const from = lines.startOf(start.line + line);
    const shown = text.slice(from, lines.startOf(start.line + line + 1)).replace(/[\r\n]+$/, "");
    const wanted = value.split("\n")[line - 1] ?? "";
    if (!shown.endsWith(wanted)) return undefined;
    const indented = shown.length - wanted.length;
    return { file: start.file, line: start.line + line, column: indented + column };
  }
  const quote = style === "plain" ? 0 : 1;
  const from = lines.startOf(start.line) + start.column - 1 + quote;
  if (!text.startsWith(value.slice(0, offset), from)) return undefined;
  return { file: start.file, ...lines.at(from + offset) };
}
