/** `ansible-vault`'s commands on files. Plain text goes to standard output or stays where it was asked for, nowhere else. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { decodeUtf8 } from "../../lib/utf8.ts";
import type { Diagnostic, Outcome } from "../../model/diagnostic.ts";
import { isVault } from "../../vault/envelope.ts";
import { openVault, type OpenedVault, type VaultSecret } from "../../vault/vault.ts";
import { EXIT } from "../exit-codes.ts";
import type { VaultCommandOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { closed } from "../vault/close.ts";
import { edited } from "../vault/editing.ts";
import { readWhole, trouble, writeWhole } from "../vault/files.ts";
import { newKey, vaultKeys } from "../vault/keys.ts";

export async function create(
  file: string,
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (existsSync(file)) {
    return say([trouble(file, "is already there", "`runbook vault edit` changes it.")], terminal);
  }
  const key = await closingKey(options, terminal);
  if (typeof key === "number") return key;
  const text = await edited(new Uint8Array(), file);
  if (text.value === undefined) return say(text.problems, terminal);
  return say(await writeWhole(file, Buffer.from(closed(text.value, key))), terminal);
}

export async function edit(
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const keys = await openingKeys(options, terminal);
  if (typeof keys === "number") return keys;
  for (const file of files) {
    const opened = await openFile(file, keys.all);
    if (opened.value === undefined) return say(opened.problems, terminal);
    const { plain, secret } = opened.value;
    const named = options.encryptVaultId === undefined ? undefined : keys.closing;
    if (named !== undefined && named.value === undefined) return say(named.problems, terminal);
    const text = await edited(plain, file);
    if (text.value === undefined) return say(text.problems, terminal);
    const same = named === undefined && Buffer.compare(text.value, plain) === 0;
    if (same) continue;
    const sealed = closed(text.value, named?.value ?? secret);
    const problems = await writeWhole(file, Buffer.from(sealed));
    if (problems.length > 0) {
      // What was typed is not lost with the disk: it is given back, encrypted.
      terminal.out(sealed);
      return say(problems, terminal);
    }
  }
  return EXIT.done;
}

export async function view(
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const keys = await openingKeys(options, terminal);
  if (typeof keys === "number") return keys;
  for (const file of files) {
    const opened = await openFile(file, keys.all);
    if (opened.value === undefined) return say(opened.problems, terminal);
    await show(opened.value.plain);
  }
  return EXIT.done;
}

/** Through a pager where somebody looks; it gets the text by a pipe. */
async function show(plain: Uint8Array): Promise<void> {
  const pager =
    process.env["RUNBOOK_PAGER"] ?? process.env["ANSIBLE_PAGER"] ?? process.env["PAGER"];
  if (pager && process.stdout.isTTY) {
    const [program = "less", ...args] = pager.split(/\s+/);
    const ended = spawnSync(program, args, { input: plain, stdio: ["pipe", "inherit", "inherit"] });
    if (ended.error === undefined) return;
  }
  await writeWhole("-", plain);
}

export async function encrypt(
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const key = await closingKey(options, terminal);
  if (typeof key === "number") return key;
  return eachFile(files, options, terminal, async (file) => {
    const read = await readWhole(file);
    if (read.value === undefined) return { problems: read.problems };
    if (isVault(read.value.subarray(0, 40).toString("latin1"))) {
      return { problems: [trouble(file, "is already encrypted")] };
    }
    return { value: Buffer.from(closed(read.value, key)), problems: [] };
  });
}

export async function decrypt(
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const keys = await openingKeys(options, terminal);
  if (typeof keys === "number") return keys;
  return eachFile(files, options, terminal, async (file) => {
    const opened = await openFile(file, keys.all);
    return opened.value === undefined
      ? { problems: opened.problems }
      : { value: opened.value.plain, problems: [] };
  });
}

export async function rekey(
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const keys = await openingKeys(options, terminal);
  if (typeof keys === "number") return keys;
  const opened: { file: string; plain: Uint8Array }[] = [];
  // All are opened before the first is changed: half a rekeyed repository is two passwords to look after.
  for (const file of files) {
    const one = await openFile(file, keys.all);
    if (one.value === undefined) return say(one.problems, terminal);
    opened.push({ file, plain: one.value.plain });
  }
  const key = await newKey(options);
  if (key.value === undefined) return say(key.problems, terminal);
  for (const { file, plain } of opened) {
    const problems = await writeWhole(file, Buffer.from(closed(plain, key.value)));
    if (problems.length > 0) return say(problems, terminal);
  }
  terminal.err("Rekey successful\n");
  return EXIT.done;
}

/** Without files, from standard input to standard output. With `--output`, one file at most. */
async function eachFile(
  given: readonly string[],
  { output }: VaultCommandOptions,
  terminal: Terminal,
  convert: (file: string) => Promise<Outcome<Uint8Array>>,
): Promise<number> {
  if (given.length > 1 && output !== undefined) {
    terminal.err("With --output, there can be only one file.\n");
    return EXIT.usage;
  }
  for (const file of given.length === 0 ? ["-"] : given) {
    const made = await convert(file);
    if (made.value === undefined) return say(made.problems, terminal);
    const problems = await writeWhole(output ?? file, made.value);
    if (problems.length > 0) return say(problems, terminal);
  }
  return EXIT.done;
}

async function openFile(
  file: string,
  secrets: readonly VaultSecret[],
): Promise<Outcome<OpenedVault>> {
  const read = await readWhole(file);
  if (read.value === undefined) return { problems: read.problems };
  const name = file === "-" ? "standard input" : file;
  const text = decodeUtf8(read.value, name);
  if (text.value === undefined) {
    return { problems: [trouble(file, "is not an ansible-vault text: it is binary")] };
  }
  return openVault(text.value, secrets, { file: name, line: 1, column: 1 });
}

async function openingKeys(options: VaultCommandOptions, terminal: Terminal) {
  const keys = await vaultKeys(options, "open");
  if (keys.value === undefined) return say(keys.problems, terminal);
  terminal.problems(keys.problems);
  return keys.value;
}

export async function closingKey(
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<VaultSecret | number> {
  const keys = await vaultKeys(options, "close");
  const problems = [...keys.problems, ...(keys.value?.closing.problems ?? [])];
  if (keys.value?.closing.value === undefined) return say(problems, terminal);
  terminal.problems(problems);
  return keys.value.closing.value;
}

function say(problems: readonly Diagnostic[], terminal: Terminal): number {
  terminal.problems(problems);
  return problems.some(({ severity }) => severity === "error") ? EXIT.invalid : EXIT.done;
}
