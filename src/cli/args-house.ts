/** Commands that keep house among runs: give them up, free their hosts, clean up after them. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { withJournal } from "./args-options.ts";
import type { CleanOptions, UnlockOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function addHouseCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
  const despite = (command: Command): Command =>
    command.option("--despite-jobs", "also while jobs of the run are alive on its hosts");

  despite(withJournal(program.command("abandon").argument("<run>")))
    .description("give a run up as it stands: its locks go, its journal stays")
    .action(async (run: string, options: UnlockOptions) => {
      const { abandon } = await import("./commands/abandon.ts");
      end(await abandon(run, { ...options, settle: [], dropHost: [] }, terminal));
    });

  despite(withJournal(program.command("unlock").argument("<run>")))
    .description("free the hosts of a run for others, without ending it")
    .action(async (run: string, options: UnlockOptions) => {
      const { unlock } = await import("./commands/unlock.ts");
      end(await unlock(run, { ...options, settle: [], dropHost: [] }, terminal));
    });

  withJournal(program.command("clean").argument("[run...]"))
    .description("remove finished runs, and what they left on their hosts")
    .option("--older-than <time>", "only runs that ended so long ago (default: 30d)")
    .option("--keep <count>", "all but so many of the newest", countOf)
    .option("--way-back", "also runs that could still be taken back: they cannot be afterwards")
    .option("--journals-only", "leave their hosts as they are")
    .option("--dry-run", "say what would go; changes nothing")
    .action(async (runs: readonly string[], options: CleanOptions) => {
      const { clean } = await import("./commands/clean.ts");
      end(await clean(runs, { ...options, settle: [], dropHost: [] }, terminal));
    });
}

function countOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number.");
}
