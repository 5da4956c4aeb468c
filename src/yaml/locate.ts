import { keyText } from "../lib/mapping.ts";
import { asKey } from "./construct.ts";
import type { MappingEntry, YamlNode } from "./node.ts";
import type { YamlPath } from "./read.ts";
import { plainScalar } from "./scalars.ts";

/** A value as it is written in the file, with the mapping or list that holds it. */
export interface FoundEntry {
  readonly kind: "found";
  readonly node: YamlNode;
  readonly key?: YamlNode;
  readonly parent?: YamlNode;
}

export interface MissingEntry {
  readonly kind: "missing";
  /** The last part of the path that is written, its key, and how many parts of the path lead to it. */
  readonly reached: YamlNode | undefined;
  readonly key?: YamlNode;
  readonly depth: number;
  /** It would have to be looked for behind an alias or a merge: its value is written somewhere else. */
  readonly merged: boolean;
}

/** Follows a path through what is written, not through aliases. Of duplicate keys the last one counts. */
export function entryOf(root: YamlNode | undefined, path: YamlPath): FoundEntry | MissingEntry {
  if (root === undefined) return { kind: "missing", reached: undefined, depth: 0, merged: false };
  let found: FoundEntry = { kind: "found", node: root };
  for (const [depth, part] of path.entries()) {
    const { node } = found;
    const next = step(node, part);
    if (next === undefined) {
      const merged =
        node.kind === "alias" || (node.kind === "mapping" && node.entries.some(isMerge));
      const key = found.key === undefined ? {} : { key: found.key };
      return { kind: "missing", reached: node, ...key, depth, merged };
    }
    found = { kind: "found", parent: node, ...next };
  }
  return found;
}

/** Where an entry ends, its value or at least its colon included. */
export function entryEnd(entry: MappingEntry): number {
  return Math.max(entry.key.span.end, entry.value.span.end);
}

export function startOfLine(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  return start;
}

function step(
  node: YamlNode,
  part: string | number,
): { readonly node: YamlNode; readonly key?: YamlNode } | undefined {
  if (node.kind === "sequence") {
    const item = typeof part === "number" ? node.items[part] : undefined;
    return item === undefined ? undefined : { node: item };
  }
  if (node.kind !== "mapping") return undefined;
  const entry = node.entries.findLast(({ key }) => textOfKey(key) === String(part));
  return entry === undefined ? undefined : { node: entry.value, key: entry.key };
}

function textOfKey(key: YamlNode): string | undefined {
  if (key.kind !== "scalar") return undefined;
  const plain = key.style === "plain" && key.tag === undefined;
  if (!plain) return key.text;
  const value = asKey(plainScalar(key.text));
  return value === undefined ? undefined : keyText(value);
}

/** `<<: *x` */
export function isMerge({ key }: MappingEntry): boolean {
  return key.kind === "scalar" && key.style === "plain" && key.text === "<<";
}
