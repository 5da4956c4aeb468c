/** Where the bytes of an edit go. Nothing here checks what the changed text means: edit.ts reads it again. */
import { entryEnd, startOfLine, type FoundEntry } from "./locate.ts";
import type { MappingNode, YamlNode } from "./node.ts";
import { writeScalar, type EditableScalar } from "./write-scalar.ts";

/** The text with one span replaced. */
export function splice(
  text: string,
  span: { start: number; end: number },
  replacement: string,
): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

/** What takes the place of the found scalar's span. */
export function replacement(
  text: string,
  found: FoundEntry,
  value: EditableScalar,
  json: boolean,
): string {
  const { node, parent } = found;
  if (node.kind !== "scalar") return writeScalar(value, { style: "plain", json });
  const written = writeScalar(value, { style: node.style, json });
  if (node.absent) {
    // `{a, b: 1}` has a value without so much as a colon.
    const colon = text[node.span.start - 1] === ":" || parent?.kind !== "mapping" ? "" : ":";
    const next = text[node.span.end] ?? "\n";
    return `${colon} ${written}${/[\s,}\]]/.test(next) ? "" : " "}`;
  }
  if (node.style !== "literal" && node.style !== "folded") return written;
  const lineEnds = /(?:\r\n|\r|\n)*$/.exec(text.slice(node.span.start, node.span.end))?.[0] ?? "";
  return written + lineEnds;
}

/** Keys to add, outermost first, and the value of the innermost. */
export interface InsertJob {
  readonly text: string;
  readonly keys: readonly string[];
  readonly value: EditableScalar;
  readonly json: boolean;
}

/** The ways to add the keys, best first; each is tried until one changes nothing else. */
export function candidates(
  into: YamlNode | undefined,
  key: YamlNode | undefined,
  job: InsertJob,
): readonly string[] {
  const { text } = job;
  const lineEnd = /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
  const nothing = into?.kind === "scalar" && into.absent;
  if (into === undefined || (nothing && key === undefined)) {
    return [appended(text, lines(job, "", lineEnd), lineEnd)];
  }
  if (nothing && key !== undefined) {
    const indent = `${" ".repeat(columnOf(text, key.span.start))}  `;
    return [insertedAfter(text, into.span.end, lines(job, indent, lineEnd), lineEnd)];
  }
  if (into.kind !== "mapping") return [];
  const first = into.entries[0];
  const last = into.entries.at(-1);
  if (into.flow) return [withFlow(into, job)];
  if (first === undefined || last === undefined) return [];
  const start = first.key.span.start;
  const indent = " ".repeat(columnOf(text, start));
  const added = lines(job, indent, lineEnd);
  const behind = insertedAfter(text, entryEnd(last), added, lineEnd);
  const lineStart = startOfLine(text, start);
  const alone = text.slice(lineStart, start).trim() === "";
  return alone
    ? [behind, text.slice(0, lineStart) + added + lineEnd + text.slice(lineStart)]
    : [behind];
}

/** The new keys as block lines, without the last line end. */
function lines({ keys, value, json }: InsertJob, indent: string, lineEnd: string): string {
  return keys
    .map((key, level) => {
      const head = `${indent}${"  ".repeat(level)}${writeScalar(key, { style: "plain", json })}:`;
      const leaf = level === keys.length - 1;
      return leaf ? `${head} ${writeScalar(value, { style: "plain", json })}` : head;
    })
    .join(lineEnd);
}

function withFlow(into: MappingNode, { text, keys, value, json }: InsertJob): string {
  const last = into.entries.at(-1);
  const quoted = last?.key.kind === "scalar" && last.key.style === "double";
  const style = quoted ? "double" : "plain";
  const written = keys
    .map((key) => writeScalar(key, { style, json }))
    .reduceRight(
      (inner, key, level) =>
        level === keys.length - 1 ? `${key}: ${inner}` : `${key}: {${inner}}`,
      writeScalar(value, { style, json }),
    );
  if (last === undefined) {
    const inside = into.span.start + 1;
    return splice(text, { start: inside, end: inside }, written);
  }
  const end = entryEnd(last);
  const lineStart = startOfLine(text, last.key.span.start);
  const indent = text.slice(lineStart, last.key.span.start);
  const ownLine = lineStart > into.span.start && indent.trim() === "";
  const lineEnd = /\r\n|\r|\n/.exec(text.slice(into.span.start))?.[0] ?? "\n";
  const separator = ownLine ? `,${lineEnd}${indent}` : ", ";
  return splice(text, { start: end, end }, separator + written);
}

function insertedAfter(text: string, offset: number, added: string, lineEnd: string): string {
  const at = startOfNextLine(text, offset);
  if (at === undefined) return text + lineEnd + added;
  return text.slice(0, at) + added + lineEnd + text.slice(at);
}

function appended(text: string, added: string, lineEnd: string): string {
  const complete = text === "" || text === "\uFEFF" || /[\r\n]$/.test(text);
  return text + (complete ? added + lineEnd : lineEnd + added);
}

/** The text without an entry of a mapping in braces. */
export function withoutFlow(text: string, parent: MappingNode, key: YamlNode): string | undefined {
  const index = parent.entries.findIndex((entry) => entry.key === key);
  const entry = parent.entries[index];
  if (entry === undefined) return undefined;
  const before = parent.entries[index - 1];
  const after = parent.entries[index + 1];
  const { start } = key.span;
  const end = entryEnd(entry);
  if (before !== undefined) return splice(text, { start: entryEnd(before), end }, "");
  return splice(text, { start, end: after?.key.span.start ?? end }, "");
}

/** The text without an entry that has lines of its own; nothing when it shares its line. */
export function withoutBlock(text: string, parent: MappingNode, key: YamlNode): string | undefined {
  const index = parent.entries.findIndex((entry) => entry.key === key);
  const entry = parent.entries[index];
  if (entry === undefined) return undefined;
  const after = parent.entries[index + 1];
  const { start } = key.span;
  const lineStart = startOfLine(text, start);
  if (text.slice(lineStart, start).replace("\uFEFF", "").trim() !== "") {
    // `- key: value`, with more keys below: the next one takes its place behind the dash.
    return after === undefined ? undefined : splice(text, { start, end: after.key.span.start }, "");
  }
  const mark = text.startsWith("\uFEFF", lineStart) ? 1 : 0;
  const end = startOfNextLine(text, entryEnd(entry));
  if (end !== undefined) return splice(text, { start: lineStart + mark, end }, "");
  // The last line of a file that does not end with a line end: the one before takes over its place.
  const upTo = text.slice(0, lineStart).replace(/(?:\r\n|\r|\n)$/, "");
  return upTo + text.slice(lineStart, lineStart + mark);
}

/** The offset behind the line end that follows, or `offset` itself when it is at the start of a line already. */
function startOfNextLine(text: string, offset: number): number | undefined {
  if (offset > 0 && /[\r\n]/.test(text[offset - 1] ?? "")) return offset;
  const found = /\r\n|\r|\n/.exec(text.slice(offset));
  return found === null ? undefined : offset + found.index + found[0].length;
}

function columnOf(text: string, offset: number): number {
  const start = startOfLine(text, offset);
  return offset - start - (text.startsWith("\uFEFF", start) ? 1 : 0);
}
