import { createRedactor } from "../../lib/redact.ts";
import { hasErrors } from "../../model/diagnostic.ts";
import { EXIT } from "../exit-codes.ts";
import { readNewRun } from "../new-run.ts";
import type { InventoryOptions } from "../options.ts";
import { readPlaybook } from "../sources.ts";
import type { Terminal } from "../terminal.ts";

/** Everything that can be known without a connection, all of it at once. With an inventory, its side too. */
export async function validate(
  files: readonly string[],
  options: InventoryOptions,
  terminal: Terminal,
): Promise<number> {
  let code: number = EXIT.done;
  for (const file of files) {
    if (options.inventory.length > 0) {
      const made = await readNewRun(file, options, terminal);
      if (typeof made === "number") code = Math.max(code, made);
      else terminal.out(`${file}: valid for ${made.spec.hosts.length} hosts\n`);
      continue;
    }
    terminal.mask = (text) => createRedactor().mask(text);
    const read = await readPlaybook(file);
    terminal.problems(read.problems);
    if (hasErrors(read.problems)) code = EXIT.invalid;
    else terminal.out(`${file}: valid\n`);
  }
  return code;
}
