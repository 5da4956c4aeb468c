import { EXIT } from "../exit-codes.ts";
import type { CommandShape } from "../help/command-shape.ts";
import { complete } from "../help/complete.ts";
import { names } from "../help/names.ts";
import { FILES_MARK, SHELL_SCRIPTS } from "../help/shell-scripts.ts";
import type { Terminal } from "../terminal.ts";

/** The script that a shell sources. */
export function completion(shell: string, terminal: Terminal): number {
  const script = Object.entries(SHELL_SCRIPTS).find(([name]) => name === shell)?.[1];
  if (script === undefined) {
    terminal.err(`There is no completion for ${shell}; there is for bash, zsh and fish.\n`);
    return EXIT.usage;
  }
  terminal.out(script);
  return EXIT.done;
}

/** Asked by these scripts at every key; says nothing rather than something wrong. */
export async function candidates(
  words: readonly string[],
  root: CommandShape,
  terminal: Terminal,
): Promise<number> {
  const found = await complete(root, words, names);
  if (found.files) terminal.out(`${FILES_MARK}\n`);
  for (const { value, description } of found.candidates)
    terminal.out(`${value}\t${description.replaceAll(/\s+/g, " ")}\n`);
  return EXIT.done;
}
