/** Reads what a command is about, before anything connects: vault passwords, inventory, playbook. */
import { isMapping, textEntries } from "../lib/mapping.ts";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createHash } from "node:crypto";
import { inventoryFiles } from "../inventory/files.ts";
import { loadInventory } from "../inventory/load.ts";
import type { RenderSettings } from "../jinja/index.ts";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { hasErrors } from "../model/diagnostic.ts";
import type { Inventory, Variable } from "../model/inventory.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Value } from "../model/value.ts";
import { UnsafeText, VaultText, WholeFloat } from "../model/value.ts";
import { loadPlaybook } from "../playbook/load.ts";
import { steps } from "../steps/index.ts";
import type { VaultReader } from "../vault/vault.ts";
import { vaultReader } from "../vault/vault.ts";
import { inventorySettings } from "./inventory-settings.ts";
import type { InventoryOptions } from "./options.ts";
import { templateSettings } from "./renderer.ts";
import { vaultSecrets } from "./secrets.ts";
import { readSettings, type Settings } from "./settings.ts";

export interface ReadInventory {
  readonly inventory: Inventory;
  readonly vault: VaultReader;
  /** Absolute paths, or comma lists as given. */
  readonly sources: readonly string[];
}

export async function readInventory(
  options: Omit<InventoryOptions, "limit">,
  playbookFolder: string | undefined,
  redactor: Redactor,
): Promise<Outcome<ReadInventory>> {
  const settings = readSettings(process.env, process.cwd());
  const secrets = await vaultSecrets(options, settings);
  const before = [...settings.problems, ...secrets.problems];
  if (secrets.value === undefined || hasErrors(before)) return { problems: before };
  const sources = inventorySources(options.inventory, settings);
  if (sources.length === 0) return { problems: [...before, noInventory()] };
  const reading = inventorySettings(settings, options.lenient);
  const loaded = await loadInventory({
    sources,
    ...(playbookFolder !== undefined && { playbookFolder }),
    extraVars: options.extraVars,
    vaultSecrets: secrets.value,
    files: inventoryFiles(process.cwd()),
    templates: controllerTemplates(vaultReader(secrets.value), redactor),
    ...(reading.value && { settings: reading.value }),
  });
  const problems = [...before, ...reading.problems, ...loaded.problems];
  if (loaded.value === undefined || hasErrors(problems)) return { problems };
  keepSecret(loaded.value, redactor);
  return {
    value: { inventory: loaded.value, vault: vaultReader(secrets.value), sources },
    problems,
  };
}

/** An inventory that is still being read has no `hostvars`. */
function controllerTemplates(vault: VaultReader, redactor: Redactor): RenderSettings {
  const folders = [process.cwd()];
  const known = { vault, redactor, folders, hosts: [], scopeOf: () => undefined };
  const { hosts: _, ...settings } = templateSettings(known);
  return settings;
}

const MACHINE_INVENTORY = "/etc/ansible/hosts";

/** `-i`, else what is set, else the machine's own. Files become absolute, so that a journal can name them. */
function inventorySources(given: readonly string[], settings: Settings): readonly string[] {
  if (given.length > 0) {
    return given.map((source) => (source.includes(",") ? source : resolve(source)));
  }
  return settings.paths("inventory") ?? [MACHINE_INVENTORY].filter((path) => existsSync(path));
}

function noInventory(): Diagnostic {
  return {
    code: "cli/no-inventory",
    severity: "error",
    summary: "no inventory was given",
    hint: "Use -i FILE, set RUNBOOK_INVENTORY or ANSIBLE_INVENTORY, or name it in ansible.cfg.",
  };
}

const SECRET_NAME = /pass(word|phrase|wd)?$|_pass(word)?_|secret|token|private_key$|api_?key/i;

/** Whether what is called so is a password or the like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What an encrypted file holds, and what is called a password, is masked wherever it would be shown. */
function keepSecret(inventory: Inventory, redactor: Redactor): void {
  const seen = new Set<Value>();
  const hide = (value: Value): void => {
    if (typeof value === "string") redactor.add(value);
    // An INI inventory reads a PIN as a number.
    else if (typeof value === "number" || typeof value === "bigint") redactor.add(String(value));
    else if (value instanceof UnsafeText) redactor.add(value.text);
    else if (typeof value !== "object" || value === null || seen.has(value)) return;
    else if (value instanceof VaultText || value instanceof WholeFloat) return;
    else {
      seen.add(value);
      const parts = isMapping(value) ? textEntries(value).map(([, inner]) => inner) : value;
      if (Array.isArray(parts)) (parts as readonly Value[]).forEach(hide);
    }
  };
  const look = ({ name, value, from }: Variable): void => {
    const encrypted = "encrypted" in from && from.encrypted;
    if (encrypted || (isSecretName(name) && !isTemplateText(value))) hide(value);
  };
  for (const group of inventory.groups.values()) group.variables.forEach(look);
  for (const host of inventory.hosts) inventory.own(host.name).forEach(look);
  for (const [name, value] of Object.entries(inventory.extraVars)) {
    look({ name, value, from: { kind: "extra-vars", written: name } });
  }
}

function isTemplateText(value: Value): boolean {
  return typeof value === "string" && value.includes("{{");
}

export interface ReadPlaybook {
  readonly playbook: Playbook;
  readonly text: string;
  readonly sha256: string;
  readonly file: string;
  readonly folder: string;
}

/** Every problem of the playbook at once; a value only when nothing is an error. It is called `file`, wherever it is. */
export async function readPlaybook(
  place: string,
  file: string = place,
): Promise<Outcome<ReadPlaybook>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(place);
  } catch (error) {
    return { problems: [unreadable(file, error)] };
  }
  const text = bytes.toString("utf8");
  const loaded = loadPlaybook(text, file, steps);
  if (loaded.playbook === undefined || hasErrors(loaded.problems))
    return { problems: loaded.problems };
  const folder = dirname(resolve(place));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    value: { playbook: loaded.playbook, text, sha256, file, folder },
    problems: loaded.problems,
  };
}

function unreadable(file: string, error: unknown): Diagnostic {
  const missing = errorCode(error) === "ENOENT";
  const reason = errorText(error);
  return {
    code: "playbook/unreadable",
    severity: "error",
    summary: missing ? `there is no playbook ${file}` : `the playbook cannot be read: ${reason}`,
    at: { file, line: 1, column: 1 },
  };
}
