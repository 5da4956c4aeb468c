/** Both count from 1, as editors do; a column is a UTF-16 code unit. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets into a text into lines and columns. An offset behind the end is the end. */
export interface LineMap {
  readonly lines: number;
  at(offset: number): LineColumn;
  /** The offset at which a line starts; lines beyond the last one start at the end. */
  startOf(line: number): number;
}

/** A line ends at `\n`, `\r\n` or a lone `\r`, as YAML has it. */
export function lineMap(text: string): LineMap {
  // Most files are read without a place being asked for.
  let known: readonly number[] | undefined;
  const startsOfLines = (): readonly number[] => (known ??= lineStarts(text));
  return {
    get lines() {
      return startsOfLines().length;
    },
    at(offset) {
      const starts = startsOfLines();
      const inside = Math.max(0, Math.min(offset, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= inside) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 };
    },
    startOf: (line) => startsOfLines()[line - 1] ?? text.length,
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  if (!text.includes("\r")) {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
      starts.push(at + 1);
    return starts;
  }
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
