/**
 * Edits of other people's YAML files that touch nothing but the value or the key in question: comments, quotes, blank
 * lines, line ends, anchors and flow style elsewhere stay byte for byte. Every edit is read again before it is handed
 * out, and refused when anything but its target means something else than before.
 */
import { isDeepStrictEqual } from "node:util";
import { lineMap } from "../lib/line-map.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { isValueMap, VaultText, type Value } from "../model/value.ts";
import { entryOf, isMerge } from "./locate.ts";
import type { YamlNode } from "./node.ts";
import { composeOne, isJson, readYaml, type YamlPath } from "./read.ts";
import {
  candidates,
  replacement,
  splice,
  withoutBlock,
  withoutFlow,
  type InsertJob,
} from "./surgery.ts";
import type { EditableScalar } from "./write-scalar.ts";

export type { EditableScalar } from "./write-scalar.ts";

/** Where the text comes from, for diagnostics. */
export interface EditedFile {
  readonly file: string;
}

export interface Insertion {
  readonly text: string;
  /** What `removeKey` takes to go back byte for byte; shorter than asked for when parents had to be inserted too. */
  readonly inserted: YamlPath;
}

/** Replaces one scalar that is written in the file. The new text differs in the bytes of that scalar alone. */
export function setScalar(
  text: string,
  path: YamlPath,
  value: EditableScalar,
  { file }: EditedFile,
): Outcome<string> {
  const opened = open(text, file);
  if (opened.value === undefined) return { problems: opened.problems };
  const edit = opened.value;
  const found = entryOf(edit.root, path);
  if (found.kind === "missing")
    return edit.refuse("not-found", found.reached, missing(path, found));
  const { node } = found;
  if (node.kind === "mapping" || node.kind === "sequence") {
    return edit.refuse("not-scalar", node, `${name(path)} is a ${node.kind}, not a single value`);
  }
  if (node.kind === "scalar" && node.tag?.startsWith("!vault") === true) {
    return edit.refuse("encrypted", node, `${name(path)} is encrypted and is not edited`, {
      hint: "`runbook vault encrypt_string` makes a new value.",
    });
  }
  const changed = splice(text, node.span, replacement(text, found, value, edit.json));
  const expected = replaced(edit.value, path, () => value);
  return edit.handOut(changed, (after) => same(after, expected), node);
}

/**
 * Adds a key that is not there, indented as its siblings are; parents that are missing too are added with it.
 * The value of the path's last part must not exist.
 */
export function insertKey(
  text: string,
  path: YamlPath,
  value: EditableScalar,
  { file }: EditedFile,
): Outcome<Insertion> {
  const opened = open(text, file);
  if (opened.value === undefined) return { problems: opened.problems };
  const edit = opened.value;
  const found = entryOf(edit.root, path);
  if (found.kind === "found")
    return edit.refuse("exists", found.node, `${name(path)} is already there`);
  const { reached, depth } = found;
  const keys = path.slice(depth);
  const inserted = path.slice(0, depth + 1);
  if (keys.some((key) => typeof key === "number")) {
    return edit.refuse("not-found", reached, `${name(inserted)} is not there, and no key`);
  }
  const expected = replaced(edit.value, path, () => value);
  const job: InsertJob = { text, keys: keys.map(String), value, json: edit.json };
  const tries = candidates(reached, found.key, job);
  if (tries.length === 0) {
    const what = reached?.kind ?? "value";
    return edit.refuse(
      "not-mapping",
      reached,
      `${name(path.slice(0, depth))} is a ${what} and takes no keys`,
    );
  }
  let refused: Outcome<string> = { problems: [] };
  for (const candidate of tries) {
    const handed = edit.handOut(candidate, (after) => same(after, expected), reached);
    if (handed.value !== undefined) {
      return { value: { text: handed.value, inserted }, problems: handed.problems };
    }
    refused = handed;
  }
  return { problems: refused.problems };
}

