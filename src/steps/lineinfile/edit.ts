import { expanded } from "./python-regexp.ts";

/** What has to be in a text, or must not be. All texts here have one character per byte. */
export interface LineEdit {
  readonly line?: string;
  /** Which line it replaces, or is taken out. */
  readonly find?: RegExp | string;
  readonly backrefs: boolean;
  readonly firstMatch: boolean;
  readonly where: { readonly side: "after" | "before"; readonly at: "end" | "start" | RegExp };
}

/** The text with the line in it: in the place of one that is found, or where it is already, or where it is inserted. */
export function withLine(text: string, edit: LineEdit & { readonly line: string }): string {
  const { line, find, firstMatch } = edit;
  const lines = linesOf(text);
  const found = find === undefined ? undefined : pick(lines, find, firstMatch);
  if (found !== undefined) {
    const { index, match } = found;
    const made = edit.backrefs && match !== undefined ? expanded(line, match) : line;
    return lines.with(index, made.endsWith("\n") ? made : `${made}\n`).join("");
  }
  if (lines.some((one) => bare(one) === line)) return text;
  // Without a match there is nothing that references could refer to.
  if (edit.backrefs) return text;
  return inserted(lines, `${line}\n`, edit);
}

/** The text without every line that is found, or that is equal. */
export function withoutLine(text: string, { line, find }: LineEdit): string {
  const isIt = (one: string) => (find === undefined ? bare(one) === line : matches(one, find));
  return linesOf(text)
    .filter((one) => !isIt(one))
    .join("");
}

function inserted(lines: readonly string[], line: string, { where, firstMatch }: LineEdit): string {
  if (where.at === "start") return [line, ...lines].join("");
  const anchor = where.at === "end" ? undefined : pick(lines, where.at, firstMatch)?.index;
  // As Ansible has it: what to insert next to is not there, so the line goes to the end.
  const at = anchor === undefined ? lines.length : where.side === "after" ? anchor + 1 : anchor;
  const before = lines.slice(0, at).join("");
  const gap = before === "" || /[\n\r]$/.test(before) ? "" : "\n";
  return `${before}${gap}${line}${lines.slice(at).join("")}`;
}

function pick(lines: readonly string[], find: RegExp | string, first: boolean) {
  const index = first
    ? lines.findIndex((one) => matches(one, find))
    : lines.findLastIndex((one) => matches(one, find));
  if (index < 0) return undefined;
  const match = typeof find === "string" ? undefined : find.exec(lines[index] ?? "");
  return { index, match: match ?? undefined };
}

function matches(line: string, find: RegExp | string): boolean {
  return typeof find === "string" ? line.includes(find) : find.test(line);
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function bare(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}
