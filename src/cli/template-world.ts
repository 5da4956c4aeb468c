/** The variables that `runbook template` renders with: of an inventory and a host, and those of the request itself. */
import type { InventoryFiles } from "../inventory/files.ts";
import { loadInventory } from "../inventory/load.ts";
import { magicVariables } from "../inventory/magic.ts";
import type { RenderSettings } from "../jinja/index.ts";
import { createRedactor } from "../lib/redact.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { hasErrors } from "../model/diagnostic.ts";
import { hostId } from "../model/ids.ts";
import type { HostId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Scope, ValueMap } from "../model/value.ts";
import type { VaultReader, VaultSecret } from "../vault/vault.ts";
import type { TemplateOptions } from "./options.ts";
import { templateSettings } from "./renderer.ts";
import { runCommandIn } from "./run-command.ts";

/** The hosts of an inventory as templates see them in a play over all of them. */
export interface TemplateHosts {
  readonly names: readonly HostId[];
  /** `vars` stand where variables of a play stand. */
  scopeOf(host: HostId, vars: ValueMap): Scope;
}

export const NO_HOSTS: TemplateHosts = {
  names: [],
  scopeOf: (_, vars) => [{ trusted: true, values: vars }],
};

export function templateHosts(inventory: Inventory, folder: string): TemplateHosts {
  const names = inventory.hosts.map((host) => host.name);
  const play: ValueMap = {
    play_hosts: names,
    ansible_play_hosts: names,
    ansible_play_hosts_all: names,
    ansible_play_batch: names,
    playbook_dir: folder,
    ansible_check_mode: false,
    ansible_diff_mode: false,
    ansible_verbosity: 0,
    ansible_version: { full: "2.19", major: 2, minor: 19, string: "2.19" },
  };
  return {
    names,
    scopeOf: (host, vars) => {
      const layers = inventory.layers(host);
      return [
        ...layers.slice(0, -1),
        { trusted: true, values: vars },
        { trusted: false, values: { ...play, ...magicVariables(inventory, host) } },
        ...layers.slice(-1),
      ];
    },
  };
}

const NAME = "hosts";

/** An inventory that a request brings as text: one file, and nothing beside it. */
export async function inventoryOfText(
  text: string,
  vaultSecrets: readonly VaultSecret[],
): Promise<Outcome<Inventory>> {
  const bytes = new TextEncoder().encode(text);
  const absent = (path: string) => ({ kind: "absent", path }) as const;
  const files: InventoryFiles = {
    kind: (path) => Promise.resolve(path === NAME ? "file" : "absent"),
    list: () => Promise.resolve([]),
    read: (path) =>
      Promise.resolve(path === NAME ? { kind: "bytes", path, bytes, mode: 0o644 } : absent(path)),
    resolve: (path) => path,
    run: () => Promise.resolve({ kind: "not-started", reason: "it is text" }),
  };
  const loaded = await loadInventory({ sources: [NAME], extraVars: [], vaultSecrets, files });
  return hasErrors(loaded.problems) ? { problems: loaded.problems } : loaded;
}

/** Files are looked up where the command was started, as in a playbook that lies there. */
export function settingsFor(
  vault: VaultReader,
  options: Pick<TemplateOptions, "allowCommands">,
  hosts: TemplateHosts,
  vars: ValueMap,
): RenderSettings {
  const folder = process.cwd();
  const settings = templateSettings({
    vault,
    redactor: createRedactor(),
    folders: [folder, `${folder}/templates`, `${folder}/files`],
    hosts: hosts.names,
    scopeOf: (host) => hosts.scopeOf(hostId(host), vars),
  });
  const { hosts: _, ...withoutHosts } = settings;
  const seen = hosts.names.length > 0 ? settings : withoutHosts;
  return options.allowCommands ? { ...seen, runCommand: runCommandIn(folder) } : seen;
}

export function noSuchHost(host: string | undefined): Diagnostic {
  return {
    code: "cli/no-host",
    severity: "error",
    summary: host === undefined ? "no host was named" : `there is no host ${host} in the inventory`,
    hint: "Name one of its hosts: with --host, or as host of a request.",
  };
}
