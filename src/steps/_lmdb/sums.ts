import { sh, type Command } from "../../model/command.ts";

/** Prints the SHA-256 of each file, or that it is absent; one line each, in order. */
export function sumsOf(files: readonly string[]): Command {
  return sh`for file in ${files}; do if [ -f "$file" ]; then sha256sum < "$file" || echo unreadable; else echo absent; fi; done`;
}

/** One entry for each line: a sum, or nothing where there is no such file. */
export function sumsIn(printed: string): readonly (string | undefined)[] {
  return printed
    .trim()
    .split("\n")
    .map((line) => /^[0-9a-f]{64}/.exec(line)?.[0]);
}
