import { TemplateProblem, unsupported } from "../problem.ts";
import { readEscapes } from "./string-literal.ts";

/** How a template is cut: delimiters and what happens to white space around blocks. */
export interface Delimiters {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  /** What starts a line that is a tag, and a comment until the end of the line; empty: nothing does. */
  readonly lineStatement: string;
  readonly lineComment: string;
  /** The line end of the text between tags. */
  readonly newline: string;
  /** Drop the line end after a block. */
  readonly trimBlocks: boolean;
  /** Drop the white space before a block that is first on its line. */
  readonly lstripBlocks: boolean;
}

export const DEFAULT_DELIMITERS: Delimiters = {
  blockStart: "{%",
  blockEnd: "%}",
  variableStart: "{{",
  variableEnd: "}}",
  commentStart: "{#",
  commentEnd: "#}",
  lineStatement: "",
  lineComment: "",
  newline: "\n",
  trimBlocks: true,
  lstripBlocks: false,
};

const HEADER = "#jinja2:";

const TEXT_OPTIONS: Readonly<Record<string, keyof Delimiters>> = {
  block_start_string: "blockStart",
  block_end_string: "blockEnd",
  variable_start_string: "variableStart",
  variable_end_string: "variableEnd",
  comment_start_string: "commentStart",
  comment_end_string: "commentEnd",
  line_statement_prefix: "lineStatement",
  line_comment_prefix: "lineComment",
  newline_sequence: "newline",
};

const FLAG_OPTIONS: Readonly<Record<string, keyof Delimiters | undefined>> = {
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
  // Ansible puts the line ends back whatever is said here.
  keep_trailing_newline: undefined,
};

/** Whether a string has anything to evaluate: 2.19 asks exactly this before it looks any further. */
export function isTemplate(text: string): boolean {
  return (
    text.includes("{{") || text.includes("{%") || text.includes("{#") || text.startsWith(HEADER)
  );
}

/** Reads a first line such as `#jinja2: trim_blocks: False, variable_start_string: '[['`. `start` is where the template begins. */
export function readHeader(source: string): { delimiters: Delimiters; start: number } {
  if (!source.startsWith(HEADER)) return { delimiters: DEFAULT_DELIMITERS, start: 0 };
  const end = source.indexOf("\n");
  if (end < 0)
    throw new TemplateProblem("jinja/syntax", "the line end after #jinja2: is missing", {
      trail: { offset: 0, variables: [] },
    });
  const line = source.slice(HEADER.length, end);
  const changed: Partial<Record<keyof Delimiters, string | boolean>> = {};
  for (const pair of splitOutsideQuotes(line)) readOption(pair, changed);
  const delimiters = { ...DEFAULT_DELIMITERS, ...changed } as Delimiters;
  return { delimiters, start: end + 1 };
}

function readOption(
  pair: string,
  changed: Partial<Record<keyof Delimiters, string | boolean>>,
): void {
  const colon = pair.indexOf(":");
  const name = (colon < 0 ? pair : pair.slice(0, colon)).trim();
  const value = colon < 0 ? "" : pair.slice(colon + 1).trim();
  const quoted = /^'(.*)'$|^"(.*)"$/s.exec(value);
  const textOption = TEXT_OPTIONS[name];
  const isFlag = Object.hasOwn(FLAG_OPTIONS, name);
  const flagOption = isFlag ? FLAG_OPTIONS[name] : undefined;
  const text = quoted === null ? undefined : readEscapes(quoted[1] ?? quoted[2] ?? "", 0);
  const isNewline = text === undefined || /^(?:\n|\r\n|\r)$/.test(text);
  if (textOption !== undefined && text !== undefined && (textOption !== "newline" || isNewline))
    changed[textOption] = text;
  else if (isFlag && /^(True|False)$/.test(value)) {
    if (flagOption !== undefined) changed[flagOption] = value === "True";
  } else if (textOption !== undefined || isFlag || colon < 0 || name === "")
    throw new TemplateProblem("jinja/syntax", `cannot read "${pair.trim()}" in the #jinja2 line`, {
      hint: "Write for example `#jinja2: trim_blocks: False, lstrip_blocks: True`",
      trail: { offset: 0, variables: [] },
    });
  else
    throw unsupported(
      `"${name}" in the #jinja2 line is not supported`,
      `These are: ${[...Object.keys(TEXT_OPTIONS), ...Object.keys(FLAG_OPTIONS)].join(", ")}`,
    );
}

function splitOutsideQuotes(line: string): string[] {
  return line.match(/(?:'[^']*'|"[^"]*"|[^,'"])+/g) ?? [];
}
