/** The commands below `runbook vault`, under the names and options of ansible-vault. */
import type { Command } from "commander";
import type { VaultCommandOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addVaultCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
  const vault = program
    .command("vault")
    .description("encrypted files and values, as ansible-vault has them");
  const add = (usage: string, description: string): Command =>
    vault
      .command(usage)
      .description(description)
      .option("--vault-password-file <file>", "may be given again", collect, [])
      .option("--vault-id <id@source>", "may be given again", collect, [])
      .option("-J, --ask-vault-pass", "ask for the vault password");
  const closing = (command: Command): Command =>
    command.option("--encrypt-vault-id <id>", "which of several passwords encrypts");
  const onFiles =
    (run: "edit" | "view" | "encrypt" | "decrypt" | "rekey") =>
    async (files: string[], options: VaultCommandOptions): Promise<void> => {
      const commands = await import("./commands/vault.ts");
      end(await commands[run](files, options, terminal));
    };

  closing(add("create", "a new encrypted file, in an editor").argument("<file>")).action(
    async (file: string, options: VaultCommandOptions) => {
      const { create } = await import("./commands/vault.ts");
      end(await create(file, options, terminal));
    },
  );
  closing(add("edit", "change encrypted files in an editor").argument("<file...>")).action(
    onFiles("edit"),
  );
  add("view", "show encrypted files").argument("<file...>").action(onFiles("view"));
  closing(add("encrypt", "encrypt files, or standard input").argument("[file...]"))
    .option("--output <file>", "write there; - is standard output")
    .action(onFiles("encrypt"));
  add("decrypt", "decrypt files, or standard input")
    .argument("[file...]")
    .option("--output <file>", "write there; - is standard output")
    .action(onFiles("decrypt"));
  add("rekey", "encrypt files under another password")
    .argument("<file...>")
    .option("--new-vault-id <id@source>", "the new password")
    .option("--new-vault-password-file <file>", "the new password")
    .action(onFiles("rekey"));
  closing(add("encrypt_string", "values for a YAML file").argument("[string...]"))
    .option("-n, --name <name>", "the variable's name; may be given again", collect, [])
    .option("--stdin-name <name>", "the name for what standard input says")
    .option("-p, --prompt", "ask for the string")
    .option("--show-input", "show it while it is typed")
    .action(async (words: string[], options: VaultCommandOptions) => {
      const { encryptString } = await import("./commands/encrypt-string.ts");
      end(await encryptString(words, options, terminal));
    });
  for (const command of vault.commands) command.exitOverride().copyInheritedSettings(program);
}
