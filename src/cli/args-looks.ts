/** Commands that look at an inventory, a template or the hosts, and commands that explain. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { withInventory, withVariables, withConnection, withState } from "./args-options.ts";
import type {
  DemoOptions,
  DocOptions,
  DoctorOptions,
  InitOptions,
  InventoryCommandOptions,
  TemplateOptions,
  VarsOptions,
} from "./options.ts";
import type { Terminal } from "./terminal.ts";

const MOST_HOSTS = 300;

function hostsOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_HOSTS) return count;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_HOSTS}.`);
}

export function addLookCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
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
}
