import { join } from "node:path";
import { hasErrors, type Diagnostic, type Outcome } from "../model/diagnostic.ts";
import type { RenderSettings } from "../jinja/index.ts";
import type { Inventory } from "../model/inventory.ts";
import { vaultReader, type VaultSecret } from "../vault/vault.ts";
import { InventoryDraft } from "./draft.ts";
import { readExtraVars } from "./extra-vars.ts";
import type { InventoryFiles } from "./files.ts";
import { finishInventory, LOCALHOST, winners, type FoundVars } from "./finish.ts";
import { readSource } from "./sources.ts";
import type { InventoryAccess } from "./text-file.ts";
import { USUAL_SETTINGS, type InventorySettings } from "./settings.ts";
import { openVarsFolder, type FileVariable } from "./vars-files.ts";

export interface InventoryRequest {
  /** `-i`: files, folders, comma lists, executable scripts; later ones win. */
  readonly sources: readonly string[];
  /** Where `group_vars` and `host_vars` of the playbook are looked for. */
  readonly playbookFolder?: string;
  /** `-e`, as given. */
  readonly extraVars: readonly string[];
  readonly vaultSecrets: readonly VaultSecret[];
  readonly files: InventoryFiles;
  /** What expressions of a `constructed` file may see of the controller; nothing where it is absent. */
  readonly templates?: RenderSettings;
  /** Ansible's defaults where nothing is said. */
  readonly settings?: InventorySettings;
}

/**
 * Reads an Ansible inventory. Differs from Ansible in one thing on purpose: a source that cannot be read is an error,
 * not a warning after which half of the hosts are missing.
 */
export async function loadInventory(request: InventoryRequest): Promise<Outcome<Inventory>> {
  const { files, settings = USUAL_SETTINGS } = request;
  const forFiles = { files, vault: vaultReader(request.vaultSecrets), settings };
  const extra = await readExtraVars(request.extraVars, forFiles);
  const access: InventoryAccess = {
    ...forFiles,
    templates: request.templates ?? {},
    extraVars: winners(extra.variables, settings.hashBehaviour),
  };
  const draft = new InventoryDraft(settings);
  const problems: Diagnostic[] = [];
  const folders: string[] = [];
  let succeeded = 0;
  for (const source of request.sources) {
    const read = await readSource(source, access, draft);
    problems.push(...read.problems);
    if (read.isRead) succeeded++;
    if (read.folder !== undefined) folders.push(read.folder);
  }
  // Ansible gives groups their parents only where something could be read.
  if (!settings.lenient || succeeded > 0) draft.reconcile();
  problems.push(...draft.problems);
  const found: FoundVars[] = [];
  for (const { folder, beside } of varsFolders(folders, request, files)) {
    const read = await readVarsFolders(folder, beside, access, draft);
    problems.push(...read.problems);
    found.push(read.found);
  }
  problems.push(...extra.problems);
  if (hasErrors(problems)) return { problems };
  return { value: finishInventory(draft, found, extra.variables, settings), problems };
}

/** Each folder once, where it counts most. */
function varsFolders(
  folders: readonly string[],
  { playbookFolder }: InventoryRequest,
  files: InventoryFiles,
): readonly { readonly folder: string; readonly beside: FoundVars["beside"] }[] {
  const absolute = folders.map((folder) => files.resolve(folder));
  const beside = folders
    .filter((_, index) => absolute.lastIndexOf(absolute[index] ?? "") === index)
    .map((folder) => ({ folder, beside: "inventory" as const }));
  if (playbookFolder === undefined) return beside;
  const same = absolute.at(-1) === files.resolve(playbookFolder);
  return same ? beside : [...beside, { folder: playbookFolder, beside: "playbook" }];
}

async function readVarsFolders(
  folder: string,
  beside: FoundVars["beside"],
  access: InventoryAccess,
  draft: InventoryDraft,
): Promise<{ readonly found: FoundVars; readonly problems: readonly Diagnostic[] }> {
  const groupVars = await openVarsFolder(join(folder, "group_vars"), access);
  const hostVars = await openVarsFolder(join(folder, "host_vars"), access);
  const groups = new Map<string, readonly FileVariable[]>();
  for (const name of draft.groups.keys()) {
    if (groupVars.has(name)) groups.set(name, await groupVars.of(name));
  }
  const hosts = new Map<string, readonly FileVariable[]>();
  for (const name of new Set([...draft.hosts.keys(), ...LOCALHOST])) {
    if (hostVars.has(name)) hosts.set(name, await hostVars.of(name));
  }
  const problems = [...groupVars.problems, ...hostVars.problems];
  return { found: { beside, groups, hosts }, problems };
}
