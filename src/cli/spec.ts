/** Everything that is decided before a run begins, from playbook, inventory and options: `RunSpec`. */
import { entriesOf, isMapping, mappingOf } from "../lib/mapping.ts";
import { asText } from "../lib/as-text.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Diagnostic, Outcome } from "../model/diagnostic.ts";
import { hasErrors } from "../model/diagnostic.ts";
import type { HostId, RunId, TaskId } from "../model/ids.ts";
import type { Inventory } from "../model/inventory.ts";
import type { JsonObject } from "../model/json.ts";
import type { Playbook } from "../model/playbook.ts";
import type { Renderer } from "../model/rendering.ts";
import type { OpenSpan, RunSpec } from "../model/run-spec.ts";
import type { Scope, Value, ValueMap } from "../model/value.ts";
import { UnsafeText, VaultText } from "../model/value.ts";
import { magicVariables } from "../inventory/magic.ts";
import { expandLimit, selectHosts } from "../inventory/select.ts";
import { inventoryFiles } from "../inventory/files.ts";
import { resolveInputs } from "../playbook/resolve-inputs.ts";
import { unusedExtraVars } from "../playbook/unused-extra.ts";
import type { VaultReader } from "../vault/vault.ts";
import { batchesOf, healthyOf } from "./batches.ts";
import { expectedTimes } from "./expected.ts";
import { openOptions } from "./open-options.ts";
import { operatorName } from "./operator-name.ts";
import type { RunOptions } from "./options.ts";
import type { ReadInventory, ReadPlaybook } from "./sources.ts";
import { systemClock } from "./system-clock.ts";
import { givenSpan, spanAt } from "./window-instants.ts";

export interface SpecRequest {
  readonly run: RunId;
  readonly playbook: ReadPlaybook;
  readonly inventory: ReadInventory;
  readonly options: RunOptions;
  readonly renderer: Renderer;
  readonly redactor: Redactor;
  /** What the inventory keeps secret. */
  readonly secrets: readonly string[];
  /** What tasks took in earlier runs of this playbook. */
  readonly earlier?: ReadonlyMap<TaskId, number>;
}

export async function makeSpec(request: SpecRequest): Promise<Outcome<RunSpec>> {
  const { playbook, options } = request;
  const { inventory } = request.inventory;
  const problems: Diagnostic[] = [];
  const chosen = await selection(playbook.playbook, inventory, options.limit);
  problems.push(...chosen.problems);
  if (chosen.value === undefined) return { problems };
  const { fleet, hosts } = chosen.value;
  const resolved = resolveInputs(playbook.playbook, {
    hosts: fleet,
    inventory,
    magic: (host) => magicVariables(inventory, host),
    renderer: request.renderer,
  });
  problems.push(...resolved.problems, ...unusedExtraVars(playbook.playbook, inventory, fleet));
  if (resolved.value === undefined || hasErrors(problems)) return { problems };
  const { run: inputs, perHost } = resolved.value;
  const scopes: Record<string, Scope> = {};
  for (const host of fleet) {
    const own = { ...inputs, ...perHost.get(host) };
    scopes[host] = scopeFor(request, host, own);
  }
  const fleetScope: Scope = [
    { trusted: true, values: playbook.playbook.vars },
    { trusted: false, values: inputs },
    { trusted: true, values: extraBesideInputs(inventory.extraVars, playbook.playbook) },
  ];
  const lock = sharedLock(request, fleet, scopes, problems);
  const forks = positive(options.forks, playbook.playbook.rollout.forks, problems);
  const window = windowOf(request, problems);
  const { earlier = new Map(), renderer } = request;
  const expected = expectedTimes(playbook.playbook, { hosts, scopes, renderer, earlier });
  problems.push(...expected.problems);
  if (hasErrors(problems)) return { problems };
  const { rollout } = playbook.playbook;
  const mode = options.mode ?? rollout.mode;
  const healthy = healthyOf(fleet, rollout, mode);
  if (healthy.minHealthy !== undefined && healthy.minHealthy >= fleet.length) {
    problems.push({
      code: "cli/min-healthy",
      severity: "error",
      summary: `\`min_healthy\` wants ${healthy.minHealthy} healthy hosts besides the one that is under way, and there are ${fleet.length}: no lane could ever begin`,
      hint: `Write at most \`min_healthy: ${fleet.length - 1}\`.`,
      at: playbook.playbook.at,
    });
    return { problems };
  }
  const spec: RunSpec = {
    run: request.run,
    source: { file: playbook.file, text: playbook.text, sha256: playbook.sha256 },
    folders: [playbook.folder, ...inventoryFolders(request)],
    inputs,
    hosts,
    fleet,
    mode,
    ...batchesOf(hosts, rollout, mode),
    forks,
    ...healthy,
    onFailure: options.onFailure ?? rollout.onFailure,
    ...(window && { window, expectedMs: expected.expectedMs }),
    ...(lock !== undefined && { shared: lock }),
    scopes,
    fleetScope,
    groups: Object.fromEntries([...inventory.groups].map(([name, group]) => [name, group.hosts])),
    addresses: addressesOf(request, fleet, scopes),
    inventory: request.inventory.sources,
    connection: openOptions(options),
    ...(request.secrets.length > 0 && { secrets: request.secrets }),
    who: operatorName(),
  };
  return { value: spec, problems };
}

