import { lineMap, type LineMap } from "../lib/line-map.ts";
import { hasErrors, type Diagnostic, type Outcome, type Place } from "../model/diagnostic.ts";
import type { Value } from "../model/value.ts";
import { compose, type ComposedDocument } from "./compose.ts";
import { construct, type Located } from "./construct.ts";
import type { ScalarStyle } from "./node.ts";
import { SyntaxFault } from "./relax.ts";
import { syntaxProblem } from "./syntax-error.ts";

export type { ScalarStyle } from "./node.ts";

export type YamlPath = readonly (string | number)[];

/** One YAML file. */
export interface YamlDocument {
  /** Null for a file without content. */
  readonly value: Value;
  /** Where something stands; for what does not exist, where its nearest existing ancestor stands. */
  placeOf(path: YamlPath, what?: "key" | "value"): Place;
  /** How a scalar is written, to tell `22:00` from `"22:00"`; nothing for lists, mappings and what does not exist. */
  styleOf(path: YamlPath): ScalarStyle | undefined;
}

export interface ReadOptions {
  readonly duplicateKeys: "error" | "warning";
  /** `exact`: dates and keys that are no text are kept as what they are; else both are the text that is written. */
  readonly types?: "exact" | "text";
}

const MOST_CHARACTERS = 16 * 1024 * 1024;
const DEEPEST = 200;

/**
 * Reads YAML as Ansible does: YAML 1.1 as PyYAML has it, `!vault` and `!unsafe`, and files that are JSON as JSON.
 * All problems have places; there is a value only when none is an error.
 */
export function readYaml(text: string, file: string, options: ReadOptions): Outcome<YamlDocument> {
  const source = { text, file, lines: lineMap(text) };
  const composed = composeOne(source, options.types);
  if (composed.value === undefined) return { problems: composed.problems };
  const { root } = composed.value;
  const emptyDocument: Located = { value: null, span: { start: 0, end: 0 } };
  const { located, problems } =
    root === undefined
      ? { located: emptyDocument, problems: [] }
      : construct(root, {
          ...source,
          duplicateKeys: options.duplicateKeys,
          types: options.types ?? "text",
          scalars: isJson(text) ? "json" : "yaml",
        });
  if (hasErrors(problems)) return { problems };
  return { value: document(located, source), problems };
}

/** The values of all documents of a text, of which a file may hold only one. */
export function readYamlDocuments(
  text: string,
  file: string,
  options: ReadOptions,
): Outcome<readonly Value[]> {
  const source = { text, file, lines: lineMap(text) };
  const refused = unreadable(source, options.types);
  if (refused !== undefined) return { problems: [refused] };
  try {
    const scalars = isJson(text) ? "json" : "yaml";
    const read = compose(text, DEEPEST).map(({ root }) =>
      construct(root, {
        ...source,
        duplicateKeys: options.duplicateKeys,
        types: options.types ?? "text",
        scalars,
      }),
    );
    const problems = read.flatMap((one) => one.problems);
    return hasErrors(problems)
      ? { problems }
      : { value: read.map(({ located }) => located.value), problems };
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return { problems: [syntaxProblem(thrown, source)] };
    throw thrown;
  }
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly lines: LineMap;
}

/** What is written in a text that holds at most one document; no root for a text without content. */
export function composeOne(
  source: Source,
  types?: ReadOptions["types"],
): Outcome<{ readonly root?: ComposedDocument["root"] }> {
  const refused = unreadable(source, types);
  if (refused !== undefined) return { problems: [refused] };
  try {
    const [first, second] = compose(source.text, DEEPEST);
    if (second === undefined) {
      return { value: first === undefined ? {} : { root: first.root }, problems: [] };
    }
    const offset = secondDocument(source.text) ?? second.offset;
    return {
      problems: [
        fault(source, offset, {
          word: "two-documents",
          summary: "a second document starts here",
          hint: "A file holds one document: remove the `---` or split the file.",
        }),
      ],
    };
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return { problems: [syntaxProblem(thrown, source)] };
    throw thrown;
  }
}

