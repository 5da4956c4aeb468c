import { lineMap } from "../lib/line-map.ts";
import type { Diagnostic, Outcome, Place } from "../model/diagnostic.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { readYaml, type YamlPath } from "../yaml/read.ts";

export type { YamlPath } from "../yaml/read.ts";

/** A playbook's text while it is read: where everything stands, and what is wrong with it so far. */
export interface Source {
  readonly file: string;
  readonly value: Value;
  readonly problems: Diagnostic[];
  at(path: YamlPath, part?: "key" | "value"): Place;
  /** A scalar without quotes, exactly as written: `22:00` where the value is 1320. */
  written(path: YamlPath): string | undefined;
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
