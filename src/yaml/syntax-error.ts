import type { LineMap } from "../lib/line-map.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { SyntaxFault } from "./relax.ts";

/** Words for what the parser refused: what is wrong, and the most probable repair, judged by the line itself. */
export function syntaxProblem(
  fault: SyntaxFault,
  source: { readonly file: string; readonly text: string; readonly lines: LineMap },
): Diagnostic {
  const at = source.lines.at(fault.offset);
  const start = source.lines.startOf(at.line);
  const written = (line: number) =>
    source.text.slice(source.lines.startOf(line), source.lines.startOf(line + 1));
  const cause =
    causeIn(written(at.line), fault.reason, at.column) ??
    // The parser often notices only on the next line.
    (at.line > 1 && source.text.slice(start, fault.offset).trim() === ""
      ? causeIn(written(at.line - 1), fault.reason, Number.POSITIVE_INFINITY)
      : undefined);
  const known = cause ?? REASONS.find(({ reason }) => fault.reason.startsWith(reason));
  return {
    code: known?.code ?? "yaml/syntax",
    severity: "error",
    summary: known?.summary ?? fault.reason,
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    at: { file: source.file, ...at },
  };
}

interface Cause {
  readonly code: `yaml/${string}`;
  readonly summary: string;
  readonly hint?: string;
}

function causeIn(line: string, reason: string, column: number): Cause | undefined {
  if (/^ *\t/.test(line) || reason.startsWith("tab characters")) {
    return {
      code: "yaml/tab",
      summary: "a tab in the indentation",
      hint: "Indent with spaces only.",
    };
  }
  if (/^\s*(?:- +)*(?:[^\s#'"][^#'"]*?:\s+)?\{\{/.test(line)) {
    return {
      code: "yaml/unquoted-template",
      summary: "a template that starts a value needs quotes",
      hint: 'Write the whole value in quotes: "{{ … }}".',
    };
  }
  const quoted = /^\s*(?:- +)*(?:[^\s#'"][^#]*?:\s+)?(["'])(?:(?!\1).)*\1[ \t]*[^\s#,\]}:]/.exec(
    line,
  );
  if (quoted !== null && reason.includes("mapping")) {
    return {
      code: "yaml/text-after-quote",
      summary: "text behind the closing quote",
      hint: "Put the whole value into one pair of quotes.",
    };
  }
  const reserved = /(?::|-) +([@`%*&!|>])/.exec(line);
  if (reserved?.[1] !== undefined && column >= reserved.index) {
    return {
      code: "yaml/reserved-character",
      summary: `a value cannot start with ${reserved[1]} here`,
      hint: "Put the value in quotes.",
    };
  }
  if (/^\s*(?:- +)*[^\s#'"][^#'"]*?: +[^\s'"#{[|>][^#]*?:(?:\s|$)/.test(line)) {
    return {
      code: "yaml/colon-in-text",
      summary: "a colon followed by a blank inside a text without quotes",
      hint: "Put the value in quotes, or write one key per line.",
    };
  }
  return undefined;
}

const REASONS: readonly (Cause & { readonly reason: string })[] = [
  {
    reason: "unexpected end of the stream within a double quoted",
    code: "yaml/unclosed-quote",
    summary: 'a quote " is not closed',
    hint: "The text starts further up; look for the first line from which colours go wrong in an editor.",
  },
  {
    reason: "unexpected end of the stream within a single quoted",
    code: "yaml/unclosed-quote",
    summary: "a quote ' is not closed",
    hint: "An apostrophe inside single quotes is written twice: 'it''s'.",
  },
  {
    reason: "unexpected end of the stream within a flow collection",
    code: "yaml/unclosed-bracket",
    summary: "a bracket [ or { is not closed",
  },
  {
    reason: "unknown escape sequence",
    code: "yaml/escape",
    summary: "unknown escape in double quotes",
    hint: "Backslashes are literal in single quotes.",
  },
  {
    reason: "missed comma between flow collection entries",
    code: "yaml/missing-comma",
    summary: "a comma is missing between the items in brackets",
  },
  {
    reason: "bad indentation of a mapping entry",
    code: "yaml/indentation",
    summary: "this line's indentation fits no mapping above",
    hint: "Align the key with its siblings.",
  },
  {
    reason: "bad indentation of a sequence entry",
    code: "yaml/indentation",
    summary: "this line's indentation fits no list above",
    hint: "Align the dash with the other items.",
  },
  {
    reason: "deficient indentation",
    code: "yaml/indentation",
    summary: "this line must be indented further",
  },
  {
    reason: "expected ':' after a mapping key",
    code: "yaml/missing-colon",
    summary: "a key without a colon",
    hint: "Write `key: value`, with a blank behind the colon.",
  },
  {
    reason: "can not read a block mapping entry",
    code: "yaml/missing-colon",
    summary: "a key without a colon",
    hint: "Write `key: value`, with a blank behind the colon.",
  },
  {
    reason: "a whitespace character is expected after the key-value separator",
    code: "yaml/missing-blank",
    summary: "a blank is missing behind the colon",
  },
  {
    reason: "nesting exceeded",
    code: "yaml/too-deep",
    summary: "nested too deeply",
  },
  {
    reason: "end of the stream or a document separator is expected",
    code: "yaml/indentation",
    summary: "this line does not belong to what stands above",
    hint: "Check its indentation, and whether the line above is complete.",
  },
  {
    reason: "undeclared tag handle",
    code: "yaml/unknown-tag",
    summary: "unknown tag",
    hint: "A text that starts with an exclamation mark needs quotes.",
  },
];
