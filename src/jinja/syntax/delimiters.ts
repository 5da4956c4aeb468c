import { TemplateProblem, unsupported } from "../problem.ts";

/** How a template is cut: delimiters and what happens to white space around blocks. */
export interface Delimiters {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
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
};

const FLAG_OPTIONS: Readonly<Record<string, keyof Delimiters>> = {
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
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
  const line = source.slice(HEADER.length, end < 0 ? source.length : end);
  const changed: Partial<Record<keyof Delimiters, string | boolean>> = {};
  for (const pair of splitOutsideQuotes(line)) readOption(pair, changed);
  const delimiters = { ...DEFAULT_DELIMITERS, ...changed } as Delimiters;
  return { delimiters, start: end < 0 ? source.length : end + 1 };
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
  const flagOption = FLAG_OPTIONS[name];
  if (textOption !== undefined && quoted !== null)
    changed[textOption] = quoted[1] ?? quoted[2] ?? "";
  else if (flagOption !== undefined && /^(True|False)$/.test(value))
    changed[flagOption] = value === "True";
  else if (textOption !== undefined || flagOption !== undefined || colon < 0 || name === "")
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
