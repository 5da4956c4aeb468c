/** A page in Markdown as a terminal shows it: lines as wide as the terminal, and tables as lists. Pure. */

const NARROWEST = 40;
const INDENT = "    ";

export function narrowPage(page: string, columns: number): string {
  const width = Math.max(NARROWEST, columns);
  let isCode = false;
  return page
    .split("\n")
    .flatMap((line, index, all) => {
      if (line.startsWith("```")) isCode = !isCode;
      // What is to be copied stays as it is.
      if (isCode || line.startsWith("```")) return [line];
      if (!line.startsWith("| ")) return folded(line, width, /^\s*- /.test(line) ? "  " : "");
      // The head of a table, and the rule below it, name columns that a list does not have.
      const isHead = /^\|[ -]*---/.test(all[index + 1] ?? "") || /^\|[ -]*---/.test(line);
      return isHead ? [] : row(line, width);
    })
    .join("\n");
}

/** Name and kind on a line, and what it means below. */
function row(line: string, width: number): readonly string[] {
  const cells = line
    .replace(/^\|\s*|\s*\|$/g, "")
    .split(/\s*(?<!\\)\|\s*/)
    .map((cell) => cell.replaceAll(String.raw`\|`, "|"));
  const [name = "", ...others] = cells;
  const meaning = others.pop() ?? "";
  const kind = others.filter((cell) => cell !== "").join(", ");
  const head = kind === "" ? name : `${name}  ${kind}`;
  return [...folded(head, width, INDENT), ...folded(`${INDENT}${meaning}`, width, INDENT)];
}

/** Broken between words; a word that is wider than the line is left whole. */
export function folded(line: string, width: number, indent: string): readonly string[] {
  if (line.length <= width) return [line];
  const lines: string[] = [];
  let current = /^\s*/.exec(line)?.[0] ?? "";
  let isEmpty = true;
  for (const word of line.trim().split(" ")) {
    if (!isEmpty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = indent;
      isEmpty = true;
    }
    current = isEmpty ? `${current}${word}` : `${current} ${word}`;
    isEmpty = false;
  }
  return [...lines, current];
}
