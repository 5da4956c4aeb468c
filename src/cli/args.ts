/** The command tree, and the only door to commander. Commands are loaded when they are used. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { JournalFailure } from "../model/journal-entry.ts";
import { withoutAliases } from "./aliases.ts";
import { addVaultCommands } from "./args-vault.ts";
import { EXIT } from "./exit-codes.ts";
import type {
  ApplyOptions,
  DemoOptions,
  DocOptions,
  DoctorOptions,
  InitOptions,
  InventoryCommandOptions,
  InventoryOptions,
  PlanOptions,
  ReportOptions,
  ResumeOptions,
  RollbackOptions,
  RunsOptions,
  ShowOptions,
  StatusOptions,
  TemplateOptions,
  VarsOptions,
} from "./options.ts";
import type { CommandShape } from "./help/command-shape.ts";
import { shapeOf } from "./help/command-shape.ts";
import { besideStream } from "./beside-stream.ts";
import type { Terminal } from "./terminal.ts";

const WINDOW_HELP =
  'another span of time than the playbook has: "2026-12-01 22:00/2026-12-02 04:00", "22:00/04:00", "now/04:00", "none"';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function secondsOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number of seconds.");
}

const MOST_HOSTS = 300;

function hostsOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_HOSTS) return count;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_HOSTS}.`);
}

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

  withRun(program.command("apply").argument("<playbook>"))
    .description("validate, connect, check everything, show the plan, ask, and do it")
    .option("-C, --check", "stop before the question: the same as plan")
    .option("-y, --yes", "accept the plan without being asked")
    .option("--accept-irreversible", "accept the tasks that cannot be taken back")
    .addOption(streamFormat())
    .option("--wait-for-window", "wait until the window opens, and go on in those that follow")
    .action(async (playbook: string, options: ApplyOptions) => {
      const { apply } = await import("./commands/apply.ts");
      end(await apply(playbook, options, besideStream(terminal, options.format)));
    });

  withRun(program.command("plan").argument("<playbook>"))
    .description("what would happen, per host and task; changes nothing")
    .option("--detailed-exitcode", "0: no change, 2: changes")
    .action(async (playbook: string, options: PlanOptions) => {
      const { plan } = await import("./commands/plan.ts");
      end(await plan(playbook, options, terminal));
    });

  withRun(program.command("status").argument("<playbook>"))
    .description("where every host stands now against goal and preflight; changes nothing")
    .option("--json", "as JSON")
    .action(async (playbook: string, options: StatusOptions) => {
      const { status } = await import("./commands/status.ts");
      end(await status(playbook, options, terminal));
    });

  withInventory(program.command("validate").argument("<playbook...>"))
    .description("everything that can be known without a connection; all problems at once")
    .action(async (playbooks: string[], options: InventoryOptions) => {
      const { validate } = await import("./commands/validate.ts");
      end(await validate(playbooks, options, terminal));
    });

  withJournal(program.command("resume").argument("[run]"))
    .description("go on with a run that stopped, failed or was killed")
    .addOption(streamFormat())
    .option("--window <span>", WINDOW_HELP)
    .option("--wait-for-window", "wait until the window opens, and go on in those that follow")
    .addOption(new Option("--answer <answer>", "answer the question that the run waits for"))
    .option(
      "--settle <host-task=applied|not-applied>",
      "say what happened to a host-task in doubt",
      collect,
      [],
    )
    .action(async (run: string | undefined, options: ResumeOptions) => {
      const { resume } = await import("./commands/resume.ts");
      end(await resume(run, options, besideStream(terminal, options.format)));
    });

  withJournal(program.command("rollback").argument("[run]"))
    .description("take hosts back to where they were before a run, from its journal alone")
    .option(
      "-l, --limit <hosts>",
      "only these hosts of the run (comma list); the inventory is left alone",
    )
    .option("-C, --check", "say whether the way back still exists; changes nothing")
    .addOption(streamFormat())
    .option(
      "--settle <host-task=applied|not-applied>",
      "say what happened to a host-task in doubt",
      collect,
      [],
    )
    .action(async (run: string | undefined, options: RollbackOptions) => {
      const { rollback } = await import("./commands/rollback.ts");
      end(await rollback(run, options, besideStream(terminal, options.format)));
    });

  withJournal(program.command("abandon").argument("<run>"))
    .description("give a run up as it stands: its locks go, its journal stays")
    .option("--settle <host-task=applied|not-applied>", "not used here", collect, [])
    .action(async (run: string, options: ResumeOptions) => {
      const { abandon } = await import("./commands/abandon.ts");
      end(await abandon(run, options, terminal));
    });

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

  withInventory(program.command("inventory").argument("[group]", "where --graph begins"))
    .description("hosts, groups and variables as the inventory has them")
    .option("--list", "everything, as JSON")
    .option("--host <host>", "the variables of one host, as JSON")
    .option("--graph [group]", "groups and hosts as a tree")
    .option("--list-hosts <pattern>", "the hosts that a pattern selects")
    .option("-y, --yaml", "YAML instead of JSON")
    .option("--vars", "with --graph: variables, too")
    .option("--export", "variables stay with the groups that they were given to")
    .option("--output <file>", "write the answer there")
    .option("--playbook-dir <folder>", "where group_vars and host_vars of the playbook are")
    .action(async (group: string | undefined, options: InventoryCommandOptions) => {
      const { inventory } = await import("./commands/inventory.ts");
      end(await inventory(group, options, terminal));
    });

  withInventory(program.command("vars").argument("<host>"))
    .description("the variables of one host, and where they come from")
    .option("--explain <name>", "every value that was given for a name, and which one won")
    .option("--playbook-dir <folder>", "where group_vars and host_vars of the playbook are")
    .action(async (host: string, options: VarsOptions) => {
      const { vars } = await import("./commands/vars.ts");
      end(await vars(host, options, terminal));
    });

  withVariables(program.command("template").argument("[template]"))
    .description("what a template gives; - reads the text of a template file from standard input")
    .option("--host <host>", "the host whose variables it sees (default: the first one)")
    .addOption(
      new Option(
        "--kind <kind>",
        "how it is read: as an argument, a condition or a template file",
      ).choices(["value", "when", "text"]),
    )
    .option("--jsonl", "answer one request a line from standard input; for tests and editors")
    .option("--allow-commands", "let the lookups pipe and lines run commands on this machine")
    .action(async (text: string | undefined, options: TemplateOptions) => {
      const { template } = await import("./commands/template.ts");
      end(await template(text, options, terminal));
    });

  withState(withConnection(withInventory(program.command("doctor").argument("[pattern]"))))
    .description(
      "what stands in the way of a run, host by host, each with the fix; changes nothing",
    )
    .addOption(
      new Option("--format <format>", "how it is said").choices(["text", "json"]).default("text"),
    )
    .action(async (pattern: string | undefined, options: DoctorOptions) => {
      const { doctor } = await import("./commands/doctor.ts");
      end(await doctor(pattern, options, terminal));
    });

  withConnection(withInventory(program.command("init")))
    .description("find the name servers of an inventory, and write what the upgrade wants to know")
    .option("--target-version <version>", "version to install; asked for where it is not given")
    .option("--out <name>", "writes NAME.yml and NAME.ini", "runbook-site")
    .option("--force", "write over files that are there")
    .action(async (options: InitOptions) => {
      const { init } = await import("./commands/init.ts");
      end(await init(options, terminal));
    });

  program
    .command("doc")
    .argument("[name]", "a step, or a playbook file")
    .description("what a step does and takes, or what a playbook wants to know")
    .option("-l, --list", "all steps, one a line")
    .action(async (name: string | undefined, options: DocOptions) => {
      const { doc } = await import("./commands/doc.ts");
      end(await doc(name, options, terminal));
    });

  program
    .command("demo")
    .description(
      "the upgrade and its way back on simulated name servers: no root, no network, no daemons",
    )
    .option("--hosts <count>", "how many", hostsOf, 5)
    .addOption(
      new Option("--mode <mode>", "one after the other, or all at once").choices([
        "serial",
        "window",
      ]),
    )
    .option("--fault <name>", "show a run in which this goes wrong; `list` says what there is")
    .option("--keep", "keep the fleet up to play with, and say how")
    .action(async (options: DemoOptions) => {
      const { demo } = await import("./commands/demo.ts");
      end(await demo(options, terminal));
    });

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

function streamFormat(): Option {
  return new Option(
    "--format <format>",
    "ndjson: what happens, one JSON object a line, on standard output; everything else goes to standard error",
  ).choices(["text", "ndjson"]);
}

function withInventory(command: Command): Command {
  return withVariables(command).option("-l, --limit <pattern>", "only these of the hosts");
}

function withVariables(command: Command): Command {
  return command
    .option(
      "-i, --inventory <source>",
      "inventory file, folder or comma list; may be given again",
      collect,
      [],
    )
    .option("-e, --extra-vars <vars>", "k=v, JSON, YAML or @file; may be given again", collect, [])
    .option("--vault-password-file <file>", "may be given again", collect, [])
    .option("--vault-id <id@source>", "may be given again", collect, [])
    .option("-J, --ask-vault-pass", "ask for the vault password")
    .option("--lenient", "as Ansible: a source that cannot be read is a warning");
}

function withConnection(command: Command): Command {
  return command
    .option("-u, --user <user>", "login user, where the inventory names none")
    .option("--private-key <file>", "private key, where the inventory names none")
    .addOption(
      new Option("-c, --connection <kind>", "how hosts are reached").choices(["ssh", "local"]),
    )
    .option("-T, --timeout <seconds>", "for connecting")
    .option(
      "--reconnect-timeout <seconds>",
      "how long a host that was lost may stay away (default: 60, and 600 while a command works there)",
      secondsOf,
    )
    .option("--ssh-common-args <args>", "-o options of ssh, where the inventory has none")
    .option("--ssh-extra-args <args>", "more of them")
    .option("-b, --become", "become another user by sudo")
    .option("--become-user <user>", "whom to become")
    .option("-K, --ask-become-pass", "ask for the sudo password")
    .option("--become-password-file <file>", "read the sudo password from a file")
    .option("-k, --ask-pass", "ask for the login password")
    .option("--connection-password-file <file>", "read the login password from a file");
}

function withState(command: Command): Command {
  return command
    .option("--state-dir <folder>", "where journals are kept (RUNBOOK_STATE_DIR)")
    .option("--state-key-file <file>", "the key that journals are readable with")
    .option("--log <file>", "write a structured log (JSON lines) there");
}

function withRun(command: Command): Command {
  return withState(withConnection(withInventory(command)))
    .addOption(
      new Option("--mode <mode>", "host by host, or all hosts at once, phase by phase").choices([
        "serial",
        "window",
      ]),
    )
    .option("--window <span>", WINDOW_HELP)
    .option("-f, --forks <n>", "how many hosts are worked on at the same time")
    .addOption(
      new Option("--on-failure <what>", "what a failure beyond max_failures leads to").choices([
        "stop",
        "rollback_host",
        "rollback_run",
        "ask",
      ]),
    )
    .option("-D, --diff", "show what changes, not only that it does");
}

function withJournal(command: Command): Command {
  return withState(withConnection(command))
    .option(
      "-i, --inventory <source>",
      "where connection variables are read anew; default: where the run had them",
      collect,
      [],
    )
    .option("-e, --extra-vars <vars>", "for connection variables", collect, [])
    .option("--vault-password-file <file>", "may be given again", collect, [])
    .option("--vault-id <id@source>", "may be given again", collect, [])
    .option("-J, --ask-vault-pass", "ask for the vault password")
    .option("-y, --yes", "go on without being asked")
    .option("-D, --diff", "show what changes, not only that it does");
}
