import { commandTree, visibleShape } from "../args.ts";
import { createTerminal } from "../terminal.ts";
import { commandsPage, manPage } from "./man-page.ts";

/** The committed files that are made from the command tree: path from the root of the repository, and content. */
export function generatedHelp(): ReadonlyMap<string, string> {
  const tree = visibleShape(commandTree(createTerminal({}), "", () => undefined));
  return new Map([
    ["docs/man/runbook.1", manPage(tree)],
    ["docs/reference/commands.md", commandsPage(tree)],
  ]);
}
