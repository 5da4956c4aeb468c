/** Commands that read journals and keep house among them. */
import { Option } from "commander";
import type { Command } from "commander";
import { withState } from "./args-options.ts";
import type { ReportOptions, RunsOptions, ShowOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function addJournalCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
  withState(program.command("runs"))
    .description("the runs that have a journal here")
    .option("--json", "as JSON")
    .action(async (options: RunsOptions) => {
      const { runs } = await import("./commands/runs.ts");
      end(await runs(options, terminal));
    });

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
