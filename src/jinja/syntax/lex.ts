import { syntax, lexExpression } from "./lex-expression.ts";
import { readHeader } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import type { Segment } from "./token.ts";

/** How strings become templates: `value` is a task argument or variable, `text` a whole file. */
export type TemplateKind = "value" | "text";

/**
 * Cuts a template into text, `{{ }}` and `{% %}`; comments are dropped, raw blocks become text, and white space goes
 * where `-`, `trim_blocks` or `lstrip_blocks` say so. One newline at the very end is dropped too.
 */
export function lex(source: string, kind: TemplateKind): readonly Segment[] {
  const { delimiters, start } = readHeader(source);
  const segments: Segment[] = [];
  const opening = openings(delimiters);
  const end = source.endsWith("\n") ? source.length - 1 : source.length;
  const body = source.slice(0, Math.max(end, start));
  let position = start;
  // What the closing delimiter before this text asked for.
  let after: "keep" | "trim-line" | "trim-all" = "keep";
  while (position < body.length) {
    opening.lastIndex = position;
    const match = opening.exec(body);
    const textEnd = match?.index ?? body.length;
    const offset = position;
    let text = body.slice(position, textEnd);
    if (after === "trim-all") text = text.trimStart();
    else if (after === "trim-line") text = text.replace(/^\n/, "");
    if (match === null) {
      pushText(segments, text, offset, delimiters);
      break;
    }
    const mark = match[2] ?? "";
    const opener = match[1] ?? "";
    const line = lineOpener(opener, delimiters);
    if (line !== undefined) {
      pushText(segments, text, offset, delimiters);
      after = "keep";
      const inside = match.index + opener.length;
      if (line === "comment") {
        const end = body.indexOf("\n", inside);
        position = end < 0 ? body.length : end;
        continue;
      }
      const until = /\s*(?:\n|$)/y;
      const lexed = lexExpression({ source: body, from: inside, until, backslashes: "escape" });
      segments.push({ kind: "tag", offset: match.index, tokens: lexed.tokens });
      position = lexed.end;
      continue;
    }
    if (mark === "-") text = text.trimEnd();
    else if (mark !== "+" && delimiters.lstripBlocks && opener !== delimiters.variableStart)
      text = stripIndent(text, startsLine(body, offset, text));
    pushText(segments, text, offset, delimiters);
    const inside = match.index + match[0].length;
    if (opener === delimiters.commentStart) {
      const close = closeOf(delimiters.commentEnd);
      close.lastIndex = inside;
      const found = close.exec(body);
      if (found === null) throw syntax("a comment starts here and never ends", match.index);
      position = found.index + found[0].length;
      after = afterClosing(found[1] ?? "", delimiters);
    } else if (opener === delimiters.variableStart) {
      const until = new RegExp(`-?${quoteRegex(delimiters.variableEnd)}`, "y");
      const backslashes = kind === "value" ? "literal" : "escape";
      const lexed = lexExpression({ source: body, from: inside, until, backslashes });
      segments.push({ kind: "output", offset: match.index, tokens: lexed.tokens });
      position = lexed.end;
      after = lexed.closing.startsWith("-") ? "trim-all" : "keep";
    } else {
      const raw = rawBlock(body, inside, delimiters);
      if (raw !== undefined) {
        const trimmed = afterClosing(raw.openMark, delimiters);
        let rawText = raw.text;
        if (trimmed === "trim-all") rawText = rawText.trimStart();
        else if (trimmed === "trim-line") rawText = rawText.replace(/^\n/, "");
        if (raw.endMark === "-") rawText = rawText.trimEnd();
        else if (delimiters.lstripBlocks && raw.endMark !== "+")
          rawText = stripIndent(rawText, true);
        pushText(segments, rawText, inside, delimiters);
        position = raw.end;
        after = afterClosing(raw.closeMark, delimiters);
        continue;
      }
      const until = new RegExp(`[-+]?${quoteRegex(delimiters.blockEnd)}`, "y");
      const lexed = lexExpression({ source: body, from: inside, until, backslashes: "escape" });
      segments.push({ kind: "tag", offset: match.index, tokens: lexed.tokens });
      position = lexed.end;
      after = afterClosing(/^[-+]/.exec(lexed.closing)?.[0] ?? "", delimiters);
    }
  }
  return segments;
}

