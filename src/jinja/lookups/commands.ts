import type { Machine } from "../machine.ts";
import { failed, unsupported } from "../problem.ts";
import type { Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";
import type { Lookup } from "./lookup.ts";

/** Lookups that run a command of the controller. Only where the one who renders allows it: a template is no program. */
export const COMMAND_LOOKUPS: Readonly<Record<string, Lookup>> = {
  pipe: (terms, _, machine) => terms.map((term) => output(term, machine, "pipe").trimEnd()),
  lines: (terms, _, machine) => terms.flatMap((term) => linesOf(output(term, machine, "lines"))),
};

function output(command: Datum, machine: Machine, lookup: string): string {
  const { runCommand } = machine.settings;
  if (runCommand === undefined)
    throw unsupported(
      `the lookup '${lookup}' runs a command, and that is not allowed here`,
      "Run it in a task on localhost and register what it prints; `runbook template` allows it with --allow-commands",
    );
  try {
    return runCommand(print(command));
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
