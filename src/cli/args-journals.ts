/** Commands that read journals and keep house among them. */
import { Option } from "commander";
import type { Command } from "commander";
import { withState } from "./args-options.ts";
import type { HandOverOptions, ReportOptions, RunsOptions, ShowOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function addJournalCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
  const runs = withState(program.command("runs"))
    .description("the runs that have a journal here")
    .option("--json", "as JSON")
    .action(async (options: RunsOptions) => {
      const commands = await import("./commands/runs.ts");
      end(await commands.runs(options, terminal));
    });
  const PASSPHRASE = "holds the passphrase that wraps its key; without it, it is asked for";
  withState(runs.command("export").argument("<run>").argument("<file>"))
    .description("hand a run over to another state folder: here it is only read from then on")
    .option("--passphrase-file <file>", PASSPHRASE)
    .action(async (run: string, file: string, _: HandOverOptions, command: Command) => {
      const { exportRun } = await import("./commands/hand-over.ts");
      end(await exportRun(run, file, command.optsWithGlobals(), terminal));
    });
  withState(runs.command("import").argument("<file>"))
    .description("take over a run that was exported, to go on with it or to take it back")
    .option("--passphrase-file <file>", PASSPHRASE)
    .action(async (file: string, _: HandOverOptions, command: Command) => {
      const { importRun } = await import("./commands/hand-over.ts");
      end(await importRun(file, command.optsWithGlobals(), terminal));
    });
  for (const command of runs.commands) command.exitOverride().copyInheritedSettings(program);

  withState(program.command("show").argument("[run]"))
    .description("what a run did, host by host")
    .option("--entries", "every entry of the journal, one JSON object a line")
    .option("--host <hosts>", "only these hosts (comma list)")
    .option("--phase <name>", "only tasks of this phase, by name or a part of it")
    .option(
      "--status <words>",
      "only tasks that ended so (comma list): changed, ok, skipped, failed, ignored, in-doubt, undone",
    )
    .option("-f, --follow", "go on until the run ends or its controller is gone")
    .action(async (run: string | undefined, options: ShowOptions) => {
      const { show } = await import("./commands/show.ts");
      end(await show(run, options, terminal));
    });

  withState(program.command("report").argument("[run]"))
    .description("what a run did: one HTML page for the ticket, or for programs")
    .addOption(
      new Option("--format <format>", "which kind of report")
        .choices(["html", "json", "junit", "ndjson"])
        .default("html"),
    )
    .option(
      "-o, --out <file>",
      "where it is written, whole or not at all; default: standard output",
    )
    .action(async (run: string | undefined, options: ReportOptions) => {
      const { report } = await import("./commands/report.ts");
      end(await report(run, options, terminal));
    });
}
