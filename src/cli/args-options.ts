/** Options that several commands take, said once. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";

export const WINDOW_HELP =
  'another span of time than the playbook has: "2026-12-01 22:00/2026-12-02 04:00", "22:00/04:00", "now/04:00", "none"';

export const collect = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  value,
];

function secondsOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number of seconds.");
}

export function streamFormat(): Option {
  return new Option(
    "--format <format>",
    "ndjson: what happens, one JSON object a line, on standard output; everything else goes to standard error",
  ).choices(["text", "ndjson"]);
}

export function withInventory(command: Command): Command {
  return withVariables(command).option("-l, --limit <pattern>", "only these of the hosts");
}

export function withVariables(command: Command): Command {
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

export function withConnection(command: Command): Command {
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

export function withState(command: Command): Command {
  return command
    .option("--state-dir <folder>", "where journals are kept (RUNBOOK_STATE_DIR)")
    .option("--state-key-file <file>", "the key that journals are readable with")
    .option("--log <file>", "write a structured log (JSON lines) there");
}

export function withRun(command: Command): Command {
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

export function withJournal(command: Command): Command {
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

export const DETACH_HELP =
  "go on without this terminal once the run has begun; `runbook show --follow` and `runbook stop` reach it";
