/** Reads what a command is about, before anything connects: vault passwords, inventory, playbook. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createHash } from "node:crypto";
import { inventoryFiles } from "../inventory/files.ts";
import { loadInventory } from "../inventory/load.ts";
import { errorCode, errorText } from "../lib/error-words.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { hasErrors } from "../model/diagnostic.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Value } from "../model/value.ts";
import { UnsafeText, VaultText, WholeFloat } from "../model/value.ts";
import { loadPlaybook } from "../playbook/load.ts";
import { steps } from "../steps/index.ts";
import type { VaultReader } from "../vault/vault.ts";
import { vaultReader } from "../vault/vault.ts";
import type { InventoryOptions } from "./options.ts";
import { vaultSecrets } from "./secrets.ts";

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
  const secrets = await vaultSecrets(options, process.env);
  if (secrets.value === undefined) return { problems: secrets.problems };
  const sources = inventorySources(options.inventory);
  if (sources.length === 0) return { problems: [noInventory()] };
  const loaded = await loadInventory({
    sources,
    ...(playbookFolder !== undefined && { playbookFolder }),
    extraVars: options.extraVars,
    vaultSecrets: secrets.value,
    files: inventoryFiles(process.cwd()),
  });
  if (loaded.value === undefined) return { problems: loaded.problems };
  keepSecret(loaded.value, redactor);
  return {
    value: { inventory: loaded.value, vault: vaultReader(secrets.value), sources },
    problems: loaded.problems,
  };
}

/** `-i`, else the environment, in Ansible's names too. Files become absolute, so that a journal can name them. */
function inventorySources(given: readonly string[]): readonly string[] {
  const fromEnvironment = process.env["RUNBOOK_INVENTORY"] ?? process.env["ANSIBLE_INVENTORY"];
  const sources = given.length > 0 ? given : fromEnvironment ? [fromEnvironment] : [];
  return sources.map((source) => (source.includes(",") ? source : resolve(source)));
}

function noInventory(): Diagnostic {
  return {
    code: "cli/no-inventory",
    severity: "error",
    summary: "no inventory was given",
    hint: "Use -i FILE, or set RUNBOOK_INVENTORY or ANSIBLE_INVENTORY.",
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
    else if (value instanceof UnsafeText) redactor.add(value.text);
    else if (typeof value !== "object" || value === null || seen.has(value)) return;
    else if (value instanceof VaultText || value instanceof WholeFloat) return;
    else {
      seen.add(value);
      for (const inner of Object.values(value)) hide(inner as Value);
    }
  };
  for (const host of inventory.hosts) {
    for (const [name, given] of inventory.candidates(host.name)) {
      for (const { value, from } of given) {
        const encrypted = "encrypted" in from && from.encrypted;
        if (encrypted || (isSecretName(name) && !isTemplateText(value))) hide(value);
      }
    }
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

/** Every problem of the playbook at once; a value only when nothing is an error. */
export async function readPlaybook(file: string): Promise<Outcome<ReadPlaybook>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return { problems: [unreadable(file, error)] };
  }
  const text = bytes.toString("utf8");
  const loaded = loadPlaybook(text, file, steps);
  if (loaded.playbook === undefined || hasErrors(loaded.problems))
    return { problems: loaded.problems };
  const folder = dirname(resolve(file));
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
