/** The command tree; with the `args-*` beside it, the only door to commander. Commands are loaded when they are used. */
import { Command, CommanderError } from "commander";
import { JournalFailure } from "../model/journal-entry.ts";
import { withoutAliases } from "./aliases.ts";
import { addHouseCommands } from "./args-house.ts";
import { addJournalCommands } from "./args-journals.ts";
import { addLookCommands } from "./args-looks.ts";
import { addRunCommands } from "./args-runs.ts";
import { addVaultCommands } from "./args-vault.ts";
import { EXIT } from "./exit-codes.ts";
import type { CommandShape } from "./help/command-shape.ts";
import { shapeOf } from "./help/command-shape.ts";
import type { Terminal } from "./terminal.ts";

/** Resolves with the exit code; throws only what is a bug of ours. */
export async function runArguments(
  argv: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<number> {
  let code: number = EXIT.done;
  const program = commandTree(terminal, version, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(withoutAliases(argv), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof JournalFailure) {
      terminal.problems([error.diagnostic]);
      return EXIT.needsOperator;
    }
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

/** The tree as data, without what only scripts call. */
export function visibleShape(program: Command): CommandShape {
  const shape = shapeOf(program);
  return { ...shape, commands: shape.commands.filter(({ name }) => name !== "complete") };
}

export function commandTree(
  terminal: Terminal,
  version: string,
  end: (code: number) => void,
): Command {
  const program = new Command("runbook")
    .description("Runbooks for fleets over SSH: plan, apply, resume, and go back.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(runbook --help lists the commands)");

  addRunCommands(program, terminal, end);
  addHouseCommands(program, terminal, end);
  addJournalCommands(program, terminal, end);
  addLookCommands(program, terminal, end);
  addVaultCommands(program, terminal, end);

  program
    .command("completion")
    .argument("<shell>", "bash, zsh or fish")
    .description("the script that makes a shell complete commands, options, hosts, groups and runs")
    .action(async (shell: string) => {
      const { completion } = await import("./commands/completion.ts");
      end(completion(shell, terminal));
    });

  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: readonly string[]) => {
      const { candidates } = await import("./commands/completion.ts");
      end(await candidates(words, visibleShape(program), terminal));
    });

  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}
