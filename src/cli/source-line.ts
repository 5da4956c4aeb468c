import { readFileSync } from "node:fs";

const texts = new Map<string, readonly string[] | undefined>();

/** One line of a file of the operator's, for the excerpt beside a problem. Undefined when it cannot be read. */
export function sourceLine(file: string, line: number): string | undefined {
  if (!texts.has(file)) texts.set(file, linesOf(file));
  return texts.get(file)?.[line - 1];
}

function linesOf(file: string): readonly string[] | undefined {
  try {
    const text = readFileSync(file, "utf8");
    // An encrypted or binary file has nothing to show.
    return text.startsWith("$ANSIBLE_VAULT") || text.includes("\0")
      ? undefined
      : text.split(/\r?\n/);
  } catch {
    return undefined;
  }
}