/** What PyYAML refuses before it parses, and what we refuse because of its size. */
function unreadable(source: Source, types: ReadOptions["types"]): Diagnostic | undefined {
  const { text } = source;
  if (text.length > MOST_CHARACTERS) {
    return fault(source, 0, {
      word: "too-large",
      summary: `larger than ${String(MOST_CHARACTERS / 1024 / 1024)} MiB`,
    });
  }
  const control = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F\uFFFE\uFFFF]/.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, "0");
    return fault(source, control.index, {
      word: "control-character",
      summary: `control character U+${code.toUpperCase()}`,
      hint: 'Remove it, or write it as an escape in double quotes, for example "\\x1b".',
    });
  }
  const lineEnd = types === "exact" && !isJson(text) ? text.search(/[\u0085\u2028\u2029]/) : -1;
  if (lineEnd !== -1) {
    const code = text.charCodeAt(lineEnd).toString(16).padStart(4, "0").toUpperCase();
    return fault(source, lineEnd, {
      word: "line-end",
      summary: `U+${code}, which ends a line in YAML 1.1 although no editor shows it so`,
      hint: `Remove it, or write it as an escape in double quotes: "\\u${code}".`,
    });
  }
  const mark = /[\r\n]\uFEFF/.exec(text);
  if (mark !== null) {
    return fault(source, mark.index + 1, {
      word: "byte-order-mark",
      summary: "a byte order mark in the middle of the file",
      hint: "Remove it; files that were joined together often have one.",
    });
  }
  const directive = /^(?:\uFEFF|[ \t]*(?:#.*)?\r?\n|%(?:YAML|TAG)\b.*\r?\n)*%(?!YAML\b|TAG\b)/.exec(
    text,
  );
  if (directive !== null) {
    return fault(source, directive[0].length - 1, {
      word: "directive",
      summary: "a line that starts with % is a directive, and this one is unknown",
      hint: "Put the text in quotes.",
    });
  }
  return undefined;
}

function fault(
  source: Source,
  offset: number,
  what: { word: string; summary: string; hint?: string },
): Diagnostic {
  return {
    code: `yaml/${what.word}`,
    severity: "error",
    summary: what.summary,
    ...(what.hint === undefined ? {} : { hint: what.hint }),
    at: { file: source.file, ...source.lines.at(offset) },
  };
}

/** `---` in the first column always separates documents, inside block scalars too. */
function secondDocument(text: string): number | undefined {
  const separators = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map((match) => match.index);
  const before = /^(?:\uFEFF|[ \t]*(?:#.*)?\r?\n|%.*\r?\n)*/.exec(text)?.[0].length ?? 0;
  return separators.find((offset) => offset > before && text.startsWith("---", offset));
}

/** Ansible tries JSON first. Python's JSON also has NaN and Infinity. */
export function isJson(text: string): boolean {
  if (!/^[ \t\r\n]*[{[]/.test(text)) return false;
  const standard = text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (found) =>
    found.startsWith('"') ? found : "0",
  );
  try {
    JSON.parse(standard);
    return true;
  } catch {
    return false;
  }
}

function document(root: Located, source: Source): YamlDocument {
  const place = (offset: number): Place => ({ file: source.file, ...source.lines.at(offset) });
  return {
    value: root.value,
    placeOf(path, what = "value") {
      const { span, key, missing } = find(root, path);
      return place(what === "key" && !missing && key !== undefined ? key.start : span.start);
    },
    styleOf(path) {
      const { node, missing } = find(root, path);
      return missing ? undefined : node.style;
    },
  };
}

function find(root: Located, path: YamlPath) {
  let node = root;
  let key: Located["span"] | undefined;
  for (const part of path) {
    const entry = node.entries?.get(String(part));
    const next = entry?.node ?? node.items?.[Number(part)];
    if (next === undefined) return { node, span: key ?? node.span, key, missing: true };
    key = entry?.key;
    node = next;
  }
  return { node, span: node.span, key, missing: false };
}