/** Hosts of `hosts:`, and those of them that `--limit` leaves. */
async function selection(
  playbook: Playbook,
  inventory: Inventory,
  limit: string | undefined,
): Promise<Outcome<{ fleet: readonly HostId[]; hosts: readonly HostId[] }>> {
  const fleet = selectHosts(inventory, playbook.hosts);
  if (fleet.value === undefined) return { problems: fleet.problems };
  if (limit === undefined)
    return { value: { fleet: fleet.value, hosts: fleet.value }, problems: fleet.problems };
  const expanded = await expandLimit(limit, inventoryFiles(process.cwd()));
  if (expanded.value === undefined) return { problems: [...fleet.problems, ...expanded.problems] };
  const limited = selectHosts(inventory, playbook.hosts, expanded.value);
  const problems = [...fleet.problems, ...expanded.problems, ...limited.problems];
  if (limited.value === undefined) return { problems };
  return { value: { fleet: fleet.value, hosts: limited.value }, problems };
}

function scopeFor(
  { playbook, inventory, redactor }: SpecRequest,
  host: HostId,
  inputs: JsonObject,
): Scope {
  const layers = inventory.inventory.layers(host);
  const extra = layers.at(-1) ?? { trusted: true, values: {} };
  const opened = layers
    .slice(0, -1)
    .map((layer) => ({ ...layer, values: openVault(layer.values, inventory.vault, redactor) }));
  return [
    ...opened,
    { trusted: true, values: playbook.playbook.vars },
    { trusted: false, values: inputs },
    { trusted: false, values: magicVariables(inventory.inventory, host) },
    { ...extra, values: extraBesideInputs(extra.values, playbook.playbook) },
  ];
}

/** What a password opens is kept open, so that a rollback next week needs no vault password; the rest stays as it is. */
function openVault(values: ValueMap, vault: VaultReader, redactor: Redactor): ValueMap {
  const open = (value: Value): Value => {
    if (value instanceof VaultText) {
      const plain = vault.decrypt(value.ciphertext, value.at);
      if (plain.value === undefined) return value;
      const text = Buffer.from(plain.value).toString("utf8");
      redactor.add(text);
      return new UnsafeText(text);
    }
    if (Array.isArray(value)) return (value as readonly Value[]).map(open);
    return isMapping(value)
      ? mappingOf(entriesOf(value).map(([key, inner]) => [key, open(inner)]))
      : value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, open(value)]));
}

function sharedLock(
  { playbook, renderer }: SpecRequest,
  fleet: readonly HostId[],
  scopes: { readonly [host: string]: Scope },
  problems: Diagnostic[],
): string | undefined {
  const { lock } = playbook.playbook.rollout;
  const [first] = fleet;
  if (lock === undefined || first === undefined) return undefined;
  const rendered = renderer.value(lock, scopes[first] ?? [], playbook.playbook.at);
  if (rendered.kind === "rendered") return asText(rendered.value);
  if (rendered.kind === "problem") problems.push(rendered.diagnostic);
  return undefined;
}

/** `--window`, else the one of the playbook. */
function windowOf(
  { playbook, options }: SpecRequest,
  problems: Diagnostic[],
): OpenSpan | undefined {
  const { window } = playbook.playbook.rollout;
  const nowMs = systemClock.now();
  if (options.window === undefined) return window && spanAt(window, nowMs);
  const given = givenSpan(options.window, window, nowMs);
  problems.push(...given.problems);
  return given.value === "none" ? undefined : given.value;
}

function positive(option: string | undefined, otherwise: number, problems: Diagnostic[]): number {
  if (option === undefined) return otherwise;
  const number = Number(option);
  if (Number.isInteger(number) && number > 0) return number;
  problems.push({
    code: "cli/forks",
    severity: "error",
    summary: `--forks takes a number of hosts, not ${option}`,
  });
  return otherwise;
}

/** What `-e` gives besides inputs: those have been given their type already. */
function extraBesideInputs(values: ValueMap, playbook: Playbook): ValueMap {
  const declared = new Set(playbook.inputs.map((input) => input.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !declared.has(name)));
}

function inventoryFolders({ inventory }: SpecRequest): readonly string[] {
  const folders = inventory.inventory.hosts.flatMap((host) =>
    host.source === undefined ? [] : [folderOf(host.source)],
  );
  return [...new Set(folders)];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function addressesOf(
  { renderer }: SpecRequest,
  fleet: readonly HostId[],
  scopes: { readonly [host: string]: Scope },
): { readonly [host: string]: string } {
  return Object.fromEntries(
    fleet.map((host) => {
      const scope = scopes[host] ?? [];
      const named = scope.some((layer) => Object.hasOwn(layer.values, "ansible_host"));
      const rendered = named ? renderer.value("{{ ansible_host }}", scope) : undefined;
      return [host, rendered?.kind === "rendered" ? asText(rendered.value) : host];
    }),
  );
}