/** Removes a key with its value and its line. Takes back what `insertKey` did, byte for byte. */
export function removeKey(text: string, path: YamlPath, { file }: EditedFile): Outcome<string> {
  const opened = open(text, file);
  if (opened.value === undefined) return { problems: opened.problems };
  const edit = opened.value;
  const found = entryOf(edit.root, path);
  if (found.kind === "missing")
    return edit.refuse("not-found", found.reached, missing(path, found));
  const { parent, key } = found;
  if (parent?.kind !== "mapping" || key === undefined) {
    return edit.refuse("not-key", found.node, `${name(path)} is not a key of a mapping`);
  }
  const changed = parent.flow ? withoutFlow(text, parent, key) : withoutBlock(text, parent, key);
  if (changed === undefined) {
    return edit.refuse(
      "not-removable",
      found.node,
      `${name(path)} shares its line with something else`,
    );
  }
  const merges = parent.entries.some(isMerge);
  const asBefore = (after: Value): boolean =>
    same(without(after, path), without(edit.value, path)) && (merges || !has(after, path));
  return edit.handOut(changed, asBefore, found.node);
}

interface OpenedEdit {
  readonly root: YamlNode | undefined;
  readonly value: Value;
  readonly json: boolean;
  refuse(
    word: string,
    at: YamlNode | undefined,
    summary: string,
    more?: { hint: string },
  ): Outcome<never>;
  /** The changed text, when it reads as it should. */
  handOut(
    changed: string,
    isExpected: (after: Value) => boolean,
    at: YamlNode | undefined,
  ): Outcome<string>;
}

function open(text: string, file: string): Outcome<OpenedEdit> {
  const lines = lineMap(text);
  const read = readYaml(text, file, { duplicateKeys: "warning" });
  const composed = composeOne({ text, file, lines });
  if (read.value === undefined || composed.value === undefined) return { problems: read.problems };
  const problem = (word: string, at: YamlNode | undefined, summary: string): Diagnostic => ({
    code: `yaml-edit/${word}`,
    severity: "error",
    summary,
    at: { file, ...lines.at(at?.span.start ?? 0) },
  });
  return {
    problems: [],
    value: {
      root: composed.value.root,
      value: read.value.value,
      json: isJson(text),
      refuse: (word, at, summary, more = { hint: "" }) => ({
        problems: [{ ...problem(word, at, summary), ...(more.hint === "" ? {} : more) }],
      }),
      handOut(changed, isExpected, at) {
        const again = readYaml(changed, file, { duplicateKeys: "warning" });
        const after = again.value;
        if (after !== undefined && isExpected(after.value)) {
          return { value: changed, problems: [] };
        }
        const why =
          after === undefined
            ? again.problems.map((found) => found.summary).join("; ")
            : "another value of the file would change with it, for example through an anchor";
        const summary = "this place cannot be edited without changing more than asked for";
        return {
          problems: [
            {
              ...problem("unfaithful", at, summary),
              hint: "Edit the file by hand.",
              detail: [why],
            },
          ],
        };
      },
    },
  };
}

function missing(
  path: YamlPath,
  found: { readonly depth: number; readonly merged: boolean },
): string {
  const where = name(path.slice(0, found.depth + 1));
  return found.merged
    ? `${where} is not written there, it comes from << or an alias`
    : `${where} is not there`;
}

function name(path: YamlPath): string {
  return path.length === 0 ? "the document" : path.join(".");
}

/** A block mapping that loses its only key is nothing, a flow mapping is empty: both are null here. */
function without(root: Value, path: YamlPath): Value {
  const last = String(path.at(-1));
  return replaced(root, path.slice(0, -1), (map) => {
    if (!isValueMap(map)) return map;
    const left = Object.entries(map).filter(([key]) => key !== last);
    return left.length === 0 ? null : Object.fromEntries(left);
  });
}

function has(root: Value, path: YamlPath): boolean {
  const parent = path.slice(0, -1).reduce<Value | undefined>((value, part) => {
    if (Array.isArray(value)) return (value as readonly Value[])[Number(part)];
    return isValueMap(value) ? value[part] : undefined;
  }, root);
  return isValueMap(parent) && Object.hasOwn(parent, String(path.at(-1)));
}

function replaced(value: Value, path: YamlPath, change: (old: Value) => Value): Value {
  const [part, ...rest] = path;
  if (part === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item: Value, index) =>
      index === part ? replaced(item, rest, change) : item,
    );
  }
  const map = isValueMap(value) ? value : {};
  return { ...map, [part]: replaced(map[part] ?? null, rest, change) };
}

/** Vault values carry their place, which moves with the lines above. */
function same(a: Value, b: Value): boolean {
  return isDeepStrictEqual(withoutPlaces(a), withoutPlaces(b));
}

function withoutPlaces(value: Value): Value {
  if (value instanceof VaultText) return new VaultText(value.ciphertext);
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isValueMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPlaces(item)]));
}