function pushText(
  segments: Segment[],
  text: string,
  offset: number,
  { newline }: Delimiters,
): void {
  if (text === "") return;
  const ended = newline === "\n" ? text : text.replaceAll("\n", newline);
  segments.push({ kind: "text", text: ended, offset });
}

function afterClosing(mark: string, delimiters: Delimiters): "keep" | "trim-line" | "trim-all" {
  if (mark === "-") return "trim-all";
  return mark !== "+" && delimiters.trimBlocks ? "trim-line" : "keep";
}

/** The longest opening counts. Those of lines bring the white space before them along, and have no mark behind them. */
function openings(delimiters: Delimiters): RegExp {
  const { blockStart, variableStart, commentStart, lineStatement, lineComment } = delimiters;
  const all = [blockStart, variableStart, commentStart].map((opening) => ({
    opening,
    pattern: quoteRegex(opening),
  }));
  if (lineStatement !== "")
    all.push({ opening: lineStatement, pattern: `^[ \\t\\v]*${quoteRegex(lineStatement)}` });
  if (lineComment !== "")
    all.push({
      opening: lineComment,
      pattern: `(?:^|(?<=\\S))[^\\S\\r\\n]*${quoteRegex(lineComment)}`,
    });
  const longestFirst = all.toSorted((a, b) => b.opening.length - a.opening.length);
  return new RegExp(`(${longestFirst.map((one) => one.pattern).join("|")})([-+]?)`, "gm");
}

function lineOpener(opener: string, delimiters: Delimiters): "statement" | "comment" | undefined {
  const { blockStart, variableStart, commentStart, lineStatement, lineComment } = delimiters;
  const mark = opener.trimStart();
  if ([blockStart, variableStart, commentStart].includes(opener)) return undefined;
  if (mark === lineStatement) return "statement";
  return mark === lineComment ? "comment" : undefined;
}

function closeOf(end: string): RegExp {
  return new RegExp(`([-+]?)${quoteRegex(end)}`, "g");
}

function startsLine(body: string, offset: number, text: string): boolean {
  return text.includes("\n") || offset === 0 || body[offset - 1] === "\n";
}

function stripIndent(text: string, first: boolean): string {
  const line = text.lastIndexOf("\n") + 1;
  if (line === 0 && !first) return text;
  return /^[^\S\n]*$/.test(text.slice(line)) ? text.slice(0, line) : text;
}

interface RawBlock {
  readonly text: string;
  readonly end: number;
  readonly openMark: string;
  readonly endMark: string;
  readonly closeMark: string;
}

function rawBlock(body: string, inside: number, delimiters: Delimiters): RawBlock | undefined {
  const blockEnd = quoteRegex(delimiters.blockEnd);
  const open = new RegExp(`\\s*raw\\s*([-+]?)${blockEnd}`, "y");
  open.lastIndex = inside;
  const opened = open.exec(body);
  if (opened === null) return undefined;
  const from = inside + opened[0].length;
  const close = new RegExp(
    `${quoteRegex(delimiters.blockStart)}([-+]?)\\s*endraw\\s*([-+]?)${blockEnd}`,
    "g",
  );
  close.lastIndex = from;
  const closed = close.exec(body);
  if (closed === null) throw syntax("a raw block starts here and never ends", inside);
  return {
    text: body.slice(from, closed.index),
    end: closed.index + closed[0].length,
    openMark: opened[1] ?? "",
    endMark: closed[1] ?? "",
    closeMark: closed[2] ?? "",
  };
}

function quoteRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
